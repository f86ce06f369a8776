public import Accounting
import Kernels
import LanguageModels
import Randomness

/// How fast this processor trains, found by training.
///
/// Whole steps are timed: forward and backward pass, clipping and AdamW, on random tokens. The
/// fastest step counts, because whatever else runs on the machine only slows steps down.
public struct MeasuredRate: Sendable, Hashable {
  /// What was trained.
  public let blueprint: Blueprint
  /// B, the sequences of a step.
  public let batch: Int
  /// T, the tokens of a sequence.
  public let context: Int
  /// How many threads computed.
  public let threads: Int
  /// How many steps were timed, after one that was not.
  public let steps: Int
  /// The seconds of the fastest step.
  public let secondsPerStep: Double
  /// The operations of a step, counted as ``FLOPConvention/matmulAndAttention``.
  public let flopsPerStep: Double

  /// Operations per second.
  public var flopsPerSecond: Double { flopsPerStep / secondsPerStep }
  /// Tokens per second.
  public var tokensPerSecond: Double { Double(batch * context) / secondsPerStep }

  /// Trains a blueprint for a while.
  ///
  /// - Parameters:
  ///   - blueprint: What is trained; without experts.
  ///   - batch: B, at least 1.
  ///   - context: T; the shape's context, at most 256, by default.
  ///   - threads: At least 1.
  ///   - seconds: For how long, five steps at least.
  /// - Throws: `AccountingError` for an impossible blueprint, `KernelsError` when memory does not
  ///   suffice, ``TrainingError/invalidPlan(reason:)`` for numbers that cannot be trained with.
  public init(
    of blueprint: Blueprint,
    batch: Int = 8,
    context: Int? = nil,
    threads: Int,
    seconds: Double = 1
  ) throws {
    let shape = blueprint.shape
    let context = context ?? min(shape.contextLength, 256)
    let plan = TrainingPlan(
      shape: shape,
      context: context,
      batch: batch,
      steps: 10_000,
      schedule: LearningRateSchedule(form: .constant, peak: 1e-3, warmupSteps: 0),
      seed: 1,
      threads: threads
    )
    try plan.validate()
    var generator = Seed(1).stream("tokens")
    let tokens = (0...4 * batch * context).map { _ in
      Int32(generator.below(shape.vocabularySize))
    }
    let session = try TrainingSession(
      plan: plan,
      model: GPT(shape, seed: Seed(1)),
      sources: [(TokenArray(tokens), 1)]
    )
    // The first step touches all memory for the first time.
    _ = try session.advance()
    let start = ContinuousClock.now
    var fastest = Double.infinity
    var steps = 0
    while !session.isDone, steps < 5 || ContinuousClock.now - start < .seconds(seconds) {
      let time = try ContinuousClock().measure { _ = try session.advance() }
      fastest = min(fastest, time / .seconds(1))
      steps += 1
    }
    let perToken = try TrainingFLOPs.perToken(
      blueprint,
      convention: .matmulAndAttention,
      contextLength: context
    )
    self.blueprint = blueprint
    self.batch = batch
    self.context = context
    self.threads = threads
    self.steps = steps
    secondsPerStep = max(fastest, 1e-9)
    flopsPerStep = perToken * Double(batch * context)
  }
}
