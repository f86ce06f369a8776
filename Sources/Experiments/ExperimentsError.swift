/// What can be wrong with an experiment.
public enum ExperimentsError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The reference language is not among the measured ones.
  case unknownReference(tag: String, available: [String])
  /// Two languages share too few segments to compare.
  case tooFewSharedSegments(language: String, reference: String, count: Int)
  /// A tokenizer has no token that ends a text.
  case noEndOfText
  /// A confidence is not a share.
  case invalidConfidence(Double)

  /// One or two sentences: what is wrong, where, and what to do.
  public var description: String {
    switch self {
    case .unknownReference(let tag, let available):
      "No losses of \(tag) were measured. Choose the reference among: "
        + "\(available.joined(separator: ", "))."
    case .tooFewSharedSegments(let language, let reference, let count):
      "\(language) and \(reference) share \(count) segments; at least 2 are needed. "
        + "Measure both on the same parallel text."
    case .noEndOfText:
      "The tokenizer has no token that ends a text. Train one with --special '<|endoftext|>'."
    case .invalidConfidence(let confidence):
      "A confidence of \(confidence) is not a share. Name a number between 0 and 1."
    }
  }
}
