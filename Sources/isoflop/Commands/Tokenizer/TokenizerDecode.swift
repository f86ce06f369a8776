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

      isoflop model generate … | isoflop tokenizer decode --tokenizer t.json --stream

      The bytes of the tokens are written as they are; with --json, bytes that
      are not UTF-8 become U+FFFD; --invalid says otherwise. From standard input,
      each line is a list; with --stream all of it is one, and text is written
      as soon as its characters are whole.
      """
  )

  @Option(
    help: ArgumentHelp(
      "The tokenizer: tokenizer.json, .tiktoken, vocab.json, SentencePiece .model, or a folder.",
      valueName: "file|folder"
    )
  )
  var tokenizer: String

  @OptionGroup var reading: TokenizerFileOptions

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

  @Flag(help: "Write text while ids come in, which are one list.")
  var stream = false

  @Option(
    help: ArgumentHelp(
      "Bytes that are not UTF-8: strict (an error), replace (U+FFFD), bytes (they stay).",
      valueName: "policy"
    )
  )
  var invalid: InvalidText?

  func validate() throws {
    if tokenizer == "-", ids.isEmpty {
      throw ValidationError("Standard input is the tokenizer; give the ids as arguments.")
    }
    if stream, json || jsonl || !ids.isEmpty {
      throw ValidationError("--stream reads ids from standard input and writes text alone.")
    }
    if stream, let invalid, invalid != .replace {
      throw ValidationError("With --stream, bytes that are not UTF-8 become U+FFFD.")
    }
    if json || jsonl, invalid == .bytes {
      throw ValidationError("JSON holds no bytes that are not UTF-8; omit --invalid bytes.")
    }
  }

  func run() throws {
    let tokenizer = try reading.tokenizer(at: tokenizer)
    if stream {
      try decodeStream(tokenizer)
      return
    }
    var output = OutputBuffer()
    if !ids.isEmpty {
      try write(ids, tokenizer, "the text", to: &output)
    } else if jsonl {
      for (index, list) in try JSONLines(MappedFile("-")).ids(field: field).enumerated() {
        try write(list, tokenizer, "the text of line \(index + 1)", to: &output)
      }
    } else {
      var words = TokenIDWords()
      try words.readLines { list, line in
        try write(list, tokenizer, "the text of line \(line)", to: &output)
        output.flush()
      }
    }
    output.flush()
  }

  /// Decodes a list and writes it.
  private func write(
    _ list: [TokenID],
    _ tokenizer: Tokenizer,
    _ name: String,
    to output: inout OutputBuffer
  ) throws {
    let isJSON = json || jsonl
    let policy = invalid ?? (isJSON ? .replace : .bytes)
    if policy == .replace {
      let text = try tokenizer.decode(list, skipsSpecialTokens: skipSpecial)
      output.append(isJSON ? JSONText.object([("text", JSONText.string(text))]) : text)
    } else {
      let bytes = try policy.apply(
        to: tokenizer.decodeBytes(list, skipsSpecialTokens: skipSpecial),
        name: name
      )
      if isJSON {
        let text = JSONText.string(String(decoding: bytes, as: UTF8.self))
        output.append(JSONText.object([("text", text)]))
      } else {
        output.append(bytes)
      }
    }
    output.append("\n")
  }

  /// Decodes ids as they come in.
  private func decodeStream(_ tokenizer: Tokenizer) throws {
    var decoder = StreamingDecoder(tokenizer, skipsSpecialTokens: skipSpecial)
    var output = OutputBuffer()
    var words = TokenIDWords()
    try words.read { list in
      for id in list { output.append(try decoder.append(id)) }
      output.flush()
    }
    output.append(try decoder.finish())
    output.append("\n")
    output.flush()
  }
}
