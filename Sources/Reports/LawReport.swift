import Accounting
public import ScalingLaws

/// The list of the published laws.
public struct LawListReport: Sendable {
  let laws: [PublishedLaw]

  /// Reports laws in the order given.
  public init(_ laws: [PublishedLaw]) {
    self.laws = laws
  }

  /// The report for a terminal.
  public var text: String {
    var table = TextTable([.name("law"), .name("form"), .name("paper")])
    for law in laws { table.add([law.name, law.form.rawValue, law.paper]) }
    return table.text + "\nConstants, units and ranges: isoflop law show besiroglu2024\n"
  }

  /// A list of objects.
  public var json: JSONValue { .array(laws.map { PublishedLawReport($0).json }) }
}

/// One published law with everything that is known of it.
public struct PublishedLawReport: Sendable {
  let law: PublishedLaw

  /// Reports a law.
  public init(_ law: PublishedLaw) {
    self.law = law
  }

  /// The report for a terminal.
  public var text: String {
    var text = "\(law.name): \(law.formula)\n\n"
    var constants = TextTable([.name("constant"), .number("value"), .name("unit")])
    for constant in law.constants {
      constants.add([constant.name, JSONValue.digits(constant.value), constant.unit])
    }
    text += constants.text + "\n"
    var facts = TextTable([.name(""), .name("")])
    let range = law.range
    for (name, value) in [
      ("paper", law.paper), ("constants from", law.source), ("losses in", law.lossUnit),
      ("N counts", law.parameterConvention), ("data", law.data),
      ("fitted on N", bounds(range.parameters)), ("fitted on D", bounds(range.tokens)),
      ("fitted on C", bounds(range.flops)), ("ranges from", law.rangeSource), ("note", law.note),
    ] where !value.isEmpty {
      facts.add([name, value])
    }
    text += facts.text
    if let parametric = law.parametric {
      text +=
        "\nCompute-optimal: N grows as C^\(DecimalText.significant(parametric.allocationExponent)), "
        + "D as C^\(DecimalText.significant(1 - parametric.allocationExponent)).\n"
    }
    return text
  }

  /// One object.
  public var json: JSONValue {
    .object([
      .init("name", .string(law.name)),
      .init("paper", .string(law.paper)),
      .init("form", .string(law.form.rawValue)),
      .init("formula", .string(law.formula)),
      .init(
        "constants",
        .object(law.constants.map { .init($0.name, .number($0.value)) })
      ),
      .init(
        "units",
        .object(
          law.constants.filter { !$0.unit.isEmpty }.map { .init($0.name, .string($0.unit)) }
        )
      ),
      .init("source", .string(law.source)),
      .init("loss_unit", law.lossUnit.isEmpty ? .null : .string(law.lossUnit)),
      .init("parameter_convention", .string(law.parameterConvention)),
      .init("data", .string(law.data)),
      .init(
        "fit_range",
        .object([
          .init("N", pair(law.range.parameters)), .init("D", pair(law.range.tokens)),
          .init("C", pair(law.range.flops)),
        ])
      ),
      .init("fit_range_source", .string(law.rangeSource)),
      .init("verified", .integer(law.verified)),
      .init("note", .string(law.note)),
    ])
  }

  private func bounds(_ interval: Interval?) -> String {
    guard let interval else { return "" }
    let low = interval.low > 0 ? DecimalText.scientific(interval.low) : "?"
    return "\(low) to \(interval.high.isFinite ? DecimalText.scientific(interval.high) : "?")"
  }

  private func pair(_ interval: Interval?) -> JSONValue {
    guard let interval else { return .null }
    return .array([
      interval.low > 0 ? .number(interval.low) : .null, .number(interval.high),
    ])
  }
}
