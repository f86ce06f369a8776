import Foundation

@testable import LanguageModels

/// AdamW as its formulas read, with the clipping of torch.
///
/// - Source: Loshchilov and Hutter 2017, arXiv:1711.05101, algorithm 2.
struct PlainAdamW {
  private let settings: ParityFixture.Answers.Optimizer
  private var first: [Double]
  private var second: [Double]
  private var count = 0

  init(_ settings: ParityFixture.Answers.Optimizer, count: Int) {
    self.settings = settings
    first = [Double](repeating: 0, count: count)
    second = first
  }

  /// Changes the parameters by one step and returns the gradient's norm before clipping.
  mutating func step(
    _ parameters: inout [Double],
    _ gradient: [Double],
    _ layout: ParameterLayout
  ) -> Double {
    count += 1
    var square = 0.0
    for tensor in layout.tensors {
      for index in tensor.range { square += gradient[index] * gradient[index] }
    }
    let norm = square.squareRoot()
    let (beta1, beta2) = (settings.beta1, settings.beta2)
    let firstCorrection = 1 - pow(beta1, Double(count))
    let secondCorrection = 1 - pow(beta2, Double(count))
    // torch clips by clip / (norm + 10⁻⁶).
    let factor = min(1, settings.clip / (norm + 1e-6))
    for tensor in layout.tensors {
      for index in tensor.range {
        let slope = factor * gradient[index]
        first[index] = beta1 * first[index] + (1 - beta1) * slope
        second[index] = beta2 * second[index] + (1 - beta2) * slope * slope
        let mean = first[index] / firstCorrection
        let deviation = (second[index] / secondCorrection).squareRoot()
        if tensor.isMatrix { parameters[index] *= 1 - settings.lr * settings.weightDecay }
        parameters[index] -= settings.lr * mean / (deviation + settings.epsilon)
      }
    }
    return norm
  }
}
