import Accounting
public import ScalingLaws

/// Budgets as people read them: one question, one table; several questions, a row each.
public struct EstimateReport: Sendable {
  let estimates: [Estimate]
  let plan: EstimatePlan

  /// Reports estimates that were made by one plan.
  public init(_ estimates: [Estimate], plan: EstimatePlan) {
    self.estimates = estimates
    self.plan = plan
  }

  /// The report for a terminal.
  public var text: String {
    guard let first = estimates.first else { return "" }
    return estimates.count == 1 ? single(first) : several
  }

  // MARK: - One question

  private func single(_ estimate: Estimate) -> String {
    var sections = [title(estimate), laws(estimate)]
    sections.append(hardware(estimate))
    sections.append(conventions(estimate))
    sections.append(memory(estimate))
    sections.append(smallerModels(estimate))
    sections.append(lifetimes(estimate))
    sections.append(repetition(estimate))
    sections.append(hyperparameters(estimate))
    sections.append(vocabulary(estimate))
    sections.append(language(estimate))
    sections.append(warnings(estimate))
    sections.append(ending)
    return sections.filter { !$0.isEmpty }.joined(separator: "\n")
  }

  private func title(_ estimate: Estimate) -> String {
    let question = estimate.answer.question
    var parts: [String] = []
    if let blueprint = plan.blueprint, !blueprint.name.isEmpty { parts.append(blueprint.name) }
    if let n = question.parameters { parts.append("\(Quantity(n, .parameters).text) parameters") }
    if let d = question.tokens { parts.append("\(Quantity(d, .tokens).text) tokens") }
    if let c = question.flops { parts.append("\(Quantity(c, .flops).text) FLOPs") }
    if let l = question.loss { parts.append("a loss of \(DecimalText.brief(l)) nats/token") }
    return "Budget for " + parts.joined(separator: ", ") + "\n"
  }

  private func laws(_ estimate: Estimate) -> String {
    var table = TextTable([
      .name(""), .number("params"), .number("tokens"), .number("tokens/param"), .number("FLOPs"),
      .number("loss (nats/token)"),
    ])
    let optimal = estimate.answer.laws.filter { $0.optimal != nil }
    if !optimal.isEmpty {
      table.addHeading("compute-optimal")
      for entry in optimal {
        if let allocation = entry.optimal {
          table.add(["  " + entry.law.name] + cells(allocation))
        }
      }
    }
    let question = estimate.answer.question
    table.addHeading(
      question.isOpen
        ? "at \(DecimalText.brief(question.tokensPerParameter)) tokens per parameter"
        : "as asked"
    )
    for entry in estimate.answer.laws {
      if let allocation = entry.asked {
        table.add(["  " + entry.law.name + mark(entry)] + cells(allocation))
      }
    }
    var text = table.text
    for entry in estimate.answer.laws {
      guard let interval = entry.interval else { continue }
      let share = DecimalText.brief(100 * (entry.law.fitted?.options.confidence ?? 0))
      text +=
        "\(entry.law.name): \(share) % of predictions from \(DecimalText.fixed(interval.low, places: 4))"
        + " to \(DecimalText.fixed(interval.high, places: 4)) nats/token\n"
    }
    return text
  }

  private func mark(_ entry: LawAnswer) -> String { entry.isInRange == false ? " *" : "" }

  private func cells(_ allocation: Allocation) -> [String] {
    [
      Quantity(allocation.parameters, .parameters).text, Quantity(allocation.tokens, .tokens).text,
      Quantity(allocation.tokensPerParameter, .tokensPerParameter).text,
      Quantity(allocation.flops, .flops).text,
      allocation.loss.map { Quantity($0, .natsPerToken).text } ?? "-",
    ]
  }

  private func hardware(_ estimate: Estimate) -> String {
    guard let time = estimate.time, let hardware = plan.hardware else { return "" }
    var line =
      "\(Quantity(estimate.countedFLOPs, .flops).text) FLOPs take "
      + "\(Quantity(time.deviceHours, .deviceHours).text) device hours on \(hardware.name) at "
      + (hardware.measurement == nil
        ? "\(DecimalText.brief(hardware.utilization * 100)) % of " : "a measured ")
      + Quantity(hardware.peak, .flopsPerSecond).text
    line +=
      hardware.count == 1
      ? ": \(Quantity(time.seconds, .seconds).text)"
      : ": \(Quantity(time.seconds, .seconds).text) on \(hardware.count)"
    if let cost = estimate.cost { line += ", cost \(Quantity(cost, .currency).text)" }
    if let energy = estimate.kilowattHours {
      line += ", \(Quantity(energy, .kilowattHours).text) kWh"
    }
    if let measurement = hardware.measurement { line += "\n(\(measurement))" }
    return line + "\n"
  }

  private func conventions(_ estimate: Estimate) -> String {
    guard !estimate.flopsByConvention.isEmpty else { return "" }
    var table = TextTable([.name("counted as"), .number("FLOPs"), .name("")])
    for (convention, flops) in estimate.flopsByConvention {
      table.add([convention.rawValue, Quantity(flops, .flops).text, convention.explanation])
    }
    return table.text
  }

  private func warnings(_ estimate: Estimate) -> String {
    var lines: [String] = []
    for entry in estimate.answer.laws {
      for warning in entry.warnings { lines.append("\(entry.law.name): \(warning)\n") }
    }
    return lines.isEmpty ? "" : lines.joined()
  }

  private var ending: String {
    let name =
      estimates.first?.answer.laws.first { $0.law.name == "besiroglu2024" }?.law.name
      ?? estimates.first?.answer.laws.first?.law.name ?? "besiroglu2024"
    return "C = 6 N D. The laws disagree because their fits do: isoflop law show \(name)\n"
  }

  // MARK: - Several questions

  private var several: String {
    guard let first = estimates.first else { return "" }
    var columns: [TextTable.Column] = [
      .number("params"), .number("tokens"), .number("FLOPs"), .number("device\nhours"),
    ]
    if plan.hardware == nil { columns.removeLast() }
    columns += first.answer.laws.map { .number(EstimateReport.folded($0.law.name)) }
    var table = TextTable(columns, gap: 2)
    for estimate in estimates {
      let budget = estimate.answer.budget
      var cells = [
        Quantity(budget.parameters, .parameters).text, Quantity(budget.tokens, .tokens).text,
        Quantity(budget.flops, .flops).text,
      ]
      if let time = estimate.time { cells.append(Quantity(time.deviceHours, .deviceHours).text) }
      cells += estimate.answer.laws.map { entry in
        (entry.asked?.loss).map { Quantity($0, .natsPerToken).text + mark(entry) } ?? "-"
      }
      table.add(cells)
    }
    var text = table.text + "\nLosses in nats/token."
    if let hardware = plan.hardware {
      text +=
        " Hours on \(hardware.name)"
        + (hardware.measurement.map { ", by\n\($0)." }
          ?? " at \(DecimalText.brief(hardware.utilization * 100)) %.")
    }
    if estimates.contains(where: { $0.answer.laws.contains { $0.isInRange == false } }) {
      text += "\n* outside the range the law was fitted on."
    }
    return text + " C = 6 N D.\n"
  }

  /// A law's name on several lines: authors, year, variant.
  private static func folded(_ name: String) -> String {
    guard !name.contains("/"), let digit = name.firstIndex(where: \.isNumber) else { return name }
    return name[..<digit] + "\n" + name[digit...].split(separator: "-").joined(separator: "\n")
  }
}
