import Randomness
import RealModule

/// The fit of L(N, D) = E + A / N^α + B / D^β to observed losses.
///
/// Starts by variable projection, damped Newton from the best of them, a bootstrap clustered by
/// run, and a predictive interval that is checked on the largest runs left out.
///
/// Example: `try ParametricFit(observations).fit().predict(parameters: 3e9, tokens: 6e10).value`.
///
/// - Source: Hoffmann et al. 2022, arXiv:2203.15556, section 3.3; Besiroglu et al. 2024,
///   arXiv:2404.10102.
public struct ParametricFit: Sendable {
  /// What is fitted.
  public let observations: [LossObservation]
  /// How.
  public let options: FitOptions
  /// How many draws are made: those asked for, fewer for very many rows.
  let drawCount: Int

  /// Prepares a fit.
  ///
  /// - Throws: ``ScalingLawsError`` where no fit is possible: too few runs, one size only, numbers
  ///   that are not positive.
  public init(
    _ observations: [LossObservation],
    _ options: FitOptions = FitOptions()
  ) throws(ScalingLawsError) {
    try options.validate()
    try FitDiagnostics.check(observations, exponents: options.exponents)
    self.observations = observations
    self.options = options
    // Some twenty million refitted rows are a matter of seconds.
    drawCount = min(options.bootstrapCount, max(20, 20_000_000 / max(observations.count, 1)))
  }

  /// Fits, draws the intervals, and checks what came out.
  ///
  /// - Parameter monitor: Who watches, and may end the fit.
  /// - Returns: The law with its draws, its calibration and its warnings.
  /// - Throws: ``ScalingLawsError/noFit(reason:)`` where no start led to finite constants;
  ///   ``ScalingLawsError/doubtfulFit(reasons:)`` where the options refuse what came out;
  ///   ``ScalingLawsError/cancelled``.
  /// - Complexity: O(rows) for each of some thousand evaluations, and as much again for every
  ///   twenty draws.
  public func fit(monitor: FitMonitor = .none) throws(ScalingLawsError) -> FittedLaw {
    let optimum = try optimum(monitor: monitor)
    var warnings = FitDiagnostics.warnings(about: observations, exponents: options.exponents)
    warnings += FitDiagnostics.warnings(
      about: optimum.law,
      lowestLoss: observations.map(\.loss).min() ?? 0,
      conditionNumber: optimum.conditionNumber,
      exponents: options.exponents
    )
    try FitDiagnostics.refuse(warnings, options)
    let draws = try Bootstrap(self, optimum: optimum.point).draws(monitor: monitor)
    if drawCount < options.bootstrapCount {
      warnings.append(.fewerDraws(count: drawCount, asked: options.bootstrapCount))
    }
    if draws.count < drawCount {
      warnings.append(.failedDraws(count: drawCount - draws.count, of: drawCount))
    }
    var fitted = FittedLaw(
      law: optimum.law,
      objective: optimum.value,
      options: options,
      observations: observations,
      logResiduals: optimum.residuals,
      draws: draws,
      calibration: nil,
      warnings: warnings
    )
    guard options.bootstrapCount > 0, options.calibrates else { return fitted }
    guard observations.count <= 100_000 else {
      fitted.warnings.append(.notCalibrated(reason: "there are very many rows"))
      return fitted
    }
    switch try Calibration.factor(of: self, monitor: monitor) {
    case .factor(let factor):
      fitted.calibration = factor
      if factor > 1 { fitted.warnings.append(.widened(factor: factor)) }
    case .impossible(let reason):
      fitted.warnings.append(.notCalibrated(reason: reason))
    }
    return fitted
  }

  /// The constants alone, without intervals.
  public func law() throws(ScalingLawsError) -> ParametricLaw { try optimum().law }

  /// The best end of all searches.
  struct Optimum {
    var point: ParametricPoint
    var law: ParametricLaw
    var value: Double
    var residuals: [Double]
    var conditionNumber: Double
  }

  func optimum(monitor: FitMonitor = .none) throws(ScalingLawsError) -> Optimum {
    let objective = ParametricObjective(
      observations,
      objective: options.objective,
      exponents: options.exponents
    )
    let search = DampedNewton(objective, exponents: options.exponents)
    monitor.report("Fit", 0)
    let starts = starts(objective)
    var best: DampedNewton.Result?
    for (number, start) in starts.enumerated() {
      monitor.report("Fit", Double(number) / Double(starts.count))
      try monitor.check()
      let result = search.minimize(from: start)
      if result.value.isFinite, result.value < best?.value ?? .infinity { best = result }
    }
    guard let best else { throw .noFit(reason: "no start led to a finite objective") }
    let law = objective.law(at: best.point)
    guard law.isSound else {
      throw .noFit(
        reason: "the search left the possible: alpha \(law.parameterExponent), beta "
          + "\(law.dataExponent); the losses may not fall with N and D"
      )
    }
    return Optimum(
      point: best.point,
      law: law,
      value: best.value,
      residuals: objective.residuals(at: best.point),
      conditionNumber: search.gaussNewtonMatrix(at: best.point).scaledConditionNumber
    )
  }
}

extension ParametricFit {
  /// More rows than these say nothing new about where to start.
  private static let rowsForStarts = 10_000

  /// Where to search from: the best places of the grid, or, for very many rows, the optimum of an
  /// even selection of them.
  private func starts(_ objective: ParametricObjective) -> [ParametricPoint] {
    guard observations.count > 2 * Self.rowsForStarts else {
      let all = VariableProjection.starts(objective, exponents: options.exponents)
      return Array(all.prefix(options.startCount))
    }
    let step = observations.count / Self.rowsForStarts
    let selection = stride(from: 0, to: observations.count, by: step).map { observations[$0] }
    guard let optimum = try? ParametricFit(selection, options).optimum() else {
      let all = VariableProjection.starts(objective, exponents: options.exponents)
      return Array(all.prefix(1))
    }
    return [objective.point(of: optimum.law)]
  }
}

extension ParametricObjective {
  /// The law that a point of the search stands for.
  func law(at point: ParametricPoint) -> ParametricLaw {
    ParametricLaw(
      irreducibleLoss: .exp(point.e),
      parameterCoefficient: .exp(point.a + point.alpha * meanLogN),
      dataCoefficient: .exp(point.b + point.beta * meanLogD),
      parameterExponent: point.alpha,
      dataExponent: point.beta
    )
  }

  /// The point that stands for a law of the same constants.
  func point(of law: ParametricLaw) -> ParametricPoint {
    ParametricPoint(
      a: .log(law.parameterCoefficient) - law.parameterExponent * meanLogN,
      b: .log(law.dataCoefficient) - law.dataExponent * meanLogD,
      e: .log(law.irreducibleLoss),
      alpha: law.parameterExponent,
      beta: law.dataExponent
    )
  }
}

extension DampedNewton {
  /// Σ J Jᵀ over the free constants: what the rows say about each, residuals left aside.
  func gaussNewtonMatrix(at point: ParametricPoint) -> SymmetricMatrix {
    var least = objective
    least.ignoreResiduals()
    let full = least.expansion(at: point).majorizer
    var matrix = SymmetricMatrix(size: freeCount)
    for row in 0..<5 {
      for column in 0..<5 {
        if let i = slots[row], let j = slots[column] { matrix[i, j] += full[row, column] }
      }
    }
    return matrix
  }
}
