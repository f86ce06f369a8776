import Accounting
import ArgumentParser
import Experiments
import Ranks
import Reports
import Training

/// Where a run goes and what is shown of it.
struct RunOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("How many threads compute; it changes no result.", valueName: "count")
  )
  var threads: Int?

  @Option(name: [.short, .long], help: ArgumentHelp("The run's folder.", valueName: "folder"))
  var output: String?

  @Flag(name: [.short, .long], help: "Replace a run or model that is there.")
  var force = false

  @Flag(name: [.customShort("n"), .long], help: "Show the plan and how long it takes; do nothing.")
  var dryRun = false

  @Flag(help: "Print one JSON object with every digit.")
  var json = false

  @Flag(name: [.short, .long], help: "Show no progress.")
  var quiet = false

  func validate() throws {
    if let threads, !(1...1024).contains(threads) {
      throw ValidationError("--threads must lie between 1 and 1024.")
    }
  }

  /// Starts a run, or shows what it would do.
  ///
  /// - Parameters:
  ///   - task: A task in the place of files, or none.
  ///   - request: Makes the request for some number of threads.
  /// - Throws: What goes wrong in this process; it has then ended the others.
  func start(task: TaskOptions? = nil, _ request: (_ threads: Int) -> RunRequest) throws {
    try LaunchedProcesses.run { ranks in
      let request = request(threads ?? LaunchedProcesses.threads(ranks))
      guard let task, !task.isEmpty else { return try start(request, ranks) }
      guard ranks.count == 1 else {
        throw TrainingError.invalidPlan(reason: "a --task is learned by one process, not several")
      }
      try start(request, task)
    }
  }

  private func start(_ request: RunRequest, _ ranks: Communicator) throws {
    if ranks.isFirst { try request.precision.noteEmulation() }
    if dryRun {
      guard ranks.isFirst else { return }
      let run = try PreparedRun(request, ranks: ranks.count)
      let report = try RunPlanReport(run, speed: run.measuredSpeed())
      return Console.write(json ? report.json.text : report.text)
    }
    let folder = output ?? ""
    let run = try PreparedRun(request, ranks: ranks, folder: folder, replaces: force)
    if ranks.isFirst, !quiet { note(run.plan.training.shape.dropout, of: request) }
    try show(folder, ranks) { observe in
      try run.train(
        folder: folder,
        isInterrupted: { Interruption.isRequested },
        observe: observe
      )
    }
  }

  /// Says where a model drops what nobody asked for here: GPT-2's folders often do.
  private func note(_ dropout: Dropout, of request: RunRequest) {
    guard request.dropout == nil, dropout != .none else { return }
    Console.note(
      "Training drops numbers as the model's config.json says; --dropout 0 keeps all.\n"
    )
  }

  /// Goes on with the run of a folder.
  func resume(_ folder: String) throws {
    try LaunchedProcesses.run { ranks in try resume(folder, ranks) }
  }

  private func resume(_ folder: String, _ ranks: Communicator) throws {
    let isFinished = try ranks.together {
      try ranks.isFirst && PreparedRun.isFinished(folder: folder)
    }
    if try ranks.any(isFinished) {
      if isFinished { Console.note("\(folder) is finished: there is nothing to go on with.\n") }
      return
    }
    // Several ranks were given their processors by the launcher, not by the plan.
    let threads = threads ?? (ranks.count > 1 ? LaunchedProcesses.threads(ranks) : nil)
    if ranks.count == 1, let run = try OperationsRun(resuming: folder, threads: threads) {
      return try show(run, folder, resumes: true)
    }
    let run = try PreparedRun(resuming: folder, ranks: ranks, threads: threads)
    if ranks.isFirst { try run.plan.training.precision.noteEmulation() }
    try show(folder, ranks) { observe in
      try run.resume(
        folder: folder,
        isInterrupted: { Interruption.isRequested },
        observe: observe
      )
    }
  }

  /// Shows a run while it lasts, and what it came to.
  private func show(
    _ folder: String,
    _ ranks: Communicator,
    _ train: ((PreparedRun.Progress) -> Void) throws -> RunSummary?
  ) throws {
    Interruption.listen()
    var line = ProgressLine(quiet: quiet || !ranks.isFirst)
    // A line that stays would be joined to the error's.
    defer { line.finishLine() }
    let summary = try train { line.show($0) }
    line.finishLine()
    guard ranks.isFirst else { return }
    guard let summary else {
      Console.note("Interrupted. Go on with: isoflop model train --resume \(folder)\n")
      throw ExitStatus.interrupted
    }
    let report = RunSummaryReport(summary, folder: folder)
    Console.write(json ? report.json.text : report.text)
  }
}

extension ProgressLine {
  /// Shows how far a run is.
  fileprivate mutating func show(_ progress: PreparedRun.Progress) {
    let step = progress.step
    var detail = "step \(step.step)/\(progress.steps) · "
    detail += "loss \(DecimalText.fixed(step.loss, places: 3))"
    if let evaluation = progress.evaluation {
      detail += " (held out \(DecimalText.fixed(evaluation.natsPerToken, places: 3)))"
    }
    detail += " · \(DecimalText.significant(progress.tokensPerSecond)) tokens/s"
    if let share = progress.peakShare {
      detail += " · \(Int((share * 100).rounded())) % of peak"
    }
    update(
      stage: "Training",
      fraction: Double(step.step) / Double(progress.steps),
      detail: detail,
      secondsLeft: progress.secondsLeft
    )
  }
}
