import Accounting
import Files
import LanguageModels
import Ranks
import Tokenization
public import Training

extension PreparedRun {
  /// How far a run is.
  public struct Progress: Sendable {
    /// What the last step did.
    public let step: StepRecord
    /// The number of steps of the run.
    public let steps: Int
    /// The tokens a second since the run was started or resumed, evaluations not counted.
    public let tokensPerSecond: Double
    /// The time left at the speed so far.
    public let secondsLeft: Double
    /// The share of the measured peak of matrix products; nil in the first half second.
    public let peakShare: Double?
    /// The last evaluation; nil before the first.
    public let evaluation: EvaluationRecord?
  }

  /// Checks that a folder can take a new run, and creates it.
  ///
  /// - Parameters:
  ///   - folder: The run's folder.
  ///   - replaces: Whether a run or a model that lies there may be replaced.
  /// - Throws: ``ExperimentsError/runExists(folder:isFinished:)``, or `FilesError` where the folder
  ///   cannot be written.
  public static func prepareFolder(_ folder: String, replaces: Bool) throws {
    if !replaces {
      let isFinished = try fileKind(joined(folder, summaryName)) != nil
      if try isFinished || fileKind(joined(folder, RunPlan.fileName)) != nil {
        throw ExperimentsError.runExists(folder: folder, isFinished: isFinished)
      }
      let model = joined(folder, "config.json")
      if try fileKind(model) != nil { throw FilesError.exists(path: model) }
    }
    try prepareOutputFolder(folder)
  }

  /// The summary of the run that a folder holds, where it is finished.
  public static func isFinished(folder: String) throws -> Bool {
    try fileKind(joined(folder, summaryName)) != nil
  }

  static let summaryName = "summary.json"

  /// Removes what an older run recorded in a folder.
  static func removeRecords(in folder: String) throws {
    let logs = ["metrics.jsonl", "evaluations.jsonl", "epochs.jsonl", "failure.json"]
    for name in [summaryName] + logs { try removeFile(joined(folder, name)) }
  }

  /// Trains from the start and writes the model.
  ///
  /// - Parameters:
  ///   - folder: Prepared by ``prepareFolder(_:replaces:)``; what an older run left is removed.
  ///   - isInterrupted: Asked before every step.
  ///   - observe: Called after every step.
  /// - Returns: The summary, or nil when somebody asked to stop and on all ranks but the first.
  /// - Throws: `TrainingError` when the run breaks, `FilesError` when it cannot be recorded.
  public func train(
    folder: String,
    isInterrupted: () -> Bool,
    observe: (Progress) -> Void
  ) throws -> RunSummary? {
    try ranks.together {
      guard ranks.isFirst else { return }
      try Self.removeRecords(in: folder)
      try TrainingRun.removeCheckpoints(in: folder)
      try layTokenizer(in: folder)
    }
    return try advance(folder: folder, isInterrupted: isInterrupted, observe: observe)
  }

  /// Trains on from where the folder's checkpoint is and writes the model.
  ///
  /// - Parameters:
  ///   - folder: The run's folder.
  ///   - isInterrupted: Asked before every step.
  ///   - observe: Called after every step.
  /// - Returns: The summary, or nil when somebody asked to stop and on all ranks but the first.
  /// - Throws: `TrainingError` when the run breaks, `FilesError` when it cannot be recorded.
  public func resume(
    folder: String,
    isInterrupted: () -> Bool,
    observe: (Progress) -> Void
  ) throws -> RunSummary? {
    try ranks.together { if ranks.isFirst { try prepareOutputFolder(folder) } }
    return try advance(folder: folder, isInterrupted: isInterrupted, observe: observe)
  }

  private func advance(
    folder: String,
    isInterrupted: () -> Bool,
    observe: (Progress) -> Void
  ) throws -> RunSummary? {
    let session = try ranks.together {
      try TrainingSession(plan: plan.training, model: model, sources: sources, ranks: ranks)
    }
    let run = try TrainingRun(
      folder: folder,
      session: session,
      heldOut: heldOut,
      dataDigest: plan.dataDigest,
      planFile: try plan.json(),
      checkpointInterval: .seconds(plan.checkpointSeconds)
    )
    var meter = SpeedMeter(plan.training, first: session.stepsDone)
    let outcome = try run.train(isInterrupted: isInterrupted) { step in
      meter.add(step, session)
      observe(
        Progress(
          step: step,
          steps: plan.training.steps,
          tokensPerSecond: meter.tokensPerSecond,
          secondsLeft: meter.secondsLeft,
          peakShare: meter.peakShare,
          evaluation: run.lastEvaluation
        )
      )
    }
    guard outcome == .finished, ranks.isFirst else { return nil }
    try model.save(directory: folder)
    let tokens = session.stepsDone * plan.training.batch * plan.training.context
    var summary = RunSummary(
      try parameterCount(),
      tokens: tokens,
      uniqueTokens: uniqueTokens,
      flops: try Self.flopsPerToken(plan.training.shape, plan.training.context) * Double(tokens),
      trainingLosses: try run.recordedLosses(),
      seconds: run.seconds
    )
    summary.add(run, speed: meter.speed)
    try summary.write(to: joined(folder, Self.summaryName))
    try run.removeCheckpoints()
    return summary
  }

  /// Lays the tokenizer's files beside the model to come.
  private func layTokenizer(in folder: String) throws {
    guard let tokenizer else { return }
    let target = joined(folder, "tokenizer.json")
    let (source, _) = split(tokenizer)
    if target != tokenizer { try writeFile(target, readFile(tokenizer)) }
    let settings = joined(source, "tokenizer_config.json")
    if try fileKind(settings) == .file {
      try writeFile(joined(folder, "tokenizer_config.json"), readFile(settings))
    } else {
      try writeFile(
        joined(folder, "tokenizer_config.json"),
        try Tokenizer(contentsOf: tokenizer)
          .transformersConfiguration(contextLength: model.shape.contextLength)
      )
    }
  }
}
