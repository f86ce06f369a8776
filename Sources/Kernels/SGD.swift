internal import KernelInterface

/// Stochastic gradient descent with momentum, plain or Nesterov's.
///
/// The decay is added to the gradient, as PyTorch's `SGD` does, not taken off the weights as
/// ``AdamW`` does; there is no dampening.
///
/// - Source: Sutskever et al. 2013, "On the importance of initialization and momentum in deep
///   learning", section 2, with the learning rate outside of the running sum.
public struct SGD: Sendable, Hashable {
  /// μ, the share of the running sum of gradients that each step keeps.
  public var momentum: Double
  /// Whether a step looks ahead along the running sum.
  public var nesterov: Bool
  /// λ, the share of a decaying parameter that is added to its gradient.
  public var weightDecay: Double

  /// Chooses the numbers.
  public init(momentum: Double = 0.9, nesterov: Bool = false, weightDecay: Double = 0) {
    self.momentum = momentum
    self.nesterov = nesterov
    self.weightDecay = weightDecay
  }

  /// The numbers of one step for a group of parameters.
  func factors(
    _ group: ParameterGroup,
    learningRate: Double,
    gradientScale: Double
  ) -> SGDFactors {
    SGDFactors(
      gradientScale: Float(gradientScale),
      decay: Float(weightDecay * group.decay),
      momentum: Float(momentum),
      nesterov: nesterov,
      stepSize: Float(learningRate * group.learningRateScale)
    )
  }
}
