import Accounting
public import ScalingLaws

/// A fitted law: constants, intervals, doubts.
public struct FitReport: Sendable {
  let file: LawFile
  let source: String
  let notes: [String]
  let isOvertraining: Bool

  /// Reports a fit of runs from a source, in the letters of the over-training law if wanted.
  public init(
    _ file: LawFile,
    source: String,
    notes: [String] = [],
    isOvertraining: Bool = false
  ) {
    self.file = file
    self.source = source
    self.notes = notes
    self.isOvertraining = isOvertraining
  }

  private var overtraining: OvertrainingLaw? {
    isOvertraining ? OvertrainingLaw(fitted.law) : nil
  }

  private var fitted: FittedLaw { file.fitted }

  /// The report for a terminal.
  public var text: String {
    let rows = fitted.observations.count
    var text = "L(N, D) = E + A / N^alpha + B / D^beta, fitted to \(rows) runs of \(source)\n\n"
    let share = DecimalText.brief(100 * fitted.options.confidence)
    let intervals = fitted.intervals
    var table = TextTable([.name(""), .number("value"), .number("\(share) % interval"), .name("")])
    for constant in fitted.law.constants {
      let interval = intervals.first { $0.name == constant.name }?.interval
      table.add([
        constant.name, DecimalText.constant(constant.value), interval.map(bounds) ?? "-",
        constant.name == "E" ? file.lossUnit : "",
      ])
    }
    let exponent = intervals.first { $0.name == "a" }?.interval
    table.add([
      "a", DecimalText.constant(fitted.law.allocationExponent), exponent.map(bounds) ?? "-",
      "N grows as C^a",
    ])
    text += table.text
    if let law = overtraining {
      text +=
        "\nE + (a M^eta + b M^-eta) C^-eta with M = D / N: "
        + "a \(DecimalText.constant(law.parameterCoefficient)), "
        + "b \(DecimalText.constant(law.dataCoefficient)), "
        + "eta \(DecimalText.constant(law.exponent))\n"
    }
    text += "\nobjective \(DecimalText.digits(fitted.objective)) (\(objectiveName))"
    if fitted.objective > 0 {
      text += ", typical error \(DecimalText.significant(100 * fitted.typicalError)) %"
    }
    if !fitted.draws.isEmpty { text += ", \(fitted.draws.count) draws" }
    text += "\n"
    if let calibration = fitted.calibration {
      text +=
        "Larger runs left out lay within \(DecimalText.significant(calibration)) half-widths of "
        + "their prediction.\n"
    }
    for note in notes { text += "note: \(note)\n" }
    for warning in fitted.warnings { text += "warning: \(warning.description)\n" }
    return text
  }

  /// One object.
  public var json: JSONValue {
    var members: [JSONValue.Member] = fitted.law.constants.map {
      .init($0.name, .number($0.value))
    }
    members += [
      .init("form", .string(isOvertraining ? "overtraining" : "chinchilla")),
      .init("objective", .number(fitted.objective)),
      .init("objective_kind", .string(objectiveName)),
      .init("rows", .integer(fitted.observations.count)),
      .init("a", .number(fitted.law.allocationExponent)),
      .init(
        "intervals",
        .object(
          fitted.intervals.map { .init($0.name, .pair($0.interval.low, $0.interval.high)) }
        )
      ),
      .init("confidence", .number(fitted.options.confidence)),
      .init("draws", .integer(fitted.draws.count)),
      .init("calibration", .optional(fitted.calibration)),
      .init("typical_relative_error", .number(fitted.typicalError)),
      .init("loss_unit", .string(file.lossUnit)),
      .init("parameter_convention", .string(file.parameterConvention)),
      .init("source", .string(source)),
      .init("fit_range", range),
      .init("notes", .array(notes.map { .string($0) })),
      .init("warnings", .array(fitted.warnings.map { .string($0.description) })),
      .init("warning_codes", .array(fitted.warnings.map { .string($0.code) })),
    ]
    if let law = overtraining {
      members.append(
        .init(
          "overtraining",
          .object([
            .init("E", .number(law.irreducibleLoss)),
            .init("a", .number(law.parameterCoefficient)),
            .init("b", .number(law.dataCoefficient)),
            .init("eta", .number(law.exponent)),
          ])
        )
      )
    }
    return .object(members)
  }

  private var range: JSONValue {
    let range = fitted.range
    func pair(_ interval: Interval?) -> JSONValue {
      interval.map { .pair($0.low, $0.high) } ?? .null
    }
    return .object([
      .init("N", pair(range.parameters)), .init("D", pair(range.tokens)),
      .init("C", pair(range.flops)),
    ])
  }

  private var objectiveName: String {
    switch fitted.options.objective {
    case .huber(let delta):
      "sum of Huber \(DecimalText.scientific(delta)) of log-loss residuals"
    case .leastSquares: "half the sum of squared log-loss residuals"
    }
  }

  private func bounds(_ interval: Interval) -> String {
    "\(DecimalText.significant(interval.low)) to \(DecimalText.significant(interval.high))"
  }
}

extension DecimalText {
  /// A number with every digit it carries.
  public static func digits(_ value: Double) -> String { JSONValue.digits(value) }
}
