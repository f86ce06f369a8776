/// When a run ends before its last step because held-out text no longer gains from it.
public struct EarlyStopping: Sendable, Hashable, Codable {
  /// The evaluations without improvement after which the run ends.
  public var patience: Int
  /// By how many nats per token a loss must lie below the best so far to count as one.
  public var minimumImprovement: Double

  /// Chooses the numbers.
  public init(patience: Int, minimumImprovement: Double = 0) {
    self.patience = patience
    self.minimumImprovement = minimumImprovement
  }
}

/// The best evaluation so far and how long ago it was.
struct EvaluationProgress: Sendable, Hashable, Codable {
  /// The best evaluation so far.
  private(set) var best: EvaluationRecord?
  /// The latest evaluation.
  private(set) var last: EvaluationRecord?
  /// The evaluations since an improvement.
  private(set) var waited = 0

  /// Takes an evaluation in.
  ///
  /// - Returns: Whether it is the best so far.
  mutating func add(_ record: EvaluationRecord, _ stopping: EarlyStopping?) -> Bool {
    last = record
    if let best, !(record.natsPerToken < best.natsPerToken - (stopping?.minimumImprovement ?? 0)) {
      waited += 1
      return false
    }
    best = record
    waited = 0
    return true
  }

  /// Whether the run ends now.
  func isOver(_ stopping: EarlyStopping?) -> Bool {
    stopping.map { waited >= $0.patience } ?? false
  }
}
