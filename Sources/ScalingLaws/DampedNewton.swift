import RealModule

/// The search for the minimum of a parametric objective from one start.
///
/// Newton's method with the exact second derivatives, damped by a multiple of the reweighted
/// least-squares matrix: undamped steps end the search in a few rounds, damped ones always descend.
/// Tolerances are relative to the objective. (Averaging the objective while stopping at absolute
/// tolerances is what made the intervals of Hoffmann et al. 2022 too narrow; see Besiroglu et al.
/// 2024, arXiv:2404.10102, section 4.)
struct DampedNewton {
  let objective: ParametricObjective
  /// The free variable that each of the five constants follows, nil for a fixed one.
  let slots: [Int?]
  let freeCount: Int
  /// e never falls below this: a floor that is e⁻¹² of the lowest loss is no floor.
  private let lowestE: Double

  /// How a search ended.
  struct Result {
    var point: ParametricPoint
    var value: Double
    var rounds: Int
  }

  init(_ objective: ParametricObjective, exponents: ExponentRule) {
    self.objective = objective
    switch exponents {
    case .free, .drawn: slots = [0, 1, 2, 3, 4]
    case .tied: slots = [0, 1, 2, 3, 3]
    case .fixed: slots = [0, 1, 2, nil, nil]
    }
    freeCount = 1 + (slots.compactMap(\.self).max() ?? -1)
    lowestE = (objective.logLoss.min() ?? 0) - 12
  }

  /// Descends from a start.
  ///
  /// - Complexity: Some ten to forty evaluations of the objective.
  func minimize(from start: ParametricPoint, maximumRounds: Int = 200) -> Result {
    var point = start
    var expansion = objective.expansion(at: point)
    var damping = 1.0
    var round = 0
    while round < maximumRounds, expansion.value.isFinite {
      round += 1
      guard let step = step(expansion, damping: damping) else {
        damping = max(4 * damping, 1e-3)
        if damping > 1e16 { break }
        continue
      }
      let next = moved(point, by: step.direction)
      let value = objective.value(at: next)
      let reduction = expansion.value - value
      if reduction >= 0, value.isFinite {
        let ratio = reduction / step.predictedReduction
        let isDone = step.predictedReduction <= 1e-15 * expansion.value
        point = next
        if isDone { return Result(point: point, value: value, rounds: round) }
        damping = ratio > 0.75 ? damping * 0.1 : ratio > 0.25 ? damping * 0.5 : damping * 2
        if damping < 1e-12 { damping = 0 }
        expansion = objective.expansion(at: point)
      } else {
        if step.predictedReduction <= 1e-15 * expansion.value { break }
        damping = max(4 * damping, 1e-3)
        if damping > 1e16 { break }
      }
    }
    return Result(point: point, value: expansion.value, rounds: round)
  }

  /// The step that minimizes the damped quadratic model, and what the model promises of it.
  private func step(
    _ expansion: ObjectiveExpansion,
    damping: Double
  ) -> (direction: [Double], predictedReduction: Double)? {
    var matrix = SymmetricMatrix(size: freeCount)
    var gradient = [Double](repeating: 0, count: freeCount)
    for row in 0..<5 {
      guard let i = slots[row] else { continue }
      gradient[i] += expansion.gradient[row]
      for column in 0..<5 {
        guard let j = slots[column] else { continue }
        matrix[i, j] += expansion.hessian[row, column] + damping * expansion.majorizer[row, column]
      }
      // A trace of the diagonal keeps the matrix regular where a term has vanished.
      matrix[i, i] += (damping * 1e-6 + 1e-13) * expansion.majorizer[row, row] + 1e-300
    }
    guard var free = matrix.solve(gradient.map { -$0 }) else { return nil }
    let largest = max(
      abs(free[0]) / 2,
      abs(free[1]) / 2,
      abs(free[2]) / 2,
      free.dropFirst(3).reduce(0) { max($0, abs($1)) } / 0.3
    )
    if largest > 1 { for index in free.indices { free[index] /= largest } }
    var predicted = 0.0
    for i in 0..<freeCount {
      predicted -= gradient[i] * free[i]
      for j in 0..<freeCount { predicted -= 0.5 * free[i] * matrix[i, j] * free[j] }
    }
    guard predicted.isFinite, predicted > 0 else { return nil }
    return (slots.map { slot in slot.map { free[$0] } ?? 0 }, predicted)
  }

  private func moved(_ point: ParametricPoint, by direction: [Double]) -> ParametricPoint {
    ParametricPoint(
      a: max(point.a + direction[0], lowestE - 12),
      b: max(point.b + direction[1], lowestE - 12),
      e: max(point.e + direction[2], lowestE),
      alpha: point.alpha + direction[3],
      beta: point.beta + direction[4]
    )
  }
}
