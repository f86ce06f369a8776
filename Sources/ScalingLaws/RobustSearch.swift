import RealModule

/// The search for the constants of any law, from residuals alone.
///
/// Levenberg and Marquardt's method on Huber's loss, its weights renewed each round and its
/// derivatives taken by differences: slower than ``DampedNewton``, for the laws that are fitted now
/// and then.
///
/// - Source: Marquardt 1963, "An algorithm for least-squares estimation of nonlinear parameters".
struct RobustSearch {
  /// δ of Huber's loss; infinite for least squares.
  let delta: Double
  /// One weight a residual.
  let weights: [Double]
  /// The residuals at a point.
  let residuals: ([Double]) -> [Double]

  /// How a search ended.
  struct Result {
    var point: [Double]
    var value: Double
  }

  /// Descends from a start.
  func minimize(from start: [Double], maximumRounds: Int = 400) -> Result {
    var point = start
    var current = residuals(point)
    var value = objective(current)
    var damping = 1e-3
    var stalls = 0
    for _ in 0..<maximumRounds where value.isFinite && stalls < 3 {
      let jacobian = jacobian(at: point, current)
      var matrix = SymmetricMatrix(size: point.count)
      var gradient = [Double](repeating: 0, count: point.count)
      for row in current.indices {
        let size = abs(current[row])
        let weight = weights[row] * (size <= delta ? 1 : delta / size)
        for i in point.indices {
          gradient[i] += weight * jacobian[i][row] * current[row]
          for j in i..<point.count {
            matrix[i, j] += weight * jacobian[i][row] * jacobian[j][row]
          }
        }
      }
      for i in point.indices { for j in 0..<i { matrix[i, j] = matrix[j, i] } }
      var isImproved = false
      while damping < 1e12 {
        var damped = matrix
        for i in point.indices { damped[i, i] += damping * matrix[i, i] + 1e-300 }
        if let step = damped.solve(gradient.map { -$0 }) {
          // No constant moves by more than e² at once: all but exponents are logarithms.
          let longest = step.reduce(0) { max($0, abs($1)) }
          let scale = longest > 2 ? 2 / longest : 1
          let next = zip(point, step).map { $0 + scale * $1 }
          let moved = residuals(next)
          let reached = objective(moved)
          if reached <= value {
            stalls = value - reached <= 1e-13 * value ? stalls + 1 : 0
            point = next
            current = moved
            value = reached
            damping = max(damping / 5, 1e-12)
            isImproved = true
            break
          }
        }
        damping *= 4
      }
      if !isImproved { break }
    }
    return Result(point: point, value: value)
  }

  private func objective(_ residuals: [Double]) -> Double {
    var sum = 0.0
    for (row, residual) in residuals.enumerated() {
      let size = abs(residual)
      sum +=
        weights[row] * (size <= delta ? 0.5 * size * size : delta * (size - 0.5 * delta))
    }
    return sum
  }

  private func jacobian(at point: [Double], _ current: [Double]) -> [[Double]] {
    point.indices.map { index in
      var low = point
      var high = point
      let step = 1e-5 * max(1, abs(point[index]))
      low[index] -= step
      high[index] += step
      let below = residuals(low)
      let above = residuals(high)
      return current.indices.map { (above[$0] - below[$0]) / (2 * step) }
    }
  }
}
