/// The numbers one step of gradient descent with momentum needs, the same for every parameter.
public struct SGDFactors: Sendable, Hashable {
  /// What gradients are multiplied by before all else: the clipping factor.
  public var gradientScale: Float
  /// λ, the share of the parameter that is added to its gradient.
  public var decay: Float
  /// μ, the share of the running sum that is kept.
  public var momentum: Float
  /// Whether the step looks ahead along the running sum.
  public var nesterov: Bool
  /// η.
  public var stepSize: Float

  /// Gathers the numbers.
  @inlinable
  public init(
    gradientScale: Float,
    decay: Float,
    momentum: Float,
    nesterov: Bool,
    stepSize: Float
  ) {
    self.gradientScale = gradientScale
    self.decay = decay
    self.momentum = momentum
    self.nesterov = nesterov
    self.stepSize = stepSize
  }
}

/// The numbers one step of Lion needs, the same for every parameter.
public struct LionFactors: Sendable, Hashable {
  /// What gradients are multiplied by before all else: the clipping factor.
  public var gradientScale: Float
  /// 1 − β₁, the gradient's weight in the direction of the step.
  public var directionWeight: Float
  /// 1 − β₂, the gradient's weight in the running mean.
  public var momentWeight: Float
  /// 1 − η λ, or 1 where no weight decays.
  public var retained: Float
  /// η.
  public var stepSize: Float

  /// Gathers the numbers.
  @inlinable
  public init(
    gradientScale: Float,
    directionWeight: Float,
    momentWeight: Float,
    retained: Float,
    stepSize: Float
  ) {
    self.gradientScale = gradientScale
    self.directionWeight = directionWeight
    self.momentWeight = momentWeight
    self.retained = retained
    self.stepSize = stepSize
  }
}
