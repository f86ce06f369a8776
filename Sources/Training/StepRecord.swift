/// What one step of training did: a line of `metrics.jsonl`.
public struct StepRecord: Sendable, Hashable {
  /// The step, counted from 1.
  public let step: Int
  /// The tokens seen so far, repeats counted.
  public let tokens: Int
  /// The floating-point operations so far, by the exact count of matrix products and attention.
  public let flops: Double
  /// The batch's mean loss in nats per token, before the step changed the weights.
  public let loss: Double
  /// The step's learning rate.
  public let learningRate: Double
  /// The global norm of the gradient, before clipping.
  public let gradientNorm: Double
  /// The speed of this step.
  public let tokensPerSecond: Double

  /// The record as one line of JSON.
  public var json: String {
    "{\"step\":\(step),\"tokens\":\(tokens),\"flops\":\(flops),\"loss\":\(loss),"
      + "\"lr\":\(learningRate),\"grad_norm\":\(gradientNorm),"
      + "\"tokens_per_second\":\((tokensPerSecond * 10).rounded() / 10)}"
  }
}
