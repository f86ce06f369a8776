import ArgumentParser
import Files
import Tokenization

/// `isoflop tokenizer decode`: from token ids to text.
struct TokenizerDecode: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "decode",
    abstract: "Turn token ids into text.",
    discussion: """
      isoflop tokenizer decode --tokenizer tokenizer.json 15496 995
      isoflop tokenizer decode --tokenizer tokenizer.json < ids.txt
      isoflop tokenizer decode --tokenizer tokenizer.json --jsonl --field ids

      The bytes of the tokens are written as they are; with --json, bytes that
      are not UTF-8 become U+FFFD. From standard input, each line is a list.
      """
  )

  @Option(help: ArgumentHelp("The tokenizer.json.", valueName: "file"))
  var tokenizer: String

  @Argument(help: "Token ids; standard input where there are none.")
  var ids: [TokenID] = []

  @Flag(help: "Each line of standard input is a JSON object.")
  var jsonl = false

  @Option(help: ArgumentHelp("The key of the ids in JSON objects.", valueName: "key"))
  var field = "ids"

  @Flag(name: .customLong("skip-special"), help: "Leave special tokens out.")
  var skipSpecial = false

  @Flag(help: "Print each text as a JSON object.")
  var json = false

  func run() throws {
    let tokenizer = try Tokenizer(contentsOf: tokenizer)
    var output = OutputBuffer()
    for list in try lists() {
      let bytes = try tokenizer.decodeBytes(list, skipsSpecialTokens: skipSpecial)
      if json || jsonl {
        let text = JSONText.string(String(decoding: bytes, as: UTF8.self))
        output.append(JSONText.object([("text", text)]) + "\n")
      } else {
        output.append(bytes)
        output.append("\n")
      }
    }
    output.flush()
  }

  private func lists() throws -> [[TokenID]] {
    if !ids.isEmpty { return [ids] }
    if jsonl { return try JSONLines(MappedFile("-")).ids(field: field) }
    return try TextInput("-").documents().enumerated().map { number, line in
      try line.split(whereSeparator: { $0 == 0x20 || $0 == 0x2C || $0 == 0x09 }).map { word in
        let word = String(decoding: word, as: UTF8.self)
        guard let id = TokenID(word) else {
          throw ValidationError("\(word) in line \(number + 1) is no token id.")
        }
        return id
      }
    }
  }
}
