import ArgumentParser
import Experiments
import Reports
import Training

/// A task whose examples are made here, in the place of files.
struct TaskOptions: ParsableArguments {
  /// The tasks.
  enum Task: String, ExpressibleByArgument, CaseIterable {
    case operations
  }

  @Option(
    help: ArgumentHelp(
      """
      Learn a made-up task instead of files. operations: ten operations on rows of seven digits \
      (\(SequenceOperation.allCases.map(\.rawValue).joined(separator: ", "))), drawn from the \
      seed, training and validation apart.
      """,
      valueName: "task"
    )
  )
  var task: Task?

  @Option(help: ArgumentHelp("For a task: how often each example is read.", valueName: "count"))
  var epochs: Count?

  @Option(help: ArgumentHelp("For a task: the examples trained on.", valueName: "count"))
  var examples: Count?

  func validate() throws {
    for (name, count) in [("epochs", epochs), ("examples", examples)] {
      guard let count else { continue }
      if task == nil { throw ValidationError("--\(name) goes with --task.") }
      if count.whole == nil { throw ValidationError("--\(name) is a whole number.") }
    }
  }

  /// Whether nothing was said.
  var isEmpty: Bool { task == nil }

  /// The epochs, where nobody says otherwise.
  static let defaultEpochs = 20
}

extension RunOptions {
  /// Starts a run on the operations task.
  func start(_ request: RunRequest, _ task: TaskOptions) throws {
    let run = try OperationsRun(
      request,
      epochs: task.epochs?.whole ?? TaskOptions.defaultEpochs,
      examples: task.examples?.whole ?? OperationsRun.defaultTrainingExamples
    )
    let folder = output ?? ""
    try PreparedRun.prepareFolder(folder, replaces: force)
    try show(run, folder, resumes: false)
  }

  /// Shows a run on the operations task while it lasts, and what it came to.
  func show(_ run: OperationsRun, _ folder: String, resumes: Bool) throws {
    Interruption.listen()
    var line = ProgressLine(quiet: quiet)
    // A line that stays would be joined to the error's.
    defer { line.finishLine() }
    let summary = try run.train(
      folder: folder,
      resumes: resumes,
      isInterrupted: { Interruption.isRequested },
      observe: { line.show($0) }
    )
    line.finishLine()
    guard let summary else {
      Console.note("Interrupted. Go on with: isoflop model train --resume \(folder)\n")
      throw ExitStatus.interrupted
    }
    let report = OperationsReport(summary, folder: folder)
    Console.write(json ? report.json.text : report.text)
  }
}

extension ProgressLine {
  /// Shows how far a run is.
  fileprivate mutating func show(_ progress: OperationsRun.Progress) {
    let step = progress.step
    var detail = "step \(step.step)/\(progress.steps) · "
    detail += "loss \(DecimalText.fixed(step.loss, places: 3))"
    if let epoch = progress.epoch {
      detail += " · epoch \(epoch.epoch): "
      detail += "\(DecimalText.fixed(100 * epoch.validationAccuracy, places: 1)) % right"
    }
    update(
      stage: "Training",
      fraction: Double(step.step) / Double(progress.steps),
      detail: detail,
      secondsLeft: progress.secondsLeft
    )
  }
}
