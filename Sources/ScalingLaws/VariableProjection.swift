import RealModule

/// Starts for a parametric fit, found without iteration.
///
/// For given exponents the law is linear in (E, A, B): on a small grid of exponents the best
/// nonnegative constants follow from normal equations, and the best places of the grid are the
/// starts. Of 4,500 blind starts fewer than a tenth reach the optimum; of these nearly all do.
///
/// - Source: Golub and Pereyra 1973, "The differentiation of pseudo-inverses and nonlinear least
///   squares problems whose variables separate".
struct VariableProjection {
  /// The exponents tried for α and for β.
  static let grid = [0.1, 0.2, 0.3, 0.4, 0.5, 0.7, 1.0]

  /// The starts, best first.
  static func starts(
    _ objective: ParametricObjective,
    exponents: ExponentRule
  ) -> [ParametricPoint] {
    let pairs: [(Double, Double)] =
      switch exponents {
      case .free, .drawn: grid.flatMap { alpha in grid.map { (alpha, $0) } }
      case .tied: grid.map { ($0, $0) }
      case .fixed(let alpha, let beta): [(alpha, beta)]
      }
    let powersN = powers(objective.logN)
    let powersD = powers(objective.logD)
    var found: [(error: Double, order: Int, point: ParametricPoint)] = []
    for (order, pair) in pairs.enumerated() {
      let n = powersN[pair.0] ?? objective.logN.map { .exp(-pair.0 * $0) }
      let d = powersD[pair.1] ?? objective.logD.map { .exp(-pair.1 * $0) }
      let solution = nonnegativeConstants(objective, n, d)
      found.append(
        (
          solution.error, order,
          ParametricPoint(
            a: .log(solution.capacity),
            b: .log(solution.data),
            e: .log(solution.floor),
            alpha: pair.0,
            beta: pair.1
          )
        )
      )
    }
    return found.sorted { ($0.error, $0.order) < ($1.error, $1.order) }.map(\.point)
  }

  private static func powers(_ logarithms: [Double]) -> [Double: [Double]] {
    var table: [Double: [Double]] = [:]
    for exponent in grid { table[exponent] = logarithms.map { .exp(-exponent * $0) } }
    return table
  }

  /// The nonnegative E, A, B that minimize the squared relative error, for given exponents.
  ///
  /// Three unknowns have seven sets of positive ones: each is tried.
  private static func nonnegativeConstants(
    _ objective: ParametricObjective,
    _ n: [Double],
    _ d: [Double]
  ) -> (floor: Double, capacity: Double, data: Double, error: Double) {
    var sums = (ee: 0.0, en: 0.0, ed: 0.0, nn: 0.0, nd: 0.0, dd: 0.0)
    var right = [0.0, 0.0, 0.0]
    var total = 0.0
    for row in n.indices {
      let weight = objective.weights[row]
      let e = Double.exp(-objective.logLoss[row])
      let u = e * n[row]
      let v = e * d[row]
      sums.ee += weight * e * e
      sums.en += weight * e * u
      sums.ed += weight * e * v
      sums.nn += weight * u * u
      sums.nd += weight * u * v
      sums.dd += weight * v * v
      right[0] += weight * e
      right[1] += weight * u
      right[2] += weight * v
      total += weight
    }
    let normal = SymmetricMatrix(
      size: 3,
      rows: [
        sums.ee, sums.en, sums.ed,
        sums.en, sums.nn, sums.nd,
        sums.ed, sums.nd, sums.dd,
      ]
    )
    var best = (constants: [0.0, 0.0, 0.0], error: Double.infinity)
    for set in [[0, 1, 2], [0, 1], [0, 2], [1, 2], [0], [1], [2]] {
      var matrix = SymmetricMatrix(size: set.count)
      for (i, row) in set.enumerated() {
        for (j, column) in set.enumerated() { matrix[i, j] = normal[row, column] }
      }
      guard let solution = matrix.solve(set.map { right[$0] }), solution.allSatisfy({ $0 >= 0 })
      else { continue }
      // At the minimum the error is Σ w − xᵀ (Mᵀ w).
      var error = total
      var constants = [0.0, 0.0, 0.0]
      for (i, index) in set.enumerated() {
        error -= solution[i] * right[index]
        constants[index] = solution[i]
      }
      if error < best.error { best = (constants, error) }
    }
    // A search in logarithms cannot start at zero.
    let least = 1e-6 * Double.exp(objective.logLoss.min() ?? 0)
    return (
      max(best.constants[0], least), max(best.constants[1], least), max(best.constants[2], least),
      best.error
    )
  }
}
