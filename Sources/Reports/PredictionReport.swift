import Accounting
public import ScalingLaws

/// A predicted loss.
public struct PredictionReport: Sendable {
  let name: String
  let lossUnit: String
  let confidence: Double?
  let parameters: Double
  let tokens: Double
  let prediction: Prediction
  let measured: Double?

  /// Reports what a law predicts of a run, beside the loss that was measured, where one was.
  ///
  /// - Throws: ``ScalingLawsError`` where a number is not positive.
  public init(
    _ law: ComparedLaw,
    parameters: Double,
    tokens: Double,
    measured: Double? = nil
  ) throws(ScalingLawsError) {
    name = law.name
    lossUnit = law.lossUnit
    confidence = law.fitted?.options.confidence
    self.parameters = parameters
    self.tokens = tokens
    self.measured = measured
    prediction = try law.predict(parameters: parameters, tokens: tokens)
  }

  /// Reports what a law of a form of its own predicts of a run.
  ///
  /// - Throws: ``ScalingLawsError`` where a number is not positive.
  public init(
    _ file: FormFile,
    name: String,
    parameters: Double,
    tokens: Double,
    uniqueTokens: Double?,
    measured: Double?
  ) throws(ScalingLawsError) {
    self.name = name
    lossUnit = file.lossUnit
    confidence = file.law.confidence
    self.parameters = parameters
    self.tokens = tokens
    self.measured = measured
    prediction = try file.law.predict(
      parameters: parameters,
      tokens: tokens,
      uniqueTokens: uniqueTokens
    )
  }

  /// The report for a terminal.
  public var text: String {
    let unit = lossUnit.split(separator: "_").joined(separator: " ")
    var text =
      "\(Quantity(parameters, .parameters).text) parameters, \(Quantity(tokens, .tokens).text) "
      + "tokens by \(name)\n\n"
      + "predicted   \(DecimalText.fixed(prediction.value, places: 4)) \(unit)\n"
    if let raw = prediction.uncalibrated, let confidence {
      let share = DecimalText.brief(100 * confidence)
      text += "interval    \(bounds(prediction.low, prediction.high)) (\(share) %)\n"
      if raw.low != prediction.low || raw.high != prediction.high {
        text += "bootstrap   \(bounds(raw.low, raw.high)) (before calibration)\n"
      }
    }
    if let measured {
      let residual = measured - prediction.value
      text +=
        "measured    \(DecimalText.fixed(measured, places: 4)), "
        + "\(DecimalText.fixed(residual, places: 4)) or "
        + "\(DecimalText.significant(100 * residual / prediction.value)) % off the prediction\n"
    }
    for warning in prediction.warnings { text += "warning: \(warning)\n" }
    return text
  }

  /// One object.
  public var json: JSONValue {
    .object([
      .init("law", .string(name)),
      .init("params", .number(parameters)),
      .init("tokens", .number(tokens)),
      .init("loss_unit", .string(lossUnit)),
      .init("loss", .number(prediction.value)),
      .init(
        "interval",
        prediction.uncalibrated == nil ? .null : .pair(prediction.low, prediction.high)
      ),
      .init(
        "uncalibrated_interval",
        prediction.uncalibrated.map { .pair($0.low, $0.high) } ?? .null
      ),
      .init("confidence", .optional(confidence)),
      .init("measured", .optional(measured)),
      .init("residual", .optional(measured.map { $0 - prediction.value })),
      .init("extrapolation", .number(prediction.extrapolation)),
      .init("warnings", .array(prediction.warnings.map { .string($0) })),
    ])
  }

  private func bounds(_ low: Double, _ high: Double) -> String {
    "\(DecimalText.fixed(low, places: 4)) to \(DecimalText.fixed(high, places: 4))"
  }
}
