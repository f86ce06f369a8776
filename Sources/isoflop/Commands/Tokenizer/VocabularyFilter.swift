import ArgumentParser
import Reports
import Tokenization

/// Which tokens of a vocabulary are listed.
struct VocabularyFilter: ParsableArguments {
  @Option(
    help: ArgumentHelp("List the tokens in a script: Thai, Latin, Common.", valueName: "name")
  )
  var script: String?

  @Option(help: ArgumentHelp("List the tokens of so many bytes: 3, 3-8, 12-.", valueName: "range"))
  var length: IntegerRange?

  @Option(
    help: ArgumentHelp("List the tokens of these merges, first to last: 0-99.", valueName: "range")
  )
  var rank: IntegerRange?

  @Option(help: ArgumentHelp("List the tokens with these numbers: 256-300.", valueName: "range"))
  var ids: IntegerRange?

  @Option(
    help: ArgumentHelp(
      "List so many tokens at most (default: 50; all with --json).",
      valueName: "count"
    )
  )
  var limit: Int?

  /// Whether tokens are to be listed.
  var isGiven: Bool {
    script != nil || length != nil || rank != nil || ids != nil || limit != nil
  }

  func validate() throws {
    if let limit, limit < 1 { throw ValidationError("--limit must be 1 or more.") }
  }

  /// The tokens that fit, by rank where ranks are asked for and by number otherwise.
  func listing(
    _ entries: [VocabularyEntry],
    _ tokenizer: Tokenizer,
    json: Bool
  ) throws -> String {
    var found = entries.filter { fits($0) }
    if rank != nil { found.sort { ($0.rank ?? 0, $0.id) < ($1.rank ?? 0, $1.id) } }
    if found.isEmpty, let script {
      let names = VocabularySummary(entries).scripts.map(\.name)
      if !names.contains(where: { isSame($0, script) }) {
        throw ValidationError(
          "No token has the script \(script). There are: \(names.joined(separator: ", "))."
        )
      }
    }
    let shown = found.prefix(limit ?? (json ? .max : 50))
    if json { return shown.map { record($0) + "\n" }.joined() }
    var table = TextTable(
      [
        .number("id"), .number("rank"), .name("token"), .number("bytes"), .name("script"),
        .name("made of"),
      ],
      gap: 2
    )
    for entry in shown {
      let parts = entry.parts.map { tokenizer.readable(tokenizer.spelling(of: $0)) }
      table.add([
        "\(entry.id)", entry.rank.map { "\($0)" } ?? "", tokenizer.readable(entry.spelling),
        "\(entry.bytes.count)", entry.script ?? entry.kind.rawValue, parts.joined(separator: " + "),
      ])
    }
    let rest =
      shown.count < found.count
      ? "\n\(shown.count) of \(found.count) tokens; --limit \(found.count) shows all.\n" : ""
    return table.text + rest
  }

  private func fits(_ entry: VocabularyEntry) -> Bool {
    if let script, entry.script.map({ isSame($0, script) }) != true { return false }
    if let length, !length.numbers.contains(entry.bytes.count) { return false }
    if let rank, entry.rank.map(rank.numbers.contains) != true { return false }
    if let ids, !ids.numbers.contains(Int(entry.id)) { return false }
    return true
  }

  private func isSame(_ a: String, _ b: String) -> Bool { a.lowercased() == b.lowercased() }

  private func record(_ entry: VocabularyEntry) -> String {
    JSONText.object([
      ("id", "\(entry.id)"), ("token", JSONText.string(entry.spelling)),
      ("text", JSONText.string(String(decoding: entry.bytes, as: UTF8.self))),
      ("bytes", "\(entry.bytes.count)"), ("kind", JSONText.string(entry.kind.rawValue)),
      ("script", entry.script.map(JSONText.string) ?? "null"),
      ("rank", entry.rank.map(String.init) ?? "null"),
      ("parts", JSONText.array(entry.parts.map(String.init))),
    ])
  }
}
