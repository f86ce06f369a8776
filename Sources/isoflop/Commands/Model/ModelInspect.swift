import ArgumentParser
import LanguageModels
import Reports

/// `isoflop model inspect`: what lies in a model folder.
struct ModelInspect: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Show the tensors of a model folder or a safetensors file.",
    discussion: """
      isoflop model inspect runs/demo/ladder/L4-d128-D1310k
      isoflop model inspect model.safetensors --statistics
      isoflop model inspect runs/demo/ladder/L4-d128-D1310k --json
      """
  )

  @Argument(help: "A model folder, or a file in the safetensors format.")
  var path: String

  @Flag(help: "Read the numbers too: smallest, largest, mean and deviation.")
  var statistics = false

  @Flag(help: "Print one JSON object with every digit.")
  var json = false

  func run() throws {
    let inspection = try ModelInspection(path, withStatistics: statistics)
    let report = ModelInspectionReport(inspection)
    Console.write(json ? report.json.text : report.text)
  }
}
