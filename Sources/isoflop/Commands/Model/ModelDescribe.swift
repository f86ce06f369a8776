import Accounting
import ArgumentParser
import Reports

/// `isoflop model describe`: a blueprint, counted.
struct ModelDescribe: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "describe",
    abstract: "Count a model's parameters, operations and bytes before it exists.",
    discussion: """
      isoflop model describe --preset gpt2
      isoflop model describe --blueprint config.json --json
      isoflop model describe --preset llama3.1-8b --context 32768
      """
  )

  @OptionGroup var model: BlueprintOptions

  @Option(help: ArgumentHelp("Length of the sequences.", valueName: "tokens"))
  var context: Count?

  @Flag(help: "Print one JSON object with every digit.")
  var json = false

  func validate() throws {
    if model.blueprint == nil, model.preset == nil {
      throw ValidationError("Name a model: --preset gpt2, or --blueprint config.json.")
    }
    if let context, context.whole == nil {
      throw ValidationError("--context is a whole number of tokens.")
    }
  }

  func run() throws {
    guard let blueprint = try model.read() else { return }
    let report = try BlueprintReport(blueprint, contextLength: context?.whole)
    Console.write(json ? report.json.text : report.text)
  }
}
