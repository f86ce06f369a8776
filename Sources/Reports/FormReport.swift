import Accounting
public import ScalingLaws

/// A fitted law of a form of its own.
public struct FormReport: Sendable {
  let law: FittedForm
  let source: String
  let notes: [String]

  /// Reports a fit of runs from a source.
  public init(_ law: FittedForm, source: String, notes: [String] = []) {
    self.law = law
    self.source = source
    self.notes = notes
  }

  /// The report for a terminal.
  public var text: String {
    var text = "\(law.formula), fitted to \(law.rowCount) runs of \(source)\n\n"
    var table = TextTable([
      .name(""), .number("value"), .number("\(DecimalText.brief(100 * law.confidence)) % interval"),
    ])
    for constant in law.constants {
      table.add([
        constant.name, DecimalText.constant(constant.value),
        constant.interval.map {
          "\(DecimalText.significant($0.low)) to \(DecimalText.significant($0.high))"
        } ?? "-",
      ])
    }
    text += table.text + "\nobjective \(DecimalText.digits(law.objective))"
    text += law.drawCount > 0 ? ", \(law.drawCount) draws\n" : "\n"
    for note in notes { text += "note: \(note)\n" }
    for warning in law.warnings { text += "warning: \(warning)\n" }
    return text
  }

  /// One object.
  public var json: JSONValue {
    .object(
      law.constants.map { .init($0.name, .number($0.value)) } + [
        .init("form", .string(law.form.rawValue)),
        .init("formula", .string(law.formula)),
        .init("objective", .number(law.objective)),
        .init("rows", .integer(law.rowCount)),
        .init(
          "intervals",
          .object(
            law.constants.compactMap { constant in
              constant.interval.map { .init(constant.name, .pair($0.low, $0.high)) }
            }
          )
        ),
        .init("confidence", .number(law.confidence)),
        .init("draws", .integer(law.drawCount)),
        .init("source", .string(source)),
        .init("notes", .array(notes.map { .string($0) })),
        .init("warnings", .array(law.warnings.map { .string($0) })),
      ]
    )
  }
}

/// How sizes and data grow with compute, by profiles or by the frontier.
public struct AllocationReport: Sendable {
  let fit: AllocationFit
  let form: String
  let source: String
  let confidence: Double

  /// Reports a fit of runs from a source.
  public init(_ fit: AllocationFit, form: String, source: String, confidence: Double) {
    self.fit = fit
    self.form = form
    self.source = source
    self.confidence = confidence
  }

  /// The report for a terminal.
  public var text: String {
    var text = "Compute-optimal allocation by \(form), from runs of \(source)\n\n"
    if !fit.profiles.isEmpty {
      var table = TextTable([
        .number("C"), .number("optimal N"), .number("optimal D"), .number("loss"), .number("runs"),
      ])
      for profile in fit.profiles {
        table.add([
          DecimalText.scientific(profile.flops),
          Quantity(profile.optimalParameters, .parameters).text,
          Quantity(profile.flops / 6 / profile.optimalParameters, .tokens).text,
          DecimalText.fixed(profile.optimalLoss, places: 4),
          "\(profile.runCount) of \(profile.totalRunCount)",
        ])
      }
      text += table.text + "\n"
    }
    var table = TextTable([
      .name(""), .number("exponent"), .number("\(DecimalText.brief(100 * confidence)) % interval"),
    ])
    for (name, law) in [("a, N grows as C^a", fit.parameters), ("b, D grows as C^b", fit.tokens)] {
      table.add([
        name, DecimalText.fixed(law.exponent, places: 4),
        law.interval.map {
          "\(DecimalText.fixed($0.low, places: 3)) to \(DecimalText.fixed($0.high, places: 3))"
        } ?? "-",
      ])
    }
    text += table.text
    for warning in fit.warnings { text += "warning: \(warning)\n" }
    return text
  }

  /// One object.
  public var json: JSONValue {
    func pair(_ interval: Interval?) -> JSONValue {
      interval.map { .pair($0.low, $0.high) } ?? .null
    }
    return .object([
      .init("form", .string(form)),
      .init("a", .number(fit.parameters.exponent)),
      .init("b", .number(fit.tokens.exponent)),
      .init(
        "intervals",
        .object([
          .init("a", pair(fit.parameters.interval)), .init("b", pair(fit.tokens.interval)),
        ])
      ),
      .init("confidence", .number(confidence)),
      .init("draws", .integer(fit.drawCount)),
      .init("reference_flops", .number(fit.parameters.flops)),
      .init("params_at_reference", .number(fit.parameters.value)),
      .init("tokens_at_reference", .number(fit.tokens.value)),
      .init(
        "profiles",
        .array(
          fit.profiles.map { profile in
            .object([
              .init("flops", .number(profile.flops)),
              .init("optimal_params", .number(profile.optimalParameters)),
              .init("optimal_loss", .number(profile.optimalLoss)),
              .init("runs_used", .integer(profile.runCount)),
              .init("runs", .integer(profile.totalRunCount)),
              .init("typical_error", .number(profile.typicalError)),
            ])
          }
        )
      ),
      .init("source", .string(source)),
      .init("warnings", .array(fit.warnings.map { .string($0) })),
    ])
  }
}

extension DecimalText {
  /// A constant of a law: five decimals where it is small, a power of ten where it is large.
  static func constant(_ value: Double) -> String {
    let size = abs(value)
    return size >= 1e5 ? scientific(value) : fixed(value, places: size < 10 ? 5 : 2)
  }
}
