import Randomness
import RealModule

/// A law of another form than L(N, D) = E + A / N^α + B / D^β, found by a fit.
public struct FittedForm: Sendable, Hashable {
  /// One constant with its interval.
  public struct Constant: Sendable, Hashable {
    /// The papers' letter.
    public let name: String
    /// The value.
    public let value: Double
    /// The bootstrap's interval; nil without draws.
    public let interval: Interval?
  }

  /// What the constants mean.
  public let form: LawForm
  /// The formula in the papers' letters.
  public let formula: String
  /// The constants.
  public let constants: [Constant]
  /// The smallest value of the objective found.
  public let objective: Double
  /// How many rows stand behind the law.
  public let rowCount: Int
  /// How many draws stand behind the intervals.
  public var drawCount: Int { draws.count }
  /// The constants of each draw, in the order of ``constants``.
  public let draws: [[Double]]
  /// ln(predicted) − ln(observed), row by row.
  public let logResiduals: [Double]
  /// The ranges of the runs behind the law.
  public let range: LawRange
  /// The share of draws inside an interval.
  public let confidence: Double
  /// What a reader must know.
  public let warnings: [String]

  /// A constant's value, or nil.
  public subscript(_ name: String) -> Double? {
    constants.first { $0.name == name }?.value
  }
}

/// Fits of the laws that have forms of their own.
public struct FormFit: Sendable {
  /// Which quantity a power law is in.
  public enum Quantity: String, Sendable, CaseIterable {
    /// N.
    case parameters = "N"
    /// D.
    case tokens = "D"
    /// C.
    case flops = "C"
  }

  let observations: [LossObservation]
  let options: FitOptions

  /// Prepares a fit; of the options, objective, draws, confidence and seed count.
  ///
  /// - Throws: ``ScalingLawsError`` where a number is not positive.
  public init(
    _ observations: [LossObservation],
    _ options: FitOptions = FitOptions(bootstrapCount: 200)
  ) throws(ScalingLawsError) {
    try options.validate()
    try FitDiagnostics.checkNumbers(observations)
    self.observations = observations
    self.options = options
  }

  /// Fits L = ((N_c / N)^(α_N / α_D) + D_c / D)^α_D.
  ///
  /// - Source: Kaplan et al. 2020, arXiv:2001.08361, equation 1.5.
  public func kaplan(monitor: FitMonitor = .none) throws(ScalingLawsError) -> FittedForm {
    try requireVariation(in: [.parameters, .tokens], constants: 4)
    let rows = observations
    func law(_ p: [Double]) -> KaplanLaw {
      KaplanLaw(
        parameterScale: .exp(p[0]),
        dataScale: .exp(p[1]),
        parameterExponent: .exp(p[2]),
        dataExponent: .exp(p[3])
      )
    }
    var starts: [[Double]] = []
    for scale in [20.0, 30, 40] {
      for exponent in [-3.0, -2.3, -1.6] { starts.append([scale, scale, exponent, exponent]) }
    }
    return try fit(
      .kaplan,
      "L=[(Nc/N)^(aN/aD)+Dc/D]^aD",
      monitor: monitor,
      names: ["Nc", "Dc", "aN", "aD"],
      starts: starts,
      constants: { $0.map { .exp($0) } },
      predicted: { p in
        let law = law(p)
        return rows.map { .log(law.loss(parameters: $0.parameters, tokens: $0.tokens)) }
      }
    )
  }

  /// Fits L = E + (x₀ / x)^p in one quantity.
  public func power(
    in quantity: Quantity,
    monitor: FitMonitor = .none
  ) throws(ScalingLawsError) -> FittedForm {
    try requireVariation(in: [quantity], constants: 3)
    let x = values(of: quantity).map { Double.log($0) }
    let mean = x.reduce(0, +) / Double(x.count)
    let lowest = observations.map(\.loss).min() ?? 1
    var starts: [[Double]] = []
    for share in [0.9, 0.5, 0.05] {
      for exponent in [0.05, 0.2, 0.5] {
        starts.append([.log(share * lowest), .log((1.05 - share) * lowest), .log(exponent)])
      }
    }
    let form: LawForm =
      switch quantity {
      case .parameters: .powerOfParameters
      case .tokens: .powerOfTokens
      case .flops: .powerOfComputeWithFloor
      }
    return try fit(
      form,
      "L=E+(\(quantity.rawValue)0/\(quantity.rawValue))^p",
      monitor: monitor,
      names: ["E", "\(quantity.rawValue)0", "p"],
      starts: starts,
      constants: { p in
        let exponent = Double.exp(p[2])
        return [.exp(p[0]), .exp(p[1] / exponent + mean), exponent]
      },
      predicted: { p in
        let exponent = Double.exp(p[2])
        return x.map { .log(.exp(p[0]) + .exp(p[1] - exponent * ($0 - mean))) }
      }
    )
  }

