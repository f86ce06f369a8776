import ArgumentParser
import Tokenization
import UnicodeText

/// `isoflop tokenizer inspect`: what is in a vocabulary, and how a text becomes its tokens.
struct TokenizerInspect: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Show what is in a vocabulary, or how a text becomes its tokens.",
    discussion: """
      isoflop tokenizer inspect t.json
      isoflop tokenizer inspect t.json --script Thai --length 9-
      isoflop tokenizer inspect t.json --rank 0-19
      isoflop tokenizer inspect t.json --text "naïve words"

      Without more, the vocabulary is counted by kind, script, length and rank.
      --script, --length, --rank and --ids list the tokens that fit them all.
      A rank is the place of a token's merge among all merges, from 0. A text
      is shown as its pieces, and each piece before its first merge and after
      every merge, with the merge's rank. ␣ stands for a space, <E0 A4> for
      bytes that are no whole character.
      """
  )

  @Option(
    help: ArgumentHelp("The tokenizer, if the first argument does not name it.", valueName: "file")
  )
  var tokenizer: String?

  @Argument(
    help: ArgumentHelp(
      "The tokenizer's file, unless --tokenizer names it, and a text, unless --text gives it.",
      valueName: "file, text"
    )
  )
  var arguments: [String] = []

  @Option(help: ArgumentHelp("A text whose way to its tokens is shown.", valueName: "text"))
  var text: String?

  @OptionGroup var filter: VocabularyFilter

  @Flag(help: "Print the facts as JSON.")
  var json = false

  func validate() throws {
    let texts = arguments.dropFirst(tokenizer == nil ? 1 : 0)
    if tokenizer == nil, arguments.isEmpty { throw ValidationError("Name a tokenizer's file.") }
    if texts.count > (text == nil ? 1 : 0) {
      throw ValidationError("Give one tokenizer and one text; quote a text with spaces.")
    }
    if filter.isGiven, !texts.isEmpty || text != nil {
      throw ValidationError("List tokens or show a text, not both.")
    }
  }

  func run() throws {
    var arguments = arguments[...]
    let path = tokenizer ?? arguments.removeFirst()
    let tokenizer = try Tokenizer(contentsOf: path)
    if let text = text ?? arguments.first {
      let pieces = try tokenizer.explain(text)
      for piece in pieces { Console.writeLine(json ? self.json(piece) : lines(piece, tokenizer)) }
      return
    }
    let entries = tokenizer.vocabularyEntries()
    if filter.isGiven {
      Console.write(try filter.listing(entries, tokenizer, json: json))
    } else {
      let summary = VocabularySummary(entries)
      Console.writeLine(json ? self.json(summary, tokenizer) : table(summary, tokenizer, path))
    }
  }

  // MARK: - The vocabulary

  private func table(
    _ summary: VocabularySummary,
    _ tokenizer: Tokenizer,
    _ path: String
  ) -> String {
    let configuration = tokenizer.configuration
    let special = configuration.addedTokens.filter(\.isSpecial).map(\.content)
    var lines = [
      "\(path): \(tokenizer.vocabularySize) tokens, \(tokenizer.modelName)",
      "normalization \(tokenizer.normalizationName), pre-tokenizer \(configuration.splitName),"
        + " special tokens: \(special.isEmpty ? "none" : special.prefix(8).joined(separator: " "))"
        + (special.count > 8 ? " and \(special.count - 8) more" : ""),
      "ICU \(icuVersion), Unicode \(unicodeVersion) for normalization",
      "", "kind                     tokens",
    ]
    for (name, count) in summary.kinds { lines.append(row(name, count)) }
    lines += ["", "script                   tokens"]
    for (name, count) in summary.scripts { lines.append(row(name, count)) }
    lines += ["", "bytes                    tokens"]
    for (length, count) in summary.lengths { lines.append(row("\(length)", count)) }
    if !summary.ranks.isEmpty {
      lines += ["", "rank                     tokens   mean bytes   scripts"]
    }
    for group in summary.ranks {
      let scripts = group.scripts.prefix(3).map { "\($0.name) \($0.count)" }
      let tenths = Int((group.meanLength * 10).rounded())
      let mean = "\(tenths / 10).\(tenths % 10)"
      lines.append(
        row("\(group.ranks.lowerBound)-\(group.ranks.upperBound - 1)", group.count)
          + String(repeating: " ", count: max(1, 13 - mean.count)) + mean + "   "
          + scripts.joined(separator: ", ")
      )
    }
    return lines.joined(separator: "\n")
  }

  private func row(_ name: String, _ count: Int) -> String {
    let number = "\(count)"
    let width = 31 - number.count
    let padding = max(1, width - name.unicodeScalars.count)
    return name + String(repeating: " ", count: padding) + number
  }

  private func json(_ summary: VocabularySummary, _ tokenizer: Tokenizer) -> String {
    func counts(_ rows: [(String, Int)]) -> String {
      JSONText.object(rows.map { ($0.0, "\($0.1)") })
    }
    let configuration = tokenizer.configuration
    let ranks = summary.ranks.map { group in
      JSONText.object([
        ("ranks", "[\(group.ranks.lowerBound), \(group.ranks.upperBound - 1)]"),
        ("tokens", "\(group.count)"), ("mean_bytes", "\(group.meanLength)"),
        ("scripts", counts(group.scripts.map { ($0.name, $0.count) })),
      ])
    }
    return JSONText.object([
      ("vocabulary_size", "\(tokenizer.vocabularySize)"),
      ("model", JSONText.string(tokenizer.modelName)),
      ("merges", "\(tokenizer.model.merges.count)"),
      ("normalization", JSONText.string(tokenizer.normalizationName)),
      ("pre_tokenizer", JSONText.string(configuration.splitName)),
      (
        "special_tokens",
        JSONText.array(
          configuration.addedTokens.filter(\.isSpecial).map { JSONText.string($0.content) }
        )
      ),
      ("icu", JSONText.string(icuVersion)), ("unicode", JSONText.string(unicodeVersion)),
      ("sha256", JSONText.string(tokenizer.digest)), ("kinds", counts(summary.kinds)),
      ("scripts", counts(summary.scripts)),
      ("lengths", counts(summary.lengths.map { ("\($0.length)", $0.count) })),
      ("ranks", JSONText.array(ranks)),
    ])
  }

  // MARK: - A text

  private func lines(_ piece: ExplainedPiece, _ tokenizer: Tokenizer) -> String {
    var lines = [
      "\(JSONText.string(piece.text)) \(piece.ids.map(String.init).joined(separator: " "))"
    ]
    for step in piece.steps {
      let tokens = step.tokens.map { tokenizer.readable($0) }.joined(separator: " ")
      let rank = step.rank.map { "\($0)" } ?? ""
      lines.append(String(repeating: " ", count: max(0, 8 - rank.count)) + rank + "  " + tokens)
    }
    return lines.joined(separator: "\n")
  }

  private func json(_ piece: ExplainedPiece) -> String {
    JSONText.object([
      ("piece", JSONText.string(piece.text)),
      (
        "steps",
        JSONText.array(piece.steps.map { JSONText.array($0.tokens.map(JSONText.string)) })
      ),
      ("ranks", JSONText.array(piece.steps.map { $0.rank.map(String.init) ?? "null" })),
      ("ids", JSONText.array(piece.ids.map(String.init))),
    ])
  }
}

