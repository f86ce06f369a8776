import Files
import FoundationEssentials
import Kernels
import LanguageModels
import Ranks

/// A training run in a folder of its own: plan, metrics, evaluations and checkpoints.
///
/// Where several ranks train together, each has a run, and only the first one touches the folder and
/// measures the model on held-out text.
public struct TrainingRun {
  /// How a run ended.
  public enum Outcome: Sendable, Hashable {
    /// Every planned step is done, or held-out text no longer gained from them.
    case finished
    /// Somebody asked to stop; a checkpoint was written and the same call goes on from it.
    case interrupted
  }

  /// The run's folder.
  public let folder: String
  /// The model in training.
  public let session: TrainingSession

  private let heldOut: HeldOutText?
  private let identity: String
  private let checkpointInterval: Duration
  private let state = RunState()

  /// Opens a run: a new one, or one that left a checkpoint.
  ///
  /// Writes `plan.json` and cuts `metrics.jsonl` and `evaluations.jsonl` back to the steps of the
  /// checkpoint. A checkpoint is held against the plan before anything is written.
  ///
  /// - Parameters:
  ///   - folder: Where the run lies; created where it is missing.
  ///   - session: The model, still at its first step.
  ///   - heldOut: What the model is measured on at the plan's intervals; nil for nothing.
  ///   - dataDigest: What names the tokens trained and measured on, and the weights started from.
  ///   - planFile: The bytes of `plan.json`, where more than the session's plan belongs in it.
  ///   - checkpointInterval: How much time may be lost to a killed process.
  /// - Throws: ``TrainingError`` when the folder cannot be written or holds another run.
  public init(
    folder: String,
    session: TrainingSession,
    heldOut: HeldOutText? = nil,
    dataDigest: String,
    planFile: [UInt8]? = nil,
    checkpointInterval: Duration = .seconds(60)
  ) throws {
    self.folder = folder
    self.session = session
    self.heldOut = heldOut
    self.checkpointInterval = checkpointInterval
    if session.ranks.isFirst, session.plan.evaluationInterval != nil, heldOut == nil {
      throw TrainingError.invalidPlan(reason: "evaluations are asked for without held-out text")
    }
    // The thread count changes no result, so a run may be resumed with another.
    var plan = session.plan
    plan.threads = 1
    identity = SHA256.hexadecimal(try encoded(plan) + Array(dataDigest.utf8))
    try session.ranks.agree(on: digest(identity), "plan or set of tokens")
    try session.ranks.agree(on: digest(session.kernelLevel), "processor level")
    try session.ranks.together { if session.ranks.isFirst { try openFolder(planFile) } }
    try session.takeStateOfFirstRank()
  }

  /// Takes up what the folder holds, and writes the plan.
  private func openFolder(_ planFile: [UInt8]?) throws {
    try prepareOutputFolder(folder)
    _ = try Checkpoint.restore(session, state, identity: identity, folder: checkpointFolder)
    try writeFile(joined(folder, "plan.json"), planFile ?? encoded(session.plan))
    try removeFile(failurePath)
    try cut(metricsPath, to: session.stepsDone)
    if let interval = session.plan.evaluationInterval {
      try cut(evaluationsPath, to: session.stepsDone / interval)
    }
  }

  private var checkpointFolder: String { joined(folder, Checkpoint.folderName) }
  private var metricsPath: String { joined(folder, "metrics.jsonl") }
  private var evaluationsPath: String { joined(folder, "evaluations.jsonl") }
  private var failurePath: String { joined(folder, "failure.json") }

  /// The seconds spent in all parts of the run, those before interruptions included.
  public var seconds: Double { state.record.seconds }
  /// The latest evaluation.
  public var lastEvaluation: EvaluationRecord? { state.record.evaluations.last }
  /// The evaluation with the lowest loss.
  public var bestEvaluation: EvaluationRecord? { state.record.evaluations.best }
  /// Whether held-out text no longer gained from further steps.
  public var isStoppedEarly: Bool {
    !session.isDone && state.record.evaluations.isOver(session.plan.earlyStopping)
  }

