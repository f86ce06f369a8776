internal import KernelInterface

extension Kernels {
  /// One step of gradient descent with momentum on some parameters.
  func sgd(
    _ parameters: VectorView,
    gradients: VectorView,
    moments: VectorView,
    factors: SGDFactors
  ) {
    set.sgd(parameters, gradients: gradients, moments: moments, factors: factors)
  }

  /// One step of Lion on some parameters.
  func lion(
    _ parameters: VectorView,
    gradients: VectorView,
    moments: VectorView,
    factors: LionFactors
  ) {
    set.lion(parameters, gradients: gradients, moments: moments, factors: factors)
  }
}
