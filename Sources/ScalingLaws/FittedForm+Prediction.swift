import Randomness
import RealModule

extension FittedForm {
  /// Predicts the loss of a run.
  ///
  /// The interval is that of the draws' curves with a resampled residual on each; it is not
  /// calibrated.
  ///
  /// - Parameters:
  ///   - parameters: N.
  ///   - tokens: D, repeats counted.
  ///   - uniqueTokens: U; D itself where nothing repeats.
  /// - Returns: The loss in the unit of the runs.
  /// - Throws: ``ScalingLawsError`` where a number is not positive or the form predicts no loss.
  public func predict(
    parameters: Double,
    tokens: Double,
    uniqueTokens: Double? = nil
  ) throws(ScalingLawsError) -> Prediction {
    try requirePositive(parameters, "The number of parameters")
    try requirePositive(tokens, "The number of tokens")
    if let uniqueTokens { try requirePositive(uniqueTokens, "The number of unique tokens") }
    let unique = uniqueTokens ?? tokens
    let found = constants.map(\.value)
    guard let value = loss(found, parameters: parameters, tokens: tokens, uniqueTokens: unique)
    else { throw .unanswerable(law: form.rawValue, reason: "this form predicts no loss") }
    let outside = range.outside(parameters: parameters, tokens: tokens)
    var prediction = Prediction(
      value: value,
      low: value,
      high: value,
      uncalibrated: nil,
      extrapolation: outside.map(\.factor).max() ?? 1,
      warnings: outside.map(LawRange.warning)
    )
    guard !draws.isEmpty, !logResiduals.isEmpty else { return prediction }
    var generator = Seed(1).stream("residuals")
    let residuals = logResiduals.sorted()
    let values = draws.compactMap { draw in
      let residual = residuals[generator.below(residuals.count)]
      return loss(draw, parameters: parameters, tokens: tokens, uniqueTokens: unique)
        .map { $0 * .exp(-residual) }
    }
    if let interval = Interval.middle(confidence, of: values) {
      prediction.uncalibrated = interval
      prediction.low = min(value, interval.low)
      prediction.high = max(value, interval.high)
      prediction.warnings.append("the interval is the bootstrap's, not calibrated")
    }
    return prediction
  }

  /// The loss by constants in the order of ``constants``; nil where the form has none.
  private func loss(
    _ p: [Double],
    parameters: Double,
    tokens: Double,
    uniqueTokens: Double
  ) -> Double? {
    guard p.count == constants.count else { return nil }
    switch form {
    case .kaplan where p.count == 4:
      return KaplanLaw(
        parameterScale: p[0],
        dataScale: p[1],
        parameterExponent: p[2],
        dataExponent: p[3]
      ).loss(parameters: parameters, tokens: tokens)
    case .dataConstrained where p.count == 7:
      return DataConstrainedLaw(
        base: ParametricLaw(
          irreducibleLoss: p[0],
          parameterCoefficient: p[1],
          dataCoefficient: p[2],
          parameterExponent: p[3],
          dataExponent: p[4]
        ),
        dataHalfLife: p[5],
        parameterHalfLife: p[6]
      ).loss(parameters: parameters, tokens: tokens, uniqueTokens: uniqueTokens)
    case .powerOfParameters where p.count == 3: return power(p).loss(parameters)
    case .powerOfTokens where p.count == 3: return power(p).loss(tokens)
    case .powerOfComputeWithFloor where p.count == 3:
      return power(p).loss(6 * parameters * tokens)
    default: return nil
    }
  }

  private func power(_ p: [Double]) -> PowerLaw {
    PowerLaw(scale: p[1], exponent: p[2], irreducibleLoss: p[0])
  }
}
