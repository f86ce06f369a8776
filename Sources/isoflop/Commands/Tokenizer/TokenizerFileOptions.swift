import ArgumentParser
import Tokenization

/// How a tokenizer's file is read, where its name and its content do not say it.
struct TokenizerFileOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The format of the tokenizer's file: json, tiktoken, vocab-merges or sentencepiece (default:"
        + " told by its name and content).",
      valueName: "format"
    )
  )
  var format: TokenizerFormat?

  @Option(
    name: .customLong("pre-tokenizer"),
    help: ArgumentHelp(
      "The rule that cuts text, which .tiktoken and merges.txt do not say.",
      valueName: "rule"
    )
  )
  var preTokenizer: SplitPattern?

  @Option(
    name: .customLong("special"),
    help: ArgumentHelp(
      "A special token and its number, which these files do not say; may be repeated.",
      valueName: "text=id"
    )
  )
  var specialTokens: [String] = []

  func validate() throws { _ = try special() }

  /// Reads a tokenizer.
  ///
  /// - Throws: ``TokenizationError``, or a `ValidationError` where the file says itself what was
  ///   given.
  func tokenizer(at path: String) throws -> Tokenizer {
    let missing = MissingSettings(pattern: preTokenizer, specialTokens: try special())
    let tokenizer = try Tokenizer(contentsOf: path, format: format, missing: missing)
    if preTokenizer != nil || !specialTokens.isEmpty, !tokenizer.lacksSettings {
      throw ValidationError(
        "\(path) says itself how text is cut; --pre-tokenizer and --special are for .tiktoken and"
          + " merges.txt."
      )
    }
    return tokenizer
  }

  private func special() throws -> [AddedToken]? {
    if specialTokens.isEmpty { return nil }
    return try specialTokens.map { text in
      guard let sign = text.lastIndex(of: "="), sign > text.startIndex,
        let id = TokenID(text[text.index(after: sign)...])
      else {
        throw ValidationError("--special \(text) is not a token and its number: TEXT=ID.")
      }
      return AddedToken(id: id, content: String(text[..<sign]))
    }
  }
}

extension TokenizerFormat: ExpressibleByArgument {}
extension SplitPattern: ExpressibleByArgument {}
