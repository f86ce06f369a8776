internal import KernelInterface

/// Lion: steps of one size in the direction of a sign, with one moment.
///
/// Its steps are larger than Adam's at the same rate: rates three to ten times smaller, and decays as
/// much larger, suit it.
///
/// - Source: Chen et al. 2023, arXiv:2302.06675, algorithm 2; rates in section 5.
public struct Lion: Sendable, Hashable {
  /// β₁, the moment's share in the direction of a step.
  public var beta1: Double
  /// β₂, the decay of the moment.
  public var beta2: Double
  /// λ: decaying parameters lose this share times the learning rate each step.
  public var weightDecay: Double

  /// Chooses the numbers; the defaults are the paper's.
  public init(beta1: Double = 0.9, beta2: Double = 0.99, weightDecay: Double = 1) {
    self.beta1 = beta1
    self.beta2 = beta2
    self.weightDecay = weightDecay
  }

  /// The numbers of one step for a group of parameters.
  func factors(
    _ group: ParameterGroup,
    learningRate: Double,
    gradientScale: Double
  ) -> LionFactors {
    LionFactors(
      gradientScale: Float(gradientScale),
      directionWeight: Float(1 - beta1),
      momentWeight: Float(1 - beta2),
      retained: Float(1 - learningRate * weightDecay * group.decay),
      stepSize: Float(learningRate * group.learningRateScale)
    )
  }
}
