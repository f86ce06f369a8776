import ArgumentParser
import Reports

/// `isoflop tokenizer evaluate`: measures a tokenizer on text.
struct TokenizerEvaluate: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Measure a tokenizer on text, language by language.",
    discussion: """
      isoflop tokenizer evaluate --tokenizer tokenizer.json --corpus Corpora/everyday
      isoflop tokenizer evaluate --tokenizer tokenizer.json \\
        --corpus hi.txt en.txt --reference en

      Words are found by ICU, with dictionaries where no spaces are written.
      Premium is tokens over the reference's for the same content, parity the
      mean of that ratio over segments; both need parallel text. An unreachable
      token is one whose own bytes do not encode to it.
      """
  )

  @Option(help: ArgumentHelp("The tokenizer.json.", valueName: "file"))
  var tokenizer: String

  @OptionGroup var text: MeasuredTextOptions
  @OptionGroup var format: FormatOptions

  func run() throws {
    let report = try text.report(on: [tokenizer])
    Console.write(format.json ? report.json.text : format.csv ? report.csv : report.text)
  }
}
