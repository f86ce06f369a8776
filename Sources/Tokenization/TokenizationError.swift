public import UnicodeText

/// What can go wrong with tokenizers and their files.
public enum TokenizationError: Error, Sendable, Equatable, CustomStringConvertible {
  /// An option that does not make sense.
  case wrongOption(name: String, value: String, remedy: String)
  /// Something is wrong with a text.
  case text(UnicodeTextError)
  /// Nothing to train on.
  case emptyCorpus
  /// More data than the training structures can address.
  case corpusTooLarge(what: String)

  /// One or two sentences: what is wrong, where, and what to do.
  public var description: String {
    switch self {
    case .wrongOption(let name, let value, let remedy): "\(name) may not be \(value): \(remedy)."
    case .text(let error): error.description
    case .emptyCorpus:
      "The corpus holds no text. Name files or folders with at least one character of text."
    case .corpusTooLarge(let what):
      "The corpus has too many \(what) to be trained on at once. Train on a sample of it."
    }
  }
}
