public import Files
public import Tables
public import Tokenization
public import UnicodeText

/// What can go wrong when losses are measured or read.
public enum EvaluationError: Error, Sendable, Equatable, CustomStringConvertible {
  /// A file cannot be read or written.
  case file(FilesError)
  /// A file is no table.
  case table(TablesError)
  /// A file of losses has a bad row.
  case invalidLosses(path: String, line: Int, reason: String)
  /// A language has nothing to evaluate.
  case nothingToEvaluate(language: String)
  /// A sequence of ids too short to predict anything.
  case tooFewTokens(count: Int)
  /// Something is wrong with a tokenizer, or with a text for it.
  case tokenization(TokenizationError)
  /// Something is wrong with a text.
  case text(UnicodeTextError)
  /// The language to compare with is not among those of the text.
  case noReference(language: String, available: [String])

  /// One or two sentences: what is wrong, where, and what to do.
  public var description: String {
    switch self {
    case .file(let error):
      error.description
    case .table(let error):
      error.description
    case .invalidLosses(let path, let line, let reason):
      "\(path), line \(line): \(reason). "
        + "A file of losses has the columns language,segment,nats,tokens,bytes."
    case .nothingToEvaluate(let language):
      "No held-out text of \(language) is left to evaluate. Add segments or change the split."
    case .tooFewTokens(let count):
      "A sequence of \(count) ids predicts nothing: at least 2 are needed."
    case .tokenization(let error):
      error.description
    case .text(let error):
      error.description
    case .noReference(let language, let available):
      "The text has no \(language) to compare with. Name one of: \(available.joined(separator: ", "))."
    }
  }
}
