import Accounting
import Files
import FoundationEssentials
import LanguageModels
import Randomness
public import Training

/// A run on the operations task, whose examples are drawn from the plan's seed.
public struct OperationsRun {
  /// How far a run is.
  public struct Progress: Sendable {
    /// What the last step did.
    public let step: StepRecord
    /// The number of steps of the run.
    public let steps: Int
    /// The last epoch's record.
    public let epoch: EpochRecord?
    /// The time left at the speed so far.
    public let secondsLeft: Double
  }

  /// What is done.
  public let plan: OperationsPlan

  private let model: GPT
  private let data: OperationsData
  private let batches: OperationsBatches

  /// The examples trained on, where nobody says otherwise.
  public static let defaultTrainingExamples = 50_000
  /// The examples measured on.
  static let validationExamples = 2000
  /// The rows of a step, where nobody says otherwise.
  public static let defaultBatch = 64
  /// The highest learning rate, where nobody says otherwise.
  static let defaultLearningRate = 2e-3

  /// Plans a run.
  ///
  /// - Parameters:
  ///   - request: Shape, optimizer, schedule, seed; its files and its budget are not looked at.
  ///   - epochs: How often each example is read.
  ///   - examples: The examples trained on.
  /// - Throws: An error of the module at fault for a shape or numbers that do not fit the task.
  public init(_ request: RunRequest, epochs: Int, examples: Int = defaultTrainingExamples) throws {
    var shape =
      switch request.start {
      case .preset(let name): try Blueprint.preset(name).shape
      case .blueprint(let path), .model(let path): try ModelShape(configuration: path)
      }
    if let dropout = request.dropout { shape.dropout = dropout }
    guard shape.vocabularySize == SequenceOperation.vocabularySize,
      shape.contextLength >= OperationsData.length, !shape.causal
    else {
      throw TrainingError.invalidPlan(
        reason: "the operations task needs a vocabulary of \(SequenceOperation.vocabularySize), a "
          + "context of at least \(OperationsData.length) and full attention, as the preset "
          + "operations has"
      )
    }
    var training = try PreparedRun.trainingPlan(request, shape: shape)
    training.context = OperationsData.length
    training.schedule.peak =
      request.learningRate
      ?? Self.defaultLearningRate * request.optimizer.learningRateScale
    guard epochs >= 1, epochs <= 1 << 20, training.batch <= examples else {
      throw TrainingError.invalidPlan(
        reason: "\(epochs) epochs of \(examples) examples in batches of \(training.batch)"
      )
    }
    training.steps = epochs * (examples / training.batch)
    training.schedule.warmupSteps = request.warmupSteps ?? max(1, training.steps / 20)
    try self.init(
      OperationsPlan(
        training: training,
        initialization: request.initialization,
        epochs: epochs,
        trainingExamples: examples,
        validationExamples: Self.validationExamples,
        checkpointSeconds: request.checkpointSeconds
      )
    )
  }

  /// Opens the run that a folder holds; nil where it is one of another kind.
  public init?(resuming folder: String, threads: Int?) throws {
    guard let plan = try OperationsPlan(folder: folder) else { return nil }
    try self.init(plan.with(threads: threads))
  }

  private init(_ plan: OperationsPlan) throws {
    self.plan = plan
    let training = plan.training
    try training.validate()
    data = try OperationsData(
      trainingCount: plan.trainingExamples,
      validationCount: plan.validationExamples,
      seed: Seed(training.seed)
    )
    batches = try OperationsBatches(
      data.training,
      batch: training.batch,
      seed: Seed(training.seed)
    )
    model = try GPT(
      training.shape,
      initialization: plan.initialization,
      seed: Seed(training.seed)
    )
  }

  /// Trains, from the start or from where the folder's checkpoint is, and writes the model.
  ///
  /// - Parameters:
  ///   - folder: The run's folder.
  ///   - resumes: Whether to go on; else what an older run left is removed.
  ///   - isInterrupted: Asked before every step.
  ///   - observe: Called after every step.
  /// - Returns: The summary, or nil when somebody asked to stop.
  /// - Throws: `TrainingError` when the run breaks, `FilesError` when it cannot be recorded.
  public func train(
    folder: String,
    resumes: Bool,
    isInterrupted: () -> Bool,
    observe: (Progress) -> Void
  ) throws -> OperationsSummary? {
    let epochsPath = joined(folder, "epochs.jsonl")
    if !resumes {
      try PreparedRun.removeRecords(in: folder)
      try TrainingRun.removeCheckpoints(in: folder)
    }
    let session = try TrainingSession(plan: plan.training, model: model, batches: batches)
    let run = try TrainingRun(
      folder: folder,
      session: session,
      dataDigest: "operations \(plan.trainingExamples) \(plan.validationExamples)",
      planFile: try plan.json(),
      checkpointInterval: .seconds(plan.checkpointSeconds)
    )
    let perEpoch = batches.stepsPerEpoch
    var epochs = EpochLog(path: epochsPath)
    try epochs.cut(to: session.stepsDone == 0 ? 0 : session.stepsDone / perEpoch + 1)
    if session.stepsDone == 0 { try epochs.append(EpochRecord(0, of: session, on: data)) }
    let first = session.stepsDone
    let start = ContinuousClock.now
    var failure: (any Error)?
    let outcome = try run.train(isInterrupted: { failure != nil || isInterrupted() }) { step in
      if step.step % perEpoch == 0 {
        do {
          try epochs.append(EpochRecord(step.step / perEpoch, of: session, on: data))
        } catch { failure = error }
      }
      let elapsed = (ContinuousClock.now - start) / .seconds(1)
      observe(
        Progress(
          step: step,
          steps: plan.training.steps,
          epoch: epochs.last,
          secondsLeft: elapsed / Double(step.step - first)
            * Double(plan.training.steps - step.step)
        )
      )
    }
    if let failure { throw failure }
    guard outcome == .finished, let last = epochs.last else { return nil }
    try model.save(directory: folder)
    let summary = OperationsSummary(
      try ParameterCount(model.shape),
      plan,
      flopsPerToken: try PreparedRun.flopsPerToken(model.shape, OperationsData.length),
      last: last,
      seconds: run.seconds
    )
    try writeFile(joined(folder, PreparedRun.summaryName), summary.json())
    try run.removeCheckpoints()
    return summary
  }
}

/// The lines of `epochs.jsonl`.
private struct EpochLog {
  let path: String
  private(set) var last: EpochRecord?

  init(path: String) {
    self.path = path
  }

  /// Drops the records of epochs that will be done again.
  mutating func cut(to count: Int) throws {
    guard try fileKind(path) != nil else { return }
    let lines = try readFile(path).split(separator: 0x0A).prefix(count)
    last = try lines.last.map { try JSONDecoder().decode(EpochRecord.self, from: Data($0)) }
    try writeFile(path, lines.flatMap { $0 + [0x0A] })
  }

  mutating func append(_ record: EpochRecord) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    var log = try LogFile(appendingTo: path)
    try log.append(String(decoding: try encoder.encode(record), as: UTF8.self))
    try log.flush()
    last = record
  }
}
