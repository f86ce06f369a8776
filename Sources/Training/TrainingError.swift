/// What can go wrong with a training run.
public enum TrainingError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The plan's numbers cannot be trained with.
  case invalidPlan(reason: String)
  /// A token file is shorter than a window and its successor.
  case tooFewTokens(count: Int, needed: Int)
  /// The loss exploded, or it or the gradient stopped being a number.
  case diverged(Divergence)
  /// A checkpoint does not belong to the run.
  case invalidCheckpoint(path: String, reason: String)

  /// One or two sentences: what is wrong, where, and what to do.
  public var description: String {
    switch self {
    case .invalidPlan(let reason):
      "The run cannot be trained: \(reason)."
    case .tooFewTokens(let count, let needed):
      "A token sequence of \(count) ids is shorter than one window with its successor (\(needed)). "
        + "Use more text or a smaller --context."
    case .diverged(let divergence):
      divergence.description
    case .invalidCheckpoint(let path, let reason):
      "\(path) cannot be resumed from: \(reason)."
    }
  }
}
