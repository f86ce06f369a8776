import ArgumentParser
import Files

/// In which form facts are printed.
struct FormatOptions: ParsableArguments {
  @Flag(help: "Print one JSON object with every digit.")
  var json = false

  @Flag(help: "Print comma-separated values with every digit.")
  var csv = false

  func validate() throws {
    if json, csv { throw ValidationError("--json and --csv exclude each other.") }
  }
}