  /// Fits the law of repeated data to runs of which some repeat theirs.
  ///
  /// All seven constants are found together, from the best law of fresh data on.
  ///
  /// - Source: Muennighoff et al. 2023, arXiv:2305.16264, equations 16 and 17.
  public func dataConstrained(
    monitor: FitMonitor = .none
  ) throws(ScalingLawsError) -> FittedForm {
    try requireVariation(in: [.parameters, .tokens], constants: 7)
    let rows = observations
    let repeated = rows.count { ($0.uniqueTokens ?? $0.tokens) < 0.99 * $0.tokens }
    guard repeated >= 3 else {
      throw .noFit(
        reason:
          "\(repeated) runs repeat their data; three or more with a column of distinct tokens "
          + "(unique_tokens) are needed"
      )
    }
    let fresh = rows.filter { ($0.uniqueTokens ?? $0.tokens) >= 0.99 * $0.tokens }
    var base = FitOptions(objective: options.objective, bootstrapCount: 0)
    base.exponents = options.exponents
    // Without enough fresh runs the start comes from all of them; the search corrects it.
    let start: ParametricLaw
    if let law = try? ParametricFit(fresh, base).law() {
      start = law
    } else {
      start = try ParametricFit(rows, base).law()
    }
    let isTied = options.exponents == .tied
    func law(_ p: [Double]) -> DataConstrainedLaw {
      DataConstrainedLaw(
        base: ParametricLaw(
          irreducibleLoss: .exp(p[0]),
          parameterCoefficient: .exp(p[1]),
          dataCoefficient: .exp(p[2]),
          parameterExponent: .exp(p[3]),
          dataExponent: .exp(isTied ? p[3] : p[4])
        ),
        dataHalfLife: .exp(p[5]),
        parameterHalfLife: .exp(p[6])
      )
    }
    let known = start.constants.map { Double.log($0.value) }
    let starts = [(15.0, 5.0), (5, 5), (50, 2), (5, 50)].map { known + [.log($0.0), .log($0.1)] }
    return try fit(
      .dataConstrained,
      "L=E+A/N'^alpha+B/D'^beta",
      monitor: monitor,
      names: ["E", "A", "B", "alpha", "beta", "RstarD", "RstarN"],
      starts: starts,
      constants: { p in
        var constants = p.map { Double.exp($0) }
        if isTied { constants[4] = constants[3] }
        return constants
      },
      predicted: { p in
        let law = law(p)
        return rows.map { row in
          .log(
            law.loss(
              parameters: row.parameters,
              tokens: row.tokens,
              uniqueTokens: row.uniqueTokens ?? row.tokens
            )
          )
        }
      }
    )
  }

  private func values(of quantity: Quantity) -> [Double] {
    switch quantity {
    case .parameters: observations.map(\.parameters)
    case .tokens: observations.map(\.tokens)
    case .flops: observations.map(\.flops)
    }
  }

  private func requireVariation(
    in quantities: [Quantity],
    constants: Int
  ) throws(ScalingLawsError) {
    guard observations.count >= constants else {
      throw .tooFewObservations(found: observations.count, needed: constants)
    }
    for quantity in quantities {
      let values = Set(values(of: quantity))
      if values.count == 1, let value = values.first {
        throw .noVariation(in: quantity.rawValue, value: value)
      }
    }
  }

  /// Searches from all starts, then refits draws from the best.
  private func fit(
    _ form: LawForm,
    _ formula: String,
    monitor: FitMonitor,
    names: [String],
    starts: [[Double]],
    constants: ([Double]) -> [Double],
    predicted: @escaping ([Double]) -> [Double]
  ) throws(ScalingLawsError) -> FittedForm {
    let logLoss = observations.map { Double.log($0.loss) }
    let residuals: ([Double]) -> [Double] = { point in
      zip(predicted(point), logLoss).map { $0 - $1 }
    }
    func search(_ weights: [Double], _ starts: [[Double]]) -> RobustSearch.Result? {
      let search = RobustSearch(
        delta: options.objective.delta,
        weights: weights,
        residuals: residuals
      )
      var best: RobustSearch.Result?
      for start in starts {
        let result = search.minimize(from: start)
        if result.value.isFinite, result.value < best?.value ?? .infinity { best = result }
      }
      return best
    }
    let ones = [Double](repeating: 1, count: observations.count)
    monitor.report("Fit", 0)
    guard let best = search(ones, starts) else {
      throw .noFit(reason: "no start led to a finite objective")
    }
    let found = constants(best.point)
    guard found.allSatisfy(\.isFinite) else {
      throw .noFit(reason: "the constants are not finite")
    }
    try monitor.check()
    try FitDiagnostics.refuse(doubts(of: form, names: names, found), options)
    var draws: [[Double]] = []
    let clusters = RunClusters(observations)
    for number in 0..<options.bootstrapCount {
      monitor.report("Bootstrap", Double(number) / Double(options.bootstrapCount))
      try monitor.check()
      let weights = clusters.weights(number, seed: options.seed)
      if let draw = search(weights, [best.point]) { draws.append(constants(draw.point)) }
    }
    var warnings: [String] = []
    if observations.count < 2 * names.count {
      warnings.append(
        FitWarning.fewRuns(count: observations.count, constants: names.count).description
      )
    }
    let intervals = names.indices.map { index in
      Interval.middle(options.confidence, of: draws.map { $0[index] })
    }
    for (name, interval) in zip(names, intervals) {
      if let interval, interval.low > 0, interval.high > 10 * interval.low {
        warnings.append(
          "\(name) is weakly identified: its interval spans a factor of "
            + short(interval.high / interval.low)
        )
      }
    }
    return FittedForm(
      form: form,
      formula: formula,
      constants: zip(names, zip(found, intervals)).map {
        FittedForm.Constant(name: $0, value: $1.0, interval: $1.1)
      },
      objective: best.value,
      rowCount: observations.count,
      draws: draws,
      logResiduals: residuals(best.point),
      range: LawRange(of: observations),
      confidence: options.confidence,
      warnings: warnings
    )
  }
}
