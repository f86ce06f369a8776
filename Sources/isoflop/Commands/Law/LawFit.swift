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
      isoflop law fit ladder.csv --allow-doubtful
      isoflop law fit runs.csv --form isoflop
      isoflop law fit runs.csv --form power --in D
      isoflop law fit runs.csv --n-column matmul_params --loss-column loss_en

      The table has a row a run, with columns N, D and loss or their usual other
      names. Rows with the same value in a column `run` are drawn together. Runs that
      do not support a law (too few sizes, N and D grown together, a floor above the
      losses, exponents out of bounds) are refused unless --allow-doubtful is given.
      """
  )

  @Argument(help: ArgumentHelp("Runs as comma-separated values; - for standard input."))
  var file: String

  @Option(help: "The law's form; isoflop and frontier fit the allocation alone.")
  var form = Form.chinchilla

  @Option(name: .customLong("in"), help: "The quantity of a power law: N, D or C.")
  var quantity = FormFit.Quantity.flops

  @Option(help: ArgumentHelp("How far runs of one isoFLOP budget differ.", valueName: "share"))
  var budgetTolerance = 0.3

  @OptionGroup(title: "Columns") var columns: ColumnOptions
  @OptionGroup(title: "Fit") var fit: FitOptionGroup

  @Option(name: .shortAndLong, help: ArgumentHelp("Write the law there.", valueName: "law.json"))
  var output: String?

  @Flag(name: .shortAndLong, help: "Replace an existing output.")
  var force = false

  @Flag(name: [.short, .long], help: "Show no progress.")
  var quiet = false

  @Flag(help: "Print one JSON object with every digit.")
  var json = false

  func validate() throws {
    if output != nil, form == .isoflop || form == .frontier {
      throw ValidationError("The forms isoflop and frontier predict no loss: there is no --output.")
    }
  }

  func run() throws {
    if let output, !force, try fileKind(output) != nil { throw FilesError.exists(path: output) }
    let table = try columns.read(file)
    let progress = FitProgress(quiet: quiet)
    do {
      try fit(table, progress)
    } catch ScalingLawsError.cancelled {
      progress.finish()
      Console.note("Interrupted. Nothing was written.\n")
      throw ExitStatus.interrupted
    }
  }
}

extension LawFit {
  /// Fits the form asked for and prints it.
  private func fit(_ table: ObservationTable, _ progress: FitProgress) throws {
    let (rows, monitor) = (table.observations, progress.monitor)
    func show(_ law: FittedForm) throws {
      progress.finish()
      try print(law, table)
    }
    switch form {
    case .chinchilla, .overtraining: try fitParametric(table, progress)
    case .kaplan: try show(FormFit(rows, formOptions).kaplan(monitor: monitor))
    case .dataConstrained: try show(FormFit(rows, formOptions).dataConstrained(monitor: monitor))
    case .power: try show(FormFit(rows, formOptions).power(in: quantity, monitor: monitor))
    case .isoflop:
      let fit = try IsoFLOPFit(rows, fit.options(), tolerance: budgetTolerance)
      print(try fit.fit(), table)
    case .frontier: print(try FrontierFit(rows, fit.options()).fit(), table)
    }
  }
}

extension LawFit {
  /// The forms of laws that can be fitted, as they are typed.
  enum Form: String, ExpressibleByArgument, CaseIterable {
    case chinchilla, kaplan
    case dataConstrained = "data-constrained"
    case isoflop, frontier, power, overtraining
  }

  /// Fewer draws: the search of these forms is general, and slower.
  private var formOptions: FitOptions {
    var options = fit.options()
    options.bootstrapCount = min(options.bootstrapCount, 200)
    return options
  }

  private func fitParametric(_ table: ObservationTable, _ progress: FitProgress) throws {
    var options = fit.options()
    if form == .overtraining { options.exponents = .tied }
    let fitted = try ParametricFit(table.observations, options).fit(monitor: progress.monitor)
    progress.finish()
    let law = LawFile(
      fitted,
      lossUnit: table.lossUnit,
      parameterConvention: columns.nConvention,
      data: table.file
    )
    if let output { try writeFile(output, law.encoded()) }
    let report = FitReport(
      law,
      source: table.file,
      notes: table.notes,
      isOvertraining: form == .overtraining
    )
    Console.write(json ? report.json.text : report.text)
    if let output, !json {
      Console.write("\nNext: isoflop law predict \(output) --params 1e9 --tokens 2e10\n")
    }
  }

  private func print(_ law: FittedForm, _ table: ObservationTable) throws {
    if let output { try writeFile(output, FormFile(law, lossUnit: table.lossUnit).encoded()) }
    let report = FormReport(law, source: table.file, notes: table.notes)
    Console.write(json ? report.json.text : report.text)
  }

  private func print(_ allocation: AllocationFit, _ table: ObservationTable) {
    let report = AllocationReport(
      allocation,
      form: form == .isoflop ? "isoflop profiles" : "the frontier",
      source: table.file,
      confidence: fit.confidence
    )
    Console.write(json ? report.json.text : report.text)
  }
}