  /// Trains to the end of the plan, or until somebody asks to stop.
  ///
  /// Whatever ends the loop, the metrics of all finished steps are in the file. With early stopping
  /// the model has the weights of the best evaluation at the end.
  ///
  /// - Parameters:
  ///   - isInterrupted: Asked before every step; one rank that wants to stop stops all.
  ///   - evaluated: Called after every evaluation, on the first rank.
  ///   - observe: Called after every step, on the first rank.
  /// - Returns: How the run ended.
  /// - Throws: ``TrainingError`` when the run breaks, `FilesError` when it cannot be recorded.
  public func train(
    isInterrupted: () -> Bool,
    evaluated: (EvaluationRecord) -> Void = { _ in },
    observe: (StepRecord) -> Void
  ) throws -> Outcome {
    guard session.ranks.isFirst else { return try follow(isInterrupted) }
    let before = state.record.seconds
    let start = ContinuousClock.now
    func keepTime() { state.record.seconds = before + (ContinuousClock.now - start) / .seconds(1) }
    var lastCheckpoint = start
    var metrics = try LogFile(appendingTo: metricsPath)
    var recent: [Double] = []
    do {
      // subtle: all ranks must ask each other before every step, so this one must not decide alone.
      while !session.isDone, try !session.ranks.any(isStoppedEarly || isInterrupted()) {
        let record = try session.advance()
        state.record.firstLoss = session.firstLoss
        recent = recent.suffix(4) + [record.loss]
        try metrics.append(record.json)
        observe(record)
        if let evaluation = try evaluateWhenDue() { evaluated(evaluation) }
        let now = ContinuousClock.now
        if now - lastCheckpoint > checkpointInterval, !session.isDone {
          keepTime()
          try metrics.flush()
          try writeCheckpoint()
          lastCheckpoint = now
        }
      }
    } catch {
      // The first error says what happened; on a full disk this one would only say it again.
      try? metrics.flush()
      keepTime()
      throw try explained(error, recent)
    }
    keepTime()
    try metrics.flush()
    guard session.isDone || isStoppedEarly else {
      try writeCheckpoint()
      return .interrupted
    }
    if session.plan.earlyStopping != nil, let best = state.bestWeights {
      session.model.weights.replace(at: 0, with: best[0..<best.count])
    }
    return .finished
  }

  private func writeCheckpoint() throws {
    try Checkpoint.write(session, state, identity: identity, folder: checkpointFolder)
  }

  /// Measures the model after a step that the plan names, and after the last one.
  private func evaluateWhenDue() throws -> EvaluationRecord? {
    let plan = session.plan
    guard let heldOut, let interval = plan.evaluationInterval,
      session.stepsDone % interval == 0 || session.isDone
    else { return nil }
    let record = EvaluationRecord(
      step: session.stepsDone,
      tokens: session.stepsDone * plan.batch * plan.context,
      languages: try heldOut.losses(
        of: session.model,
        context: plan.context,
        threads: plan.threads
      )
    )
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    var log = try LogFile(appendingTo: evaluationsPath)
    try log.append(String(decoding: try encoder.encode(record), as: UTF8.self))
    try log.flush()
    if state.record.evaluations.add(record, plan.earlyStopping), plan.earlyStopping != nil {
      try state.keep(session.model.weights)
    }
    return record
  }

  /// Adds to a divergence what the run knows, and writes it down.
  ///
  /// A checkpoint of the weights before the broken step is written where there is none yet.
  private func explained(_ error: any Error, _ recent: [Double]) throws -> any Error {
    guard case TrainingError.diverged(var divergence) = error else { return error }
    divergence.recentLosses = recent
    try writeFile(failurePath, divergence.json)
    if try Checkpoint.newest(folder: checkpointFolder) == nil, session.stepsDone > 0 {
      try writeCheckpoint()
    }
    divergence.checkpoint = try Checkpoint.newest(folder: checkpointFolder)
    return TrainingError.diverged(divergence)
  }

  /// Does the steps of a rank that writes nothing.
  private func follow(_ isInterrupted: () -> Bool) throws -> Outcome {
    while !session.isDone, try !session.ranks.any(isInterrupted()) {
      _ = try session.advance()
    }
    return session.isDone ? .finished : .interrupted
  }

  /// The training losses of the finished steps in nats per token, as `metrics.jsonl` holds them.
  ///
  /// They include the steps done before an interruption.
  public func recordedLosses() throws -> [Double] {
    let decoder = JSONDecoder()
    return try readFile(metricsPath).split(separator: 0x0A).map { line in
      try decoder.decode(RecordedLoss.self, from: Data(line)).loss
    }
  }

  /// Removes the checkpoints of a run whose model is saved.
  public func removeCheckpoints() throws {
    try Self.removeCheckpoints(in: folder)
  }

  /// Removes the checkpoints that a run left in its folder.
  public static func removeCheckpoints(in folder: String) throws {
    try Checkpoint.removeAll(folder: joined(folder, Checkpoint.folderName))
  }

  /// Drops the lines of a record that belong to steps after the checkpoint, which are done again.
  private func cut(_ path: String, to count: Int) throws {
    if try fileKind(path) == nil, count == 0 { return }
    let lines = try fileKind(path) == nil ? [] : readFile(path).split(separator: 0x0A)
    guard lines.count >= count else {
      throw TrainingError.invalidCheckpoint(
        path: checkpointFolder,
        reason: "\(path) lacks steps that the checkpoint has done"
      )
    }
    try writeFile(path, lines.prefix(count).flatMap { $0 + [0x0A] })
  }
}

/// What is read back of a line of `metrics.jsonl`.
private struct RecordedLoss: Decodable {
  let loss: Double
}

/// The first 64 bits of a text's hash.
private func digest(_ text: String) -> UInt64 {
  UInt64(SHA256.hexadecimal(Array(text.utf8)).prefix(16), radix: 16) ?? 0
}

/// A plan as the bytes that name it.
private func encoded(_ plan: TrainingPlan) throws -> [UInt8] {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.sortedKeys, .prettyPrinted]
  return Array(try encoder.encode(plan)) + [0x0A]
}
