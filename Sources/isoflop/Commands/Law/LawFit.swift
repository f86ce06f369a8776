import ArgumentParser
import Files
import Reports
import ScalingLaws

/// `isoflop law fit`: a law from runs.
struct LawFit: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fit",
    abstract: "Fit a law to training runs.",
    discussion: """
      isoflop law fit runs.csv -o law.json
      isoflop law fit runs.csv --drop-highest 5 --bootstrap 4000 --json
      isoflop law fit ladder.csv --exponents drawn
      isoflop law fit runs.csv --n-column matmul_params --loss-column loss_en

      The table has a row a run, with columns N, D and loss or their usual other
      names. Rows with the same value in a column `run` are drawn together.
      """
  )

  @Argument(help: ArgumentHelp("Runs as comma-separated values; - for standard input."))
  var file: String

  @OptionGroup(title: "Columns") var columns: ColumnOptions
  @OptionGroup(title: "Fit") var fit: FitOptionGroup

  @Option(name: .shortAndLong, help: ArgumentHelp("Write the law there.", valueName: "law.json"))
  var output: String?

  @Flag(name: .shortAndLong, help: "Replace an existing output.")
  var force = false

  @Flag(help: "Print one JSON object with every digit.")
  var json = false

  func run() throws {
    if let output, !force, try fileKind(output) != nil { throw FilesError.exists(path: output) }
    let table = try columns.read(file)
    let fitted = try ParametricFit(table.observations, fit.options()).fit()
    let law = LawFile(
      fitted,
      lossUnit: table.lossUnit,
      parameterConvention: columns.nConvention,
      data: table.file
    )
    if let output { try writeFile(output, law.encoded()) }
    let report = FitReport(law, source: table.file, notes: table.notes)
    Console.write(json ? report.json.text : report.text)
    if let output, !json {
      Console.write("\nNext: isoflop law predict \(output) --params 1e9 --tokens 2e10\n")
    }
  }
}
