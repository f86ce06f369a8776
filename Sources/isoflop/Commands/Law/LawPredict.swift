import ArgumentParser
import Reports
import ScalingLaws

/// `isoflop law predict`: a law asked about a run.
struct LawPredict: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "predict",
    abstract: "Predict the loss of a run, with its interval.",
    discussion: """
      isoflop law predict law.json --params 1e9 --tokens 2e10
      isoflop law predict besiroglu2024 --params 3B --tokens 60B --measured 2.31
      """
  )

  @Argument(help: ArgumentHelp("A published law, or a law.json.", valueName: "name|file"))
  var law: String

  @Option(help: ArgumentHelp("N, counted as the law counts it.", valueName: "count"))
  var params: Count

  @Option(help: ArgumentHelp("D, repeats counted.", valueName: "count"))
  var tokens: Count

  @Option(help: ArgumentHelp("Distinct tokens, for a law of repeated data.", valueName: "count"))
  var uniqueTokens: Count?

  @Option(help: ArgumentHelp("The loss that was measured.", valueName: "loss"))
  var measured: Count?

  @Flag(help: "Print one JSON object with every digit.")
  var json = false

  func run() throws {
    let report = try report()
    Console.write(json ? report.json.text : report.text)
  }

  private func report() throws -> PredictionReport {
    if law.hasSuffix(".json"), let file = try FormFile.read(law) {
      return try PredictionReport(
        file,
        name: law,
        parameters: params.value,
        tokens: tokens.value,
        uniqueTokens: uniqueTokens?.value,
        measured: measured?.value
      )
    }
    if uniqueTokens != nil {
      throw ValidationError("--unique-tokens needs a law fitted with --form data-constrained.")
    }
    return try PredictionReport(
      LawOptions.law(law),
      parameters: params.value,
      tokens: tokens.value,
      measured: measured?.value
    )
  }
}
