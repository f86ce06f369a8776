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

  @Option(help: ArgumentHelp("The loss that was measured.", valueName: "loss"))
  var measured: Count?

  @Flag(help: "Print one JSON object with every digit.")
  var json = false

  func run() throws {
    let report = try PredictionReport(
      LawOptions.law(law),
      parameters: params.value,
      tokens: tokens.value,
      measured: measured?.value
    )
    Console.write(json ? report.json.text : report.text)
  }
}
