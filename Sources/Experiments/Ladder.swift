import Accounting
public import Evaluation
import Files
import FoundationEssentials
import LanguageModels
import Randomness
public import Tokenization
public import Training

/// Trains the runs of a ladder one after the other, each in a folder of its own.
///
/// Finished runs stand in the ledger `runs.csv` and are not done again; an interrupted run goes on
/// from its checkpoint.
public struct Ladder {
  /// How far a ladder is.
  public struct Progress: Sendable {
    /// The name of the run in training.
    public let run: String
    /// Its number, counted from 1.
    public let number: Int
    /// The number of runs.
    public let count: Int
    /// What the last step did.
    public let step: StepRecord
    /// The number of steps of the run.
    public let steps: Int
    /// The share of the whole ladder's operations that is done.
    public let fraction: Double
    /// The time left at the speed so far.
    public let secondsLeft: Double
  }

  /// What is trained.
  public let plan: LadderPlan
  /// Where the runs and the ledger lie.
  public let folder: String
  /// The ids trained on.
  public let tokens: TokenArray
  /// What names the ids.
  public let tokensDigest: String
  /// What the ids come from; its files are laid beside each model.
  public let tokenizer: Tokenizer
  /// The held-out text.
  public let evaluation: EvaluationSet

  /// Describes the work.
  public init(
    plan: LadderPlan,
    folder: String,
    tokens: TokenArray,
    tokensDigest: String,
    tokenizer: Tokenizer,
    evaluation: EvaluationSet
  ) {
    self.plan = plan
    self.folder = folder
    self.tokens = tokens
    self.tokensDigest = tokensDigest
    self.tokenizer = tokenizer
    self.evaluation = evaluation
  }

  /// Trains what is not trained yet.
  ///
  /// - Parameters:
  ///   - isInterrupted: Asked before every step.
  ///   - observe: Called after every step.
  /// - Returns: The records in the plan's order, or nil when somebody asked to stop.
  /// - Throws: Whatever a run throws; finished runs are kept.
  public func run(
    isInterrupted: () -> Bool,
    observe: (Progress) -> Void
  ) throws -> [RunRecord]? {
    try prepareOutputFolder(folder)
    var ledger = try RunLedger(path: joined(folder, "runs.csv"))
    var clock = WorkClock(total: plan.flops)
    var records: [RunRecord] = []
    for (index, rung) in plan.rungs.enumerated() {
      let identity = try identity(of: rung)
      let rungFolder = joined(folder, rung.name)
      if let record = ledger.record(named: rung.name, identity: identity),
        try fileKind(joined(rungFolder, "config.json")) != nil
      {
        clock.skip(rung.flops)
        records.append(record)
        continue
      }
      let record = try train(rung, identity, rungFolder, isInterrupted) { step in
        let share = Double(step.step) / Double(rung.plan.steps)
        observe(
          Progress(
            run: rung.name,
            number: index + 1,
            count: plan.rungs.count,
            step: step,
            steps: rung.plan.steps,
            fraction: clock.fraction(after: rung.flops * share),
            secondsLeft: clock.secondsLeft(after: rung.flops * share)
          )
        )
      }
      guard let record else { return nil }
      clock.finish(rung.flops)
      try ledger.add(record)
      records.append(record)
    }
    return records
  }

  /// The losses of a finished run, segment by segment.
  public func losses(of rung: LadderPlan.Rung) throws -> LossTable {
    try LossTable(contentsOf: joined(joined(folder, rung.name), "losses.csv"))
  }

  /// What names ids and tokenizer together.
  private var dataDigest: String { tokensDigest + tokenizer.digest }

  private func identity(of rung: LadderPlan.Rung) throws -> String {
    var plan = rung.plan
    plan.threads = 1
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let bytes = Array(try encoder.encode(plan)) + Array(dataDigest.utf8)
    return String(SHA256.hexadecimal(bytes).prefix(16))
  }

  private func train(
    _ rung: LadderPlan.Rung,
    _ identity: String,
    _ folder: String,
    _ isInterrupted: () -> Bool,
    _ observe: (StepRecord) -> Void
  ) throws -> RunRecord? {
    let model = try GPT(
      rung.plan.shape,
      seed: Seed(rung.plan.seed),
      specialTokens: SpecialTokenIDs(
        beginning: Int(evaluation.endOfText),
        ends: [Int(evaluation.endOfText)]
      )
    )
    let session = try TrainingSession(plan: rung.plan, model: model, sources: [(tokens, 1)])
    let run = try TrainingRun(folder: folder, session: session, dataDigest: dataDigest)
    let outcome = try run.train(isInterrupted: isInterrupted, observe: observe)
    guard outcome == .finished else { return nil }
    let evaluator = try Evaluator(
      set: evaluation,
      context: rung.plan.context,
      threads: rung.plan.threads
    )
    let losses = try evaluator.losses(of: model)
    try losses.write(to: joined(folder, "losses.csv"))
    try model.save(directory: folder)
    try tokenizer.save(besideModel: folder, contextLength: rung.plan.shape.contextLength)
    let record = try record(rung, identity, losses, run.recordedLosses(), run.seconds)
    try RunSummary(record, losses).write(to: joined(folder, "summary.json"))
    try run.removeCheckpoints()
    return record
  }

  private func record(
    _ rung: LadderPlan.Rung,
    _ identity: String,
    _ losses: LossTable,
    _ trainingLosses: [Double],
    _ seconds: Double
  ) throws -> RunRecord {
    let plan = rung.plan
    let lastLosses = trainingLosses.suffix(max(1, plan.steps / 10))
    let total = losses.total
    return RunRecord(
      name: rung.name,
      identity: identity,
      parameters: rung.parameters,
      totalParameters: rung.totalParameters,
      nonEmbeddingParameters: rung.nonEmbeddingParameters,
      tokens: plan.tokenCount,
      uniqueTokens: tokens.count,
      flops: rung.flops,
      loss: total.natsPerToken,
      bitsPerByte: total.bitsPerByte,
      trainingLoss: lastLosses.reduce(0, +) / Double(max(1, lastLosses.count)),
      layers: plan.shape.layerCount,
      width: plan.shape.width,
      heads: plan.shape.headCount,
      vocabulary: plan.shape.vocabularySize,
      context: plan.context,
      batch: plan.batch,
      steps: plan.steps,
      learningRate: plan.schedule.peak,
      seed: plan.seed,
      seconds: seconds
    )
  }
}

/// Estimates how long work takes from the work already done.
struct WorkClock {
  private let total: Double
  private var skipped = 0.0
  private var finished = 0.0
  private let start = ContinuousClock.now

  /// Starts the clock.
  ///
  /// - Parameter total: All work, in any unit.
  init(total: Double) {
    self.total = total
  }

  /// Counts work that was done earlier and tells nothing of the speed.
  mutating func skip(_ work: Double) { skipped += work }

  /// Counts work done since the start.
  mutating func finish(_ work: Double) { finished += work }

  /// The share done, with some work not counted yet.
  func fraction(after work: Double) -> Double {
    total > 0 ? min(1, (skipped + finished + work) / total) : 1
  }

  /// The seconds left at the speed so far, with some work not counted yet.
  func secondsLeft(after work: Double) -> Double {
    let done = finished + work
    guard done > 0 else { return 0 }
    let elapsed = (ContinuousClock.now - start) / .seconds(1)
    return elapsed * max(0, total - skipped - done) / done
  }
}
