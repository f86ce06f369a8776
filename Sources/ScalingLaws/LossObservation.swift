/// The final loss of one training run, or of a checkpoint of one.
public struct LossObservation: Sendable, Hashable {
  /// N, counted by one convention for all observations of a fit.
  public var parameters: Double
  /// D, repeats counted.
  public var tokens: Double
  /// Mean negative log-likelihood, in one unit for all observations of a fit.
  public var loss: Double
  /// U, the distinct tokens among ``tokens``; nil where none was repeated.
  public var uniqueTokens: Double?
  /// C as measured; nil where 6 N D stands for it.
  public var measuredFLOPs: Double?
  /// The run that observations of one run share; nil for a run of its own.
  public var run: String?

  /// Records an observation.
  public init(
    parameters: Double,
    tokens: Double,
    loss: Double,
    uniqueTokens: Double? = nil,
    measuredFLOPs: Double? = nil,
    run: String? = nil
  ) {
    self.parameters = parameters
    self.tokens = tokens
    self.loss = loss
    self.uniqueTokens = uniqueTokens
    self.measuredFLOPs = measuredFLOPs
    self.run = run
  }

  /// C, measured or 6 N D.
  public var flops: Double { measuredFLOPs ?? 6 * parameters * tokens }
}
