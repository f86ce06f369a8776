import ArgumentParser
import Reports

/// `isoflop tokenizer compare`: measures several tokenizers on the same text.
struct TokenizerCompare: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Measure several tokenizers on the same text, side by side.",
    discussion: """
      isoflop tokenizer compare a.json b.json --corpus Corpora/everyday
      isoflop tokenizer compare a.json b.json \\
        --corpus Corpora/everyday --languages hi,th --csv

      The measures are those of isoflop tokenizer evaluate.
      """
  )

  @Argument(help: ArgumentHelp("The tokenizer.json files.", valueName: "file"))
  var tokenizers: [String]

  @OptionGroup var text: MeasuredTextOptions
  @OptionGroup var format: FormatOptions

  func validate() throws {
    if tokenizers.count < 2 {
      throw ValidationError("Name at least two tokenizers, or use isoflop tokenizer evaluate.")
    }
  }

  func run() throws {
    let report = try text.report(on: tokenizers)
    Console.write(format.json ? report.json.text : format.csv ? report.csv : report.text)
  }
}
