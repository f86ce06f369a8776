public import Corpora

/// What the texts of languages are made of.
public struct StatisticsReport: Sendable {
  private let rows: [TextStatistics.Row]

  /// Reports statistics.
  public init(_ rows: [TextStatistics.Row]) {
    self.rows = rows
  }

  /// The report for a terminal.
  public var text: String {
    var table = TextTable([
      .name("language"), .number("documents"), .number("bytes"), .number("code\npoints"),
      .number("graphemes"), .number("words"), .name("script"), .number("not\nNFC %"),
      .number("not\nNFD %"), .number("not\nNFKC %"), .number("dupli-\ncates %"),
      .number("bits/\nbyte"), .number("bits/\ncharacter"), .number("bits/\nword"),
    ])
    for row in rows {
      let facts = row.statistics
      let counts = [facts.documents, facts.bytes, facts.codePoints, facts.graphemes, facts.words]
      let script = facts.mainScript.map { "\($0.code) \(percent($0.share))" }
      table.add(
        [row.language ?? "all"] + counts.map { DecimalText.grouped(Double($0)) } + [script ?? "-"]
          + facts.normalForms.map { percent($0.changedDocuments, of: facts.documents) } + [
            percent(facts.duplicates, of: facts.documents),
            DecimalText.fixed(facts.byteEntropy, places: 3),
            DecimalText.fixed(facts.characterEntropy, places: 3),
            facts.wordEntropy.map { DecimalText.fixed($0, places: 3) } ?? "-",
          ]
      )
    }
    return table.text + """

      Documents are lines or records that are not empty; bytes are theirs, without line ends.
      The script's share counts letters of scripts only. Duplicates equal an earlier document.

      """
  }

  /// The report for scripts, in full precision.
  public var json: JSONValue {
    let languages = rows.filter { $0.language != nil }
    let all = rows.last?.statistics
    return .object(
      [.init("languages", .array(languages.map { .object(members(of: $0)) }))]
        + (all.map { [.init("total", .object(members(of: $0)))] } ?? [])
    )
  }

  /// The report as a table for programs.
  public var csv: String {
    guard let names = rows.first?.statistics.figures.map(\.name) else { return "" }
    var table = CSVText(["language"] + names + ["main_script", "main_script_share"])
    for row in rows {
      let script = row.statistics.mainScript
      table.add(
        [.text(row.language ?? "all")]
          + row.statistics.figures.map { .number($0.value) }
          + [.text(script?.code ?? ""), .number(script?.share)]
      )
    }
    return table.text
  }

  private func members(of row: TextStatistics.Row) -> [JSONValue.Member] {
    [.init("language", row.language.map { .string($0) } ?? .null)] + members(of: row.statistics)
  }

  private func members(of facts: TextStatistics) -> [JSONValue.Member] {
    let total = Double(max(1, facts.codePoints))
    return facts.figures.map { .init($0.name, .optional($0.value)) }
      + facts.normalForms.map { form in
        .init("is_\(form.name)", .bool(form.changedDocuments == 0))
      } + [
        .init(
          "script_shares",
          .object(facts.scripts.map { .init($0.code, .number(Double($0.codePoints) / total)) })
        )
      ]
  }

  private func percent(_ part: Int, of whole: Int) -> String {
    DecimalText.fixed(100 * Double(part) / Double(max(1, whole)), places: 1)
  }

  private func percent(_ share: Double) -> String {
    DecimalText.fixed(100 * share, places: 1) + " %"
  }
}

extension TextStatistics {
  /// The figures under the names they have in JSON and CSV.
  fileprivate var figures: [(name: String, value: Double?)] {
    var figures: [(name: String, value: Double?)] = []
    let counts = [
      ("documents", documents), ("bytes", bytes), ("code_points", codePoints),
      ("graphemes", graphemes), ("words", words), ("distinct_code_points", distinctCodePoints),
      ("distinct_words", distinctWords), ("control_characters", controlCharacters),
      ("duplicate_documents", duplicates),
    ]
    for (name, count) in counts { figures.append((name, Double(count))) }
    figures.append(("byte_entropy_bits", byteEntropy))
    figures.append(("character_entropy_bits", characterEntropy))
    figures.append(("word_entropy_bits", wordEntropy))
    for form in normalForms {
      let share = Double(form.changedDocuments) / Double(max(1, documents))
      figures.append(("changed_by_\(form.name)_documents", Double(form.changedDocuments)))
      figures.append(("changed_by_\(form.name)_share", share))
    }
    return figures
  }
}