extension Tokenizer {
  /// What kind of model it is.
  fileprivate var modelName: String {
    if sentencePiece != nil { return "BPE by scores (SentencePiece)" }
    if configuration.isByteLevel { return "byte-level BPE" }
    return "character BPE" + (configuration.options.byteFallback ? " with byte fallback" : "")
  }

  /// What is done to texts first.
  fileprivate var normalizationName: String {
    if let sentencePiece { return sentencePiece.normalization.name }
    let map = configuration.characterMap == nil ? "" : "precompiled map, "
    return map + configuration.normalization.name
  }

  /// A spelling as people read it: bytes of byte-level models as the text that they are.
  func readable(_ spelling: String) -> String {
    guard configuration.isByteLevel,
      let bytes = ByteAlphabet.bytes(ofSpelling: Array(spelling.utf8))
    else { return spelling }
    if unsafe firstInvalidUTF8(in: bytes.span.bytes) != nil {
      return "<" + bytes.map(hexadecimal).joined(separator: " ") + ">"
    }
    var text = ""
    for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars {
      switch scalar {
      case " ": text += "␣"
      case "\n": text += "\\n"
      case "\t": text += "\\t"
      case "\r": text += "\\r"
      case "\u{0}"..<"\u{20}", "\u{7F}": text += "<" + hexadecimal(UInt8(scalar.value)) + ">"
      default: text.unicodeScalars.append(scalar)
      }
    }
    return text
  }

  private func hexadecimal(_ byte: UInt8) -> String {
    (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
  }
}
