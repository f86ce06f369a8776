extension ReferenceKernels {
  /// One step of gradient descent with momentum on one parameter.
  package static func sgd(
    _ optimizer: SGD,
    parameter: inout Double,
    gradient: Double,
    moment: inout Double,
    learningRate: Double,
    decays: Bool
  ) {
    let slope = gradient + (decays ? optimizer.weightDecay * parameter : 0)
    moment = optimizer.momentum * moment + slope
    let direction = optimizer.nesterov ? slope + optimizer.momentum * moment : moment
    parameter -= learningRate * direction
  }

  /// One step of Lion on one parameter.
  package static func lion(
    _ optimizer: Lion,
    parameter: inout Double,
    gradient: Double,
    moment: inout Double,
    learningRate: Double,
    decays: Bool
  ) {
    let direction = optimizer.beta1 * moment + (1 - optimizer.beta1) * gradient
    let sign = direction > 0 ? 1.0 : direction < 0 ? -1 : 0
    if decays { parameter -= learningRate * optimizer.weightDecay * parameter }
    parameter -= learningRate * sign
    moment = optimizer.beta2 * moment + (1 - optimizer.beta2) * gradient
  }
}
