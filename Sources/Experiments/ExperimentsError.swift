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
  /// A folder holds no run to go on with.
  case noRun(folder: String, reason: String)
  /// A folder holds a run already.
  case runExists(folder: String, isFinished: Bool)
  /// What a run was planned with has changed since.
  case changedInput(path: String)
  /// A tokenizer that the ids or the model were not made with.
  case foreignTokenizer(path: String, other: String)
  /// A file of ids that has not one window and its successor.
  case shortFile(path: String, count: Int, needed: Int)
  /// A model that sees the token it is to predict.
  case notCausal
  /// A budget that comes to no step, or to more than can be counted.
  case impossibleBudget(steps: Double)

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
    case .noRun(let folder, let reason):
      "\(folder) holds no run to resume: \(reason)."
    case .runExists(let folder, true):
      "\(folder) holds a finished run. Name another output, or pass --force to replace it."
    case .runExists(let folder, false):
      "\(folder) holds an unfinished run. Go on with it: isoflop model train --resume \(folder); "
        + "or pass --force to start anew."
    case .changedInput(let path):
      "\(path) is not what the run was started with, so it would not go on as it began. "
        + "Put the old one back, or start a new run."
    case .foreignTokenizer(let path, let other):
      "\(path) is not the tokenizer that \(other) was made with. "
        + "Name that one, or encode the text again."
    case .shortFile(let path, let count, let needed):
      "\(path) is shorter than one window: of ids it holds \(count), and a window with its successor "
        + "takes \(needed). Use more text or a smaller --context."
    case .notCausal:
      "This model looks ahead (full attention): it would see the very token it is to predict. "
        + "Choose a causal model."
    case .impossibleBudget(let steps):
      "The budget comes to \(steps) steps. State a larger or smaller one, or --steps."
    }
  }
}
