internal import CVector
public import KernelInterface

extension Variant {
  /// Applies an activation function.
  public static func activate(_ function: ActivationFunction, _ x: MatrixView, into y: MatrixView) {
    switch function {
    case .relu: map(x, y) { cv_greater($0, all(0)) }
    case .gelu: map(x, y) { $0 * normalDistribution($0) }
    case .geluTanh: map(x, y) { $0 * tanhGate($0) }
    case .swiGLU:
      for row in 0..<x.rows {
        let gates = x.place(row, 0)
        let ups = x.place(row, y.columns)
        let to = y.place(row, 0)
        eachVector(y.columns) { i, count in
          let gate = gates.load(i, first: count)
          to.store(gate * logistic(gate) * ups.load(i, first: count), i, first: count)
        }
      }
    }
  }

  /// Multiplies a gradient by the derivative, and computes the function's value again.
  public static func activateBackward(
    _ function: ActivationFunction,
    _ x: MatrixView,
    outputGradient: MatrixView,
    into inputGradient: MatrixView,
    value: MatrixView
  ) {
    switch function {
    case .relu:
      mapBackward(x, outputGradient, inputGradient, value) { x in
        (cv_greater(x, all(0)), cv_where_positive(x, all(1), all(0)))
      }
    case .gelu:
      mapBackward(x, outputGradient, inputGradient, value) { x in
        let gate = normalDistribution(x)
        return (x * gate, cv_multiply_add(x, normalDensity(x), gate))
      }
    case .geluTanh:
      mapBackward(x, outputGradient, inputGradient, value) { x in
        let gate = tanhGate(x)
        return (x * gate, tanhGateSlope(x, gate: gate))
      }
    case .swiGLU:
      for row in 0..<x.rows {
        let gates = x.place(row, 0)
        let ups = x.place(row, value.columns)
        let gradients = outputGradient.place(row, 0)
        let gateGradients = inputGradient.place(row, 0)
        let upGradients = inputGradient.place(row, value.columns)
        let values = value.place(row, 0)
        eachVector(value.columns) { i, count in
          let gate = gates.load(i, first: count)
          let up = ups.load(i, first: count)
          let gradient = gradients.load(i, first: count)
          let share = logistic(gate)
          let silu = gate * share
          // d silu / d gate = σ + silu · (1 − σ).
          let slope = cv_multiply_add(silu, all(1) - share, share)
          values.store(silu * up, i, first: count)
          gateGradients.store(gradient * up * slope, i, first: count)
          upGradients.store(gradient * silu, i, first: count)
        }
      }
    }
  }

  @inline(__always)
  private static func map(_ x: MatrixView, _ y: MatrixView, _ function: (Lanes) -> Lanes) {
    for row in 0..<x.rows {
      let from = x.place(row, 0)
      let to = y.place(row, 0)
      eachVector(x.columns) { i, count in
        to.store(function(from.load(i, first: count)), i, first: count)
      }
    }
  }

  @inline(__always)
  private static func mapBackward(
    _ x: MatrixView,
    _ outputGradient: MatrixView,
    _ inputGradient: MatrixView,
    _ value: MatrixView,
    _ function: (Lanes) -> (value: Lanes, slope: Lanes)
  ) {
    for row in 0..<x.rows {
      let from = x.place(row, 0)
      let gradients = outputGradient.place(row, 0)
      let to = inputGradient.place(row, 0)
      let values = value.place(row, 0)
      eachVector(x.columns) { i, count in
        let result = function(from.load(i, first: count))
        values.store(result.value, i, first: count)
        to.store(gradients.load(i, first: count) * result.slope, i, first: count)
      }
    }
  }
}
