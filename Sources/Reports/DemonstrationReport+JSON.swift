import Corpora
import Evaluation
import Experiments
import ScalingLaws
import Tokenization
import Training

extension DemonstrationReport {
  /// The report for scripts, in full precision.
  public var json: JSONValue {
    let law = result.law
    let prediction = result.prediction
    return .object([
      .init("corpus", .string(result.corpus.name)),
      .init("languages", .array(result.corpus.languages.map { .string($0.tag) })),
      .init("vocabulary", .integer(result.tokenizer.vocabularySize)),
      .init("training_tokens", .integer(result.prepared.tokens.count)),
      .init("ladder", .array(result.fitted.map(json))),
      .init(
        "law",
        .object(
          law.law.constants.map { .init($0.name, .number($0.value)) } + [
            .init(
              "intervals",
              .object(
                law.intervals.map { .init($0.name, .pair($0.interval.low, $0.interval.high)) }
              )
            ),
            .init("confidence", .number(law.options.confidence)),
            .init("warnings", .array(law.warnings.map { .string($0.description) })),
          ]
        )
      ),
      .init("target", json(result.target)),
      .init(
        "prediction",
        .object([
          .init("loss_nats_per_token", .number(prediction.value)),
          .init("interval", .pair(prediction.low, prediction.high)),
          .init("measured_nats_per_token", .number(result.target.loss)),
          .init("residual", .number(result.target.loss - prediction.value)),
          .init("warnings", .array(prediction.warnings.map { .string($0) })),
        ])
      ),
      .init("gap", result.gap.map { GapReport($0).json } ?? .null),
    ])
  }

  private func json(_ run: RunRecord) -> JSONValue {
    .object([
      .init("name", .string(run.name)),
      .init("N", .integer(run.parameters)),
      .init("D", .integer(run.tokens)),
      .init("unique_tokens", .integer(run.uniqueTokens)),
      .init("C", .number(run.sixND)),
      .init("flops", .number(run.flops)),
      .init("loss_nats_per_token", .number(run.loss)),
      .init("bits_per_byte", .number(run.bitsPerByte)),
    ])
  }
}
