import Files
import FoundationEssentials
import Ranks

/// A training run in a folder of its own: plan, metrics and checkpoints.
///
/// Where several ranks train together, each has a run, and only the first one touches the folder.
public struct TrainingRun {
  /// How a run ended.
  public enum Outcome: Sendable, Hashable {
    /// Every planned step is done.
    case finished
    /// Somebody asked to stop; a checkpoint was written and the same call goes on from it.
    case interrupted
  }

  /// The run's folder.
  public let folder: String
  /// The model in training.
  public let session: TrainingSession

  private let identity: String
  private let checkpointInterval: Duration

  /// Opens a run: a new one, or one that left a checkpoint.
  ///
  /// Writes `plan.json` and cuts `metrics.jsonl` back to the steps of the checkpoint. A checkpoint
  /// is held against the plan before anything is written.
  ///
  /// - Parameters:
  ///   - folder: Where the run lies; created where it is missing.
  ///   - session: The model, still at its first step.
  ///   - dataDigest: What names the tokens trained on, and the weights started from.
  ///   - planFile: The bytes of `plan.json`, where more than the session's plan belongs in it.
  ///   - checkpointInterval: How much time may be lost to a killed process.
  /// - Throws: ``TrainingError`` when the folder cannot be written or holds another run.
  public init(
    folder: String,
    session: TrainingSession,
    dataDigest: String,
    planFile: [UInt8]? = nil,
    checkpointInterval: Duration = .seconds(60)
  ) throws {
    self.folder = folder
    self.session = session
    self.checkpointInterval = checkpointInterval
    // The thread count changes no result, so a run may be resumed with another.
    var plan = session.plan
    plan.threads = 1
    identity = SHA256.hexadecimal(try encoded(plan) + Array(dataDigest.utf8))
    try session.ranks.agree(on: digest(identity), "plan or set of tokens")
    try session.ranks.agree(on: digest(session.kernelLevel), "processor level")
    try session.ranks.together {
      guard session.ranks.isFirst else { return }
      try prepareOutputFolder(folder)
      _ = try Checkpoint.restore(session, identity: identity, folder: checkpointFolder)
      try writeFile(joined(folder, "plan.json"), planFile ?? encoded(session.plan))
      try cutMetrics()
    }
    try session.takeStateOfFirstRank()
  }

  private var checkpointFolder: String { joined(folder, Checkpoint.folderName) }
  private var metricsPath: String { joined(folder, "metrics.jsonl") }

  /// Trains to the end of the plan, or until somebody asks to stop.
  ///
  /// Whatever ends the loop, the metrics of all finished steps are in the file.
  ///
  /// - Parameters:
  ///   - isInterrupted: Asked before every step; one rank that wants to stop stops all.
  ///   - observe: Called after every step, on the first rank.
  /// - Returns: How the run ended.
  /// - Throws: ``TrainingError`` when the run breaks, `FilesError` when it cannot be recorded.
  public func train(
    isInterrupted: () -> Bool,
    observe: (StepRecord) -> Void
  ) throws -> Outcome {
    guard session.ranks.isFirst else { return try follow(isInterrupted) }
    var lastCheckpoint = ContinuousClock.now
    var metrics = try LogFile(appendingTo: metricsPath)
    do {
      while !session.isDone, try !session.ranks.any(isInterrupted()) {
        let record = try session.advance()
        try metrics.append(record.json)
        observe(record)
        let now = ContinuousClock.now
        if now - lastCheckpoint > checkpointInterval, !session.isDone {
          try metrics.flush()
          try Checkpoint.write(session, identity: identity, folder: checkpointFolder)
          lastCheckpoint = now
        }
      }
    } catch {
      try metrics.flush()
      throw error
    }
    try metrics.flush()
    if session.isDone { return .finished }
    try Checkpoint.write(session, identity: identity, folder: checkpointFolder)
    return .interrupted
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

  /// Drops the metrics of steps after the checkpoint, which will be done again.
  private func cutMetrics() throws {
    guard try fileKind(metricsPath) != nil else { return }
    let lines = String(decoding: try readFile(metricsPath), as: UTF8.self)
      .split(separator: "\n").prefix(session.stepsDone)
    guard lines.count == session.stepsDone else {
      throw TrainingError.invalidCheckpoint(
        path: checkpointFolder,
        reason: "\(metricsPath) lacks steps that the checkpoint has done"
      )
    }
    try writeFile(metricsPath, lines.map { $0 + "\n" }.joined())
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
