import Randomness
import RealModule

/// A law found by a fit, with everything needed to doubt it.
public struct FittedLaw: Sendable, Hashable {
  /// The constants.
  public let law: ParametricLaw
  /// The smallest value of the objective found: a sum over the rows, not a mean.
  public let objective: Double
  /// How the fit was made.
  public let options: FitOptions
  /// What it was made of.
  public let observations: [LossObservation]
  /// ln(predicted) − ln(observed), row by row.
  public let logResiduals: [Double]
  /// The laws of the bootstrap's draws.
  public let draws: [ParametricLaw]
  /// How much wider than the bootstrap's the predictive interval is; nil where it was not checked.
  public internal(set) var calibration: Double?
  /// What a reader must know.
  public internal(set) var warnings: [FitWarning]

  /// The ranges of the runs behind the law.
  public var range: LawRange { LawRange(of: observations) }

  /// The constants' intervals, with a, the exponent of compute-optimal size, as the last.
  ///
  /// Empty without draws.
  public var intervals: [(name: String, interval: Interval)] {
    var result: [(name: String, interval: Interval)] = []
    for (index, constant) in law.constants.enumerated() {
      let values = draws.map { $0.constants[index].value }
      if let interval = Interval.middle(options.confidence, of: values) {
        result.append((constant.name, interval))
      }
    }
    if let interval = Interval.middle(
      options.confidence,
      of: draws.map(\.allocationExponent)
    ) {
      result.append(("a", interval))
    }
    return result
  }

  /// The root of the mean squared residual: a typical relative error.
  public var typicalError: Double {
    let sum = logResiduals.reduce(0) { $0 + $1 * $1 }
    return (sum / Double(max(logResiduals.count, 1))).squareRoot()
  }
}

/// A predicted loss with its interval.
public struct Prediction: Sendable, Hashable {
  /// The law's loss.
  public var value: Double
  /// The calibrated interval's lower end; the value itself without draws.
  public var low: Double
  /// The calibrated interval's upper end.
  public var high: Double
  /// The interval before calibration; nil without draws.
  public var uncalibrated: Interval?
  /// How far, as a factor, the farthest of N, D and C lies outside the law's runs: 1 inside.
  public var extrapolation: Double
  /// Which quantities lie outside the runs' range.
  public var warnings: [String]
}

extension FittedLaw {
  /// Predicts the loss of a run.
  ///
  /// The interval is that of the bootstrap's curves with a resampled residual on each, widened by
  /// ``calibration``.
  ///
  /// - Throws: ``ScalingLawsError/notPositive(name:value:)``.
  public func predict(
    parameters: Double,
    tokens: Double
  ) throws(ScalingLawsError) -> Prediction {
    try requirePositive(parameters, "The number of parameters")
    try requirePositive(tokens, "The number of tokens")
    let value = law.loss(parameters: parameters, tokens: tokens)
    let outside = range.outside(parameters: parameters, tokens: tokens)
    var prediction = Prediction(
      value: value,
      low: value,
      high: value,
      uncalibrated: nil,
      extrapolation: outside.map(\.factor).max() ?? 1,
      warnings: outside.map(LawRange.warning)
    )
    guard let raw = rawInterval(parameters: parameters, tokens: tokens) else { return prediction }
    let factor = max(1, calibration ?? 1)
    prediction.uncalibrated = raw
    prediction.low = value * .exp(factor * min(0, Double.log(raw.low / value)))
    prediction.high = value * .exp(factor * max(0, Double.log(raw.high / value)))
    return prediction
  }

  /// The bootstrap's interval of a new run's loss.
  func rawInterval(parameters: Double, tokens: Double) -> Interval? {
    guard !draws.isEmpty, !logResiduals.isEmpty else { return nil }
    var generator = Seed(options.seed).stream("residuals")
    // Residuals are smaller than errors by the constants that were fitted to them.
    let rows = Double(logResiduals.count)
    let constants = Double(FitDiagnostics.constantCount(options.exponents))
    let inflation = (rows / max(rows - constants, 1)).squareRoot()
    let residuals = logResiduals.sorted()
    let values = draws.map { draw in
      let residual = residuals[generator.below(residuals.count)]
      return draw.loss(parameters: parameters, tokens: tokens) * .exp(-inflation * residual)
    }
    return Interval.middle(options.confidence, of: values)
  }
}

extension LawRange {
  /// A sentence about a quantity outside a range.
  static func warning(
    _ outside: (quantity: String, value: Double, range: Interval, factor: Double)
  ) -> String {
    let isBelow = outside.value < outside.range.low
    let end = isBelow ? outside.range.low : outside.range.high
    return "\(outside.quantity) lies \(brief(outside.factor))x \(isBelow ? "below" : "above") "
      + "the fit range (\(short(end)))"
  }

  /// One sentence about all quantities outside their ranges, or none.
  static func summary(
    _ outside: [(quantity: String, value: Double, range: Interval, factor: Double)]
  ) -> [String] {
    guard !outside.isEmpty else { return [] }
    let parts = outside.map { entry in
      let side = entry.value < entry.range.low ? "below" : "above"
      return "\(entry.quantity) \(brief(entry.factor))x \(side)"
    }
    return ["outside the fit range: " + parts.joined(separator: ", ")]
  }

  /// A factor with two or three digits.
  private static func brief(_ factor: Double) -> String {
    factor < 100 ? short((factor * 10).rounded() / 10) : short(factor)
  }
}
