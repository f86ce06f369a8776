import Accounting
public import Experiments

/// What a run on the operations task came to.
public struct OperationsReport {
  private let summary: OperationsSummary
  private let folder: String

  /// Reports the run of a folder.
  public init(_ summary: OperationsSummary, folder: String) {
    self.summary = summary
    self.folder = folder
  }

  /// The report for a terminal.
  public var text: String {
    var table = TextTable([.name("operation"), .number("right digits, %")])
    for (name, share) in summary.accuracy.sorted(by: { ($1.value, $0.key) < ($0.value, $1.key) }) {
      table.add([name, percent(share)])
    }
    return """
      \(folder): \(percent(summary.validationAccuracy)) % of the validation set's digits right, \
      \(percent(summary.validationExactMatch)) % of its rows
      \(summary.epochs) epochs in \(Quantity(summary.seconds, .seconds).text), loss \
      \(DecimalText.fixed(summary.validationLoss, places: 4)) nats a digit

      \(table.text)
      Epoch by epoch: \(folder)/epochs.jsonl

      """
  }

  private func percent(_ share: Double) -> String { DecimalText.fixed(100 * share, places: 1) }

  /// The report for scripts: what `summary.json` holds, and where.
  public var json: JSONValue {
    func numbers<Value>(_ values: [String: Value], _ number: (Value) -> JSONValue) -> JSONValue {
      .object(values.sorted { $0.key < $1.key }.map { .init($0.key, number($0.value)) })
    }
    return .object([
      .init("path", .string(folder)),
      .init("parameters", numbers(summary.parameters) { .integer($0) }),
      .init("tokens", .integer(summary.tokens)),
      .init("unique_tokens", .integer(summary.uniqueTokens)),
      .init("flops", .number(summary.flops)),
      .init("flops_6nd", .number(summary.flops6ND)),
      .init("steps", .integer(summary.steps)),
      .init("epochs", .integer(summary.epochs)),
      .init("training_accuracy", .number(summary.trainingAccuracy)),
      .init("training_loss_nats_per_token", .number(summary.trainingLoss)),
      .init("validation_accuracy", .number(summary.validationAccuracy)),
      .init("validation_exact_match", .number(summary.validationExactMatch)),
      .init("validation_loss_nats_per_token", .number(summary.validationLoss)),
      .init("accuracy", numbers(summary.accuracy) { .number($0) }),
      .init("confidence", .number(summary.confidence)),
      .init("seconds", .number(summary.seconds)),
    ])
  }
}
