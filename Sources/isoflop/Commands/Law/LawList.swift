import ArgumentParser
import Reports
import ScalingLaws

/// `isoflop law list`: the published laws.
struct LawList: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "List the published laws that the program carries."
  )

  @Flag(help: "Print a JSON list with all constants.")
  var json = false

  func run() throws {
    let report = LawListReport(try PublishedLaw.all())
    Console.write(json ? report.json.text : report.text)
  }
}
