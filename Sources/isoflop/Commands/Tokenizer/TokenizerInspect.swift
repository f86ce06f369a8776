import ArgumentParser
import Tokenization
import UnicodeText

/// `isoflop tokenizer inspect`: what is in a vocabulary, and how a text becomes its tokens.
struct TokenizerInspect: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Show what is in a vocabulary, or how a text becomes its tokens.",
    discussion: """
      isoflop tokenizer inspect --tokenizer tokenizer.json
      isoflop tokenizer inspect --tokenizer tokenizer.json "naïve words"
      """
  )

  @Option(help: ArgumentHelp("The tokenizer.json.", valueName: "file"))
  var tokenizer: String

  @Argument(help: "A text whose way to its tokens is shown.")
  var text: String?

  @Flag(help: "Print the facts as JSON.")
  var json = false

  func run() throws {
    let tokenizer = try Tokenizer(contentsOf: tokenizer)
    if let text {
      try show(text, with: tokenizer)
    } else {
      let summary = tokenizer.vocabularySummary()
      print(json ? self.json(summary, tokenizer) : table(summary, tokenizer))
    }
  }

  private func table(_ summary: VocabularySummary, _ tokenizer: Tokenizer) -> String {
    let configuration = tokenizer.configuration
    var lines = [
      "\(self.tokenizer): \(tokenizer.vocabularySize) tokens, byte-level BPE",
      "normalization \(configuration.normalization.name), pre-tokenizer "
        + "\(configuration.splitName), special tokens: "
        + configuration.addedTokens.filter(\.isSpecial).map(\.content).joined(separator: " "),
      "ICU \(icuVersion), Unicode \(unicodeVersion) for normalization",
      "", "kind                     tokens",
    ]
    for (name, count) in summary.kinds { lines.append(row(name, count)) }
    lines += ["", "script                   tokens"]
    for (name, count) in summary.scripts { lines.append(row(name, count)) }
    lines += ["", "bytes                    tokens"]
    for (length, count) in summary.lengths { lines.append(row("\(length)", count)) }
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
    return JSONText.object([
      ("vocabulary_size", "\(tokenizer.vocabularySize)"),
      ("merges", "\(tokenizer.model.merges.count)"),
      ("normalization", JSONText.string(configuration.normalization.name)),
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
    ])
  }

  private func show(_ text: String, with tokenizer: Tokenizer) throws {
    let pieces = try tokenizer.explain(text)
    if json {
      for piece in pieces {
        print(
          JSONText.object([
            ("piece", JSONText.string(piece.text)),
            ("steps", JSONText.array(piece.steps.map { JSONText.array($0.map(JSONText.string)) })),
            ("ids", JSONText.array(piece.ids.map(String.init))),
          ])
        )
      }
      return
    }
    for piece in pieces {
      print("\(JSONText.string(piece.text)) \(piece.ids.map(String.init).joined(separator: " "))")
      for step in piece.steps { print("    " + step.joined(separator: " ")) }
    }
  }
}
