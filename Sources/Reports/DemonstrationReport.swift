import Corpora
import Evaluation
public import Experiments
import ScalingLaws
import Tokenization
import Training

/// What the demonstration came to: the ladder, the law, the prediction, the gaps.
public struct DemonstrationReport: Sendable {
  let result: Demonstration.Result

  /// Reports a result.
  public init(_ result: Demonstration.Result) {
    self.result = result
  }

  /// The report for a terminal.
  public var text: String {
    [corpus, ladder, law, prediction, languages].joined(separator: "\n")
  }

  private var corpus: String {
    let corpus = result.corpus
    let prepared = result.prepared
    let bytes = prepared.languages.reduce(0) { $0 + $1.bytes }
    let held = result.losses.languages.reduce(0) { $0 + $1.segments.count }
    let perToken = Double(bytes) / Double(prepared.tokens.count)
    return """
      Corpus     \(corpus.name): \(corpus.languages.count) languages, \
      \(DecimalText.grouped(Double(bytes))) bytes to train on, \(held) segments held out
      Tokenizer  \(DecimalText.grouped(Double(result.tokenizer.vocabularySize))) tokens; \
      \(DecimalText.grouped(Double(prepared.tokens.count))) training tokens, \
      \(DecimalText.fixed(perToken, places: 2)) bytes per token

      """
  }

  private var ladder: String {
    var table = TextTable([
      .name("run"), .number("N"), .number("D"), .number("epochs"), .number("C = 6ND"),
      .number("measured"), .number("law"), .number("residual"),
    ])
    for run in result.fitted { table.add(row(run)) }
    return "The ladder, with held-out loss in nats per token (N: weights of matrix products)\n"
      + table.text
  }

  private func row(_ run: RunRecord) -> [String] {
    let fitted = result.law.law.loss(
      parameters: Double(run.parameters),
      tokens: Double(run.tokens)
    )
    return [
      run.name,
      DecimalText.grouped(Double(run.parameters)),
      DecimalText.grouped(Double(run.tokens)),
      DecimalText.fixed(run.epochs, places: 2),
      DecimalText.scientific(run.sixND),
      DecimalText.fixed(run.loss, places: 4),
      DecimalText.fixed(fitted, places: 4),
      percent(run.loss / fitted - 1),
    ]
  }

  private var law: String {
    let law = result.law
    var text =
      "The law, fitted on these \(result.fitted.count) runs: L = E + A/N^alpha + B/D^beta\n"
    var table = TextTable([
      .name(""), .number("value"), .number("\(confidence) % interval"),
    ])
    for constant in law.law.constants {
      let interval = law.intervals.first { $0.name == constant.name }?.interval
      table.add([
        "  " + constant.name,
        DecimalText.significant(constant.value),
        interval.map { "\(DecimalText.significant($0.low)) … \(DecimalText.significant($0.high))" }
          ?? "",
      ])
    }
    text += table.text
    for warning in law.warnings { text += "  Note: \(warning.description).\n" }
    return text
  }

  private var prediction: String {
    let prediction = result.prediction
    let target = result.target
    let inside = prediction.low <= target.loss && target.loss <= prediction.high
    var text = """
      Predicted and measured: \(target.name), \
      N \(DecimalText.grouped(Double(target.parameters))), \
      D \(DecimalText.grouped(Double(target.tokens)))
        predicted  \(DecimalText.fixed(prediction.value, places: 4)) nats/token, \
      \(confidence) % interval \(DecimalText.fixed(prediction.low, places: 4)) … \
      \(DecimalText.fixed(prediction.high, places: 4))
        measured   \(DecimalText.fixed(target.loss, places: 4)) nats/token, \
      \(percent(target.loss / prediction.value - 1)) from the prediction, \
      \(inside ? "inside" : "outside") the interval

      """
    for warning in prediction.warnings { text += "  Note: \(warning).\n" }
    return text
  }

  private var languages: String {
    let title = "Loss by language, \(result.target.name), held-out segments"
    if let gap = result.gap {
      return title + ", gap to \(gap.reference)\n" + GapReport(gap).text
    }
    var table = TextTable([
      .name("language"), .number("segments"), .number("nats/token"), .number("bits/byte"),
      .number("nats/segment"),
    ])
    for language in result.losses.languages {
      table.add([
        language.language,
        String(language.segments.count),
        DecimalText.fixed(language.natsPerToken, places: 3),
        DecimalText.fixed(language.bitsPerByte, places: 3),
        DecimalText.fixed(language.natsPerSegment, places: 1),
      ])
    }
    let note =
      result.corpus.languages.count > 1
      ? "The languages have different numbers of lines, so their segments do not compare: no gap.\n"
      : ""
    return title + "\n" + table.text + note
  }

  private var confidence: String { DecimalText.brief(100 * result.law.options.confidence) }

  private func percent(_ share: Double) -> String {
    (share > 0 ? "+" : "") + DecimalText.fixed(100 * share, places: 1) + " %"
  }
}
