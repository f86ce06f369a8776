import Accounting
public import Experiments

/// What a finished run came to.
public struct RunSummaryReport {
  private let summary: RunSummary
  private let folder: String

  /// Reports the run of a folder.
  public init(_ summary: RunSummary, folder: String) {
    self.summary = summary
    self.folder = folder
  }

  /// The report for a terminal.
  public var text: String {
    let tokens = Quantity(Double(summary.tokens), .tokens).text
    return """
      \(folder): training loss \(DecimalText.fixed(summary.trainingLoss, places: 4)) nats/token \
      (last tenth of the steps)
      \(tokens) tokens in \(Quantity(summary.seconds, .seconds).text), \
      \(DecimalText.scientific(summary.flops)) FLOPs

      """ + ending
  }

  private var ending: String {
    """
    Look on: isoflop model evaluate --model \(folder) --ids FILE
             isoflop model generate --model \(folder) "Once"

    """
  }

  /// The report for scripts: what `summary.json` holds, and where.
  public var json: JSONValue {
    .object([
      .init("path", .string(folder)),
      .init(
        "parameters",
        .object(
          summary.parameters.sorted { $0.key < $1.key }.map { .init($0.key, .integer($0.value)) }
        )
      ),
      .init("tokens", .integer(summary.tokens)),
      .init("unique_tokens", .integer(summary.uniqueTokens)),
      .init("flops", .number(summary.flops)),
      .init("flops_6nd", .number(summary.flops6ND)),
      .init("training_loss_nats_per_token", .number(summary.trainingLoss)),
      .init("seconds", .number(summary.seconds)),
    ])
  }
}
