import Accounting
public import Experiments
import Training

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
      \(DecimalText.scientific(summary.flops)) FLOPs\(speed)

      """ + validation + ending
  }

  private var speed: String {
    guard let speed = summary.speed else { return "" }
    let share = speed.peakShare.map {
      " (\(Int(($0 * 100).rounded())) % of the measured matrix-product peak)"
    }
    return ", \(DecimalText.significant(speed.tokensPerSecond)) tokens/s\(share ?? "")"
  }

  /// The held-out losses of the model that the folder holds.
  private var validation: String {
    guard let validation = summary.validation else { return "" }
    let isBest = summary.modelStep == validation.best.step
    let shown = isBest ? validation.best : validation.last
    var text = "Held out, step \(shown.step): \(loss(shown))"
    if !isBest { text += "; best at step \(validation.best.step): \(loss(validation.best))" }
    if summary.isStoppedEarly == true {
      text += "; stopped early after step \(summary.steps ?? shown.step)"
    }
    text += "\n"
    guard shown.languages.count > 1 else { return text }
    var table = TextTable([.name("language"), .number("nats/token"), .number("bits/byte")])
    for language in shown.languages {
      table.add([
        language.language, DecimalText.fixed(language.natsPerToken, places: 4),
        language.bitsPerByte.map { DecimalText.fixed($0, places: 4) } ?? "",
      ])
    }
    return text + table.text
  }

  private func loss(_ record: EvaluationRecord) -> String {
    "\(DecimalText.fixed(record.natsPerToken, places: 4)) nats/token"
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
      .init("steps", summary.steps.map { .integer($0) } ?? .null),
      .init("stopped_early", summary.isStoppedEarly.map { .bool($0) } ?? .null),
      .init("model_step", summary.modelStep.map { .integer($0) } ?? .null),
      .init("validation", summary.validation.map(json) ?? .null),
      .init("tokens_per_second", .optional(summary.speed?.tokensPerSecond)),
      .init("flops_per_second", .optional(summary.speed?.flopsPerSecond)),
      .init("peak_flops_per_second", .optional(summary.speed?.peakFLOPsPerSecond)),
      .init("peak_share", .optional(summary.speed?.peakShare)),
    ])
  }

  private func json(_ validation: RunSummary.Validation) -> JSONValue {
    .object([.init("last", json(validation.last)), .init("best", json(validation.best))])
  }

  private func json(_ record: EvaluationRecord) -> JSONValue {
    .object([
      .init("step", .integer(record.step)),
      .init("tokens", .integer(record.tokens)),
      .init("loss_nats_per_token", .number(record.natsPerToken)),
      .init("languages", .array(record.languages.map(json))),
    ])
  }

  private func json(_ loss: HeldOutLoss) -> JSONValue {
    .object([
      .init("language", .string(loss.language)),
      .init("loss_nats_per_token", .number(loss.natsPerToken)),
      .init("bits_per_byte", .optional(loss.bitsPerByte)),
      .init("bits_per_segment", .optional(loss.bitsPerSegment)),
      .init("tokens", .integer(loss.tokens)),
      .init("bytes", loss.bytes.map { .integer($0) } ?? .null),
      .init("segments", loss.segments.map { .integer($0) } ?? .null),
    ])
  }
}
