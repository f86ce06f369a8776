import RealModule

/// The checks that a fit passes through before anyone trusts it.
enum FitDiagnostics {
  /// Refuses numbers that have no logarithm.
  static func checkNumbers(_ observations: [LossObservation]) throws(ScalingLawsError) {
    for (index, observation) in observations.enumerated() {
      let numbers = [
        ("N", observation.parameters), ("D", observation.tokens), ("the loss", observation.loss),
      ]
      for (name, value) in numbers where !(value > 0 && value.isFinite) {
        throw .badObservation(row: index + 1, name: name, value: value)
      }
    }
  }

  /// Refuses observations that no fit can be made of.
  static func check(
    _ observations: [LossObservation],
    exponents: ExponentRule
  ) throws(ScalingLawsError) {
    try checkNumbers(observations)
    let needed = constantCount(exponents)
    guard observations.count >= needed else {
      throw .tooFewObservations(found: observations.count, needed: needed)
    }
    let sizes = Set(observations.map(\.parameters))
    let amounts = Set(observations.map(\.tokens))
    if sizes.count == 1, let size = sizes.first {
      throw .noVariation(in: "size N", value: size)
    }
    if amounts.count == 1, let amount = amounts.first {
      throw .noVariation(in: "amount of data D", value: amount)
    }
  }

  static func constantCount(_ exponents: ExponentRule) -> Int {
    switch exponents {
    case .free, .drawn: 5
    case .tied: 4
    case .fixed: 3
    }
  }

  /// What the observations themselves leave to be desired.
  static func warnings(
    about observations: [LossObservation],
    exponents: ExponentRule
  ) -> [FitWarning] {
    var warnings: [FitWarning] = []
    let sizes = Set(observations.map(\.parameters))
    let amounts = Set(observations.map(\.tokens))
    let needed = constantCount(exponents)
    if observations.count < 2 * needed {
      warnings.append(.fewRuns(count: observations.count, constants: needed))
    }
    if sizes.count < 3 { warnings.append(.tooFewSizes(count: sizes.count)) }
    if amounts.count < 3 { warnings.append(.tooFewDataAmounts(count: amounts.count)) }
    let sizeFactor = (sizes.max() ?? 1) / (sizes.min() ?? 1)
    if sizeFactor < 9.5 { warnings.append(.narrowSizes(factor: sizeFactor)) }
    let ratios = observations.map { $0.tokens / $0.parameters }
    let ratioFactor = (ratios.max() ?? 1) / (ratios.min() ?? 1)
    if ratioFactor < 4 { warnings.append(.narrowRatio(factor: ratioFactor)) }
    let correlation = correlation(
      observations.map { .log($0.parameters) },
      observations.map { .log($0.tokens) }
    )
    if abs(correlation) > 0.95 { warnings.append(.collinear(correlation: correlation)) }
    let distinct = Set(observations.map { [$0.parameters, $0.tokens, $0.loss] })
    if distinct.count < observations.count {
      warnings.append(.duplicateRows(count: observations.count - distinct.count))
    }
    return warnings
  }

  /// What the constants found leave to be desired.
  static func warnings(
    about law: ParametricLaw,
    lowestLoss: Double,
    conditionNumber: Double,
    exponents: ExponentRule
  ) -> [FitWarning] {
    var warnings: [FitWarning] = []
    if law.irreducibleLoss >= lowestLoss {
      warnings.append(.floorAboveLowestLoss(floor: law.irreducibleLoss, lowest: lowestLoss))
    }
    if law.irreducibleLoss < 1e-3 * lowestLoss { warnings.append(.noFloor) }
    for (name, value) in [("alpha", law.parameterExponent), ("beta", law.dataExponent)]
    where !(0.05...1.2).contains(value) {
      warnings.append(.exponentOutOfRange(name: name, value: value))
    }
    if conditionNumber > 1e10 {
      warnings.append(.illConditioned(conditionNumber: conditionNumber))
    }
    if case .drawn(let center) = exponents { warnings.append(.drawnExponents(center: center)) }
    return warnings
  }

  /// Refuses a law that the runs do not support, where the options say so.
  static func refuse(
    _ warnings: [FitWarning],
    _ options: FitOptions
  ) throws(ScalingLawsError) {
    guard options.refusesDoubtful else { return }
    let reasons = warnings.filter { $0.isDisqualifying(options.exponents) }
    guard reasons.isEmpty else { throw .doubtfulFit(reasons: reasons.map(\.description)) }
  }

  static func correlation(_ x: [Double], _ y: [Double]) -> Double {
    let n = Double(x.count)
    let meanX = x.reduce(0, +) / n
    let meanY = y.reduce(0, +) / n
    var xx = 0.0
    var yy = 0.0
    var xy = 0.0
    for index in x.indices {
      xx += (x[index] - meanX) * (x[index] - meanX)
      yy += (y[index] - meanY) * (y[index] - meanY)
      xy += (x[index] - meanX) * (y[index] - meanY)
    }
    return xx > 0 && yy > 0 ? xy / (xx * yy).squareRoot() : 0
  }
}
