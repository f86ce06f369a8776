import ArgumentParser
import Reports
import ScalingLaws

/// `isoflop law show`: one law with its provenance.
struct LawShow: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Show a law's constants, units, source and fit range.",
    discussion: """
      isoflop law show besiroglu2024
      isoflop law show law.json --json
      """
  )

  @Argument(help: ArgumentHelp("A published law, or a law.json.", valueName: "name|file"))
  var law: String

  @Flag(help: "Print one JSON object.")
  var json = false

  func run() throws {
    if law.hasSuffix(".json"), let file = try FormFile.read(law) {
      let report = FormReport(file.law, source: law)
      Console.write(json ? report.json.text : report.text)
    } else if law.hasSuffix(".json") {
      let report = FitReport(try LawFile.read(law), source: law)
      Console.write(json ? report.json.text : report.text)
    } else {
      let report = PublishedLawReport(try PublishedLaw.named(law))
      Console.write(json ? report.json.text : report.text)
    }
  }
}
