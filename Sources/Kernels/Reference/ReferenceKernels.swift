package import KernelInterface

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Darwin
#endif

/// The kernels as their formulas read: one number after the other, in double precision.
///
/// Tests hold the fast kernels of every level to these, and these to finite differences.
package enum ReferenceKernels {
  // MARK: Rows

  /// (x − mean) / √(variance + ε) · weight + bias, row by row; the mean is 0 unless `centered`.
  package static func normalize(
    _ x: ReferenceMatrix,
    weight: [Double],
    bias: [Double]?,
    centered: Bool,
    epsilon: Double
  ) -> ReferenceMatrix {
    var y = x
    for row in 0..<x.rows {
      let (mean, scale) = statistics(x[row], centered: centered, epsilon: epsilon)
      for column in 0..<x.columns {
        y[row, column] = (x[row, column] - mean) * scale * weight[column] + (bias?[column] ?? 0)
      }
    }
    return y
  }

  /// The gradients of ``normalize(_:weight:bias:centered:epsilon:)`` by input, weight and bias.
  package static func normalizeBackward(
    _ x: ReferenceMatrix,
    weight: [Double],
    centered: Bool,
    epsilon: Double,
    outputGradient: ReferenceMatrix
  ) -> (input: ReferenceMatrix, weight: [Double], bias: [Double]) {
    var input = x
    var weightGradient = [Double](repeating: 0, count: x.columns)
    var biasGradient = weightGradient
    let count = Double(x.columns)
    for row in 0..<x.rows {
      let (mean, scale) = statistics(x[row], centered: centered, epsilon: epsilon)
      let normal = x[row].map { ($0 - mean) * scale }
      let gradient = zip(outputGradient[row], weight).map { $0 * $1 }
      let meanGradient = centered ? gradient.reduce(0, +) / count : 0
      let meanProduct = zip(gradient, normal).reduce(0) { $0 + $1.0 * $1.1 } / count
      for column in 0..<x.columns {
        input[row, column] =
          scale * (gradient[column] - meanGradient - normal[column] * meanProduct)
        weightGradient[column] += outputGradient[row, column] * normal[column]
        biasGradient[column] += outputGradient[row, column]
      }
    }
    return (input, weightGradient, biasGradient)
  }

  /// The mean, 0 unless `centered`, and 1 / √(mean square of the distances from it + ε).
  package static func statistics(
    _ row: [Double],
    centered: Bool,
    epsilon: Double
  ) -> (mean: Double, scale: Double) {
    let count = Double(row.count)
    let mean = centered ? row.reduce(0, +) / count : 0
    let variance = row.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count
    return (mean, 1 / (variance + epsilon).squareRoot())
  }

  /// The pairs half a head apart, turned by the angle position · base^(−2i/w) times `direction`.
  package static func rotate(
    _ x: ReferenceMatrix,
    headWidth: Int,
    base: Double,
    direction: Double
  ) -> ReferenceMatrix {
    var y = x
    let half = headWidth / 2
    for row in 0..<x.rows {
      for column in 0..<x.columns where column % headWidth < half {
        let frequency = pow(base, -2 * Double(column % headWidth) / Double(headWidth))
        let angle = direction * Double(row) * frequency
        y[row, column] = x[row, column] * cos(angle) - x[row, column + half] * sin(angle)
        y[row, column + half] = x[row, column] * sin(angle) + x[row, column + half] * cos(angle)
      }
    }
    return y
  }

  // MARK: Activation

  /// f(x), number by number; for SwiGLU silu(gate) · up.
  package static func activate(
    _ function: ActivationFunction,
    _ x: ReferenceMatrix
  ) -> ReferenceMatrix {
    guard function == .swiGLU else {
      return ReferenceMatrix(
        rows: x.rows,
        columns: x.columns,
        values: x.values.map { value(function, $0) }
      )
    }
    let width = x.columns / 2
    var y = ReferenceMatrix(rows: x.rows, columns: width)
    for row in 0..<x.rows {
      for column in 0..<width {
        y[row, column] = value(.swiGLU, x[row, column]) * x[row, width + column]
      }
    }
    return y
  }

  /// The gradient of ``activate(_:_:)``.
  package static func activateBackward(
    _ function: ActivationFunction,
    _ x: ReferenceMatrix,
    outputGradient: ReferenceMatrix
  ) -> ReferenceMatrix {
    var gradient = x
    let width = outputGradient.columns
    for row in 0..<x.rows {
      for column in 0..<width {
        let g = outputGradient[row, column]
        gradient[row, column] = g * slope(function, x[row, column])
        if function == .swiGLU {
          gradient[row, column] *= x[row, width + column]
          gradient[row, width + column] = g * value(.swiGLU, x[row, column])
        }
      }
    }
    return gradient
  }

  private static func value(_ function: ActivationFunction, _ x: Double) -> Double {
    switch function {
    case .relu: max(x, 0)
    case .gelu: x * 0.5 * (1 + erf(x / 2.0.squareRoot()))
    case .geluTanh: 0.5 * x * (1 + tanh(tanhArgument(x)))
    case .swiGLU: x / (1 + exp(-x))
    }
  }

  private static func slope(_ function: ActivationFunction, _ x: Double) -> Double {
    switch function {
    case .relu:
      return x > 0 ? 1 : 0
    case .gelu:
      let density = exp(-x * x / 2) / (2 * Double.pi).squareRoot()
      return 0.5 * (1 + erf(x / 2.0.squareRoot())) + x * density
    case .geluTanh:
      let t = tanh(tanhArgument(x))
      let inner = (2 / Double.pi).squareRoot() * (1 + 3 * 0.044715 * x * x)
      return 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * inner
    case .swiGLU:
      let s = 1 / (1 + exp(-x))
      return s + x * s * (1 - s)
    }
  }

  private static func tanhArgument(_ x: Double) -> Double {
    (2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)
  }

  // MARK: Attention

  /// softmax(scale · Q Kᵀ), row by row, over the keys a query may see.
  package static func attentionWeights(
    query: ReferenceMatrix,
    key: ReferenceMatrix,
    scale: Double,
    causal: Bool
  ) -> ReferenceMatrix {
    var weights = query * key.transposed
    for row in 0..<weights.rows {
      let seen = causal ? row + 1 : weights.columns
      let exponentials = weights[row][..<seen].map { exp($0 * scale) }
      let sum = exponentials.reduce(0, +)
      for column in 0..<weights.columns {
        weights[row, column] = column < seen ? exponentials[column] / sum : 0
      }
    }
    return weights
  }

  /// softmax(scale · Q Kᵀ) V.
  package static func attend(
    query: ReferenceMatrix,
    key: ReferenceMatrix,
    value: ReferenceMatrix,
    scale: Double,
    causal: Bool,
    dropout: DropoutMask? = nil
  ) -> ReferenceMatrix {
    let weights = attentionWeights(query: query, key: key, scale: scale, causal: causal)
    return (dropout.map { drop(weights, $0) } ?? weights) * value
  }

  /// The gradients of ``attend(query:key:value:scale:causal:dropout:)``.
  package static func attendBackward(
    query: ReferenceMatrix,
    key: ReferenceMatrix,
    value: ReferenceMatrix,
    scale: Double,
    causal: Bool,
    dropout: DropoutMask? = nil,
    outputGradient: ReferenceMatrix
  ) -> (query: ReferenceMatrix, key: ReferenceMatrix, value: ReferenceMatrix) {
    let weights = attentionWeights(query: query, key: key, scale: scale, causal: causal)
    let used = dropout.map { drop(weights, $0) } ?? weights
    let usedGradient = outputGradient * value.transposed
    let weightGradient = dropout.map { drop(usedGradient, $0) } ?? usedGradient
    var scores = weights
    for row in 0..<weights.rows {
      let mean = zip(weights[row], weightGradient[row]).reduce(0) { $0 + $1.0 * $1.1 }
      for column in 0..<weights.columns {
        scores[row, column] =
          weights[row, column] * (weightGradient[row, column] - mean) * scale
      }
    }
    return (scores * key, scores.transposed * query, used.transposed * outputGradient)
  }

  // MARK: Loss and optimizer

  /// −ln softmax(logits)[target] of each row, 0 where the target is negative.
  package static func crossEntropy(_ logits: ReferenceMatrix, targets: [Int]) -> [Double] {
    targets.enumerated().map { row, target in
      if target < 0 { return 0 }
      let peak = logits[row].max() ?? 0
      let sum = logits[row].reduce(0) { $0 + exp($1 - peak) }
      return peak + log(sum) - logits[row, target]
    }
  }

  /// The gradient of scale · Σ ``crossEntropy(_:targets:)``.
  package static func crossEntropyBackward(
    _ logits: ReferenceMatrix,
    targets: [Int],
    scale: Double
  ) -> ReferenceMatrix {
    var gradient = ReferenceMatrix(rows: logits.rows, columns: logits.columns)
    for (row, target) in targets.enumerated() where target >= 0 {
      let peak = logits[row].max() ?? 0
      let sum = logits[row].reduce(0) { $0 + exp($1 - peak) }
      for column in 0..<logits.columns {
        gradient[row, column] = scale * exp(logits[row, column] - peak) / sum
      }
      gradient[row, target] -= scale
    }
    return gradient
  }

  /// One step of AdamW on one parameter.
  package static func adamW(
    _ optimizer: AdamW,
    parameter: inout Double,
    gradient: Double,
    first: inout Double,
    second: inout Double,
    step: Int,
    learningRate: Double,
    decays: Bool,
    norm: Double
  ) {
    let clipped = optimizer.clip.map { norm > $0 ? gradient * $0 / norm : gradient } ?? gradient
    first = optimizer.beta1 * first + (1 - optimizer.beta1) * clipped
    second = optimizer.beta2 * second + (1 - optimizer.beta2) * clipped * clipped
    let mean = first / (1 - pow(optimizer.beta1, Double(step)))
    let square = second / (1 - pow(optimizer.beta2, Double(step)))
    if decays { parameter -= learningRate * optimizer.weightDecay * parameter }
    parameter -= learningRate * mean / (square.squareRoot() + optimizer.epsilon)
  }
}
