import Accounting
import Kernels
public import LanguageModels
import Randomness
public import Ranks

/// A model in training: its weights, the optimizer's moments and the place in the data.
///
/// A session does one step at a time; whoever drives it decides when to evaluate, to write a
/// checkpoint or to stop. What a step computes depends on the plan, the data and the steps before,
/// not on time, on the thread count or on interruptions.
public final class TrainingSession {
  /// What is trained, and how.
  public let plan: TrainingPlan
  /// The model, whose weights change with every step.
  public let model: GPT
  /// The processes that share each batch.
  public let ranks: Communicator
  /// How many steps are done.
  public internal(set) var stepsDone = 0
  /// The loss of the very first step, against which an explosion is measured.
  var firstLoss: Double?

  let moments: [FloatBuffer]
  private let sum: GradientSum
  private let engine: GPTEngine
  private let microBatch: Int
  private let optimizer: Optimizer
  private let groups: [ParameterGroup]
  private let flopsPerToken: Double
  private var batches: any BatchSource

  /// Prepares to train on token sequences.
  ///
  /// - Parameters:
  ///   - plan: What to do.
  ///   - model: The weights to start from; they are changed in place.
  ///   - sources: Token sequences, each with its share of rows.
  ///   - ranks: The processes that share each batch.
  /// - Throws: ``TrainingError`` when plan, model and data do not fit or memory does not suffice.
  public convenience init(
    plan: TrainingPlan,
    model: GPT,
    sources: [(source: any TokenSource, weight: Double)],
    ranks: Communicator = .alone
  ) throws {
    try plan.validate()
    try self.init(
      plan: plan,
      model: model,
      batches: BatchSampler(
        sources: sources,
        context: plan.context,
        batch: plan.batch,
        order: plan.order,
        seed: Seed(plan.seed)
      ),
      ranks: ranks
    )
  }

  /// Prepares to train on batches of any origin.
  ///
  /// - Parameters:
  ///   - plan: What to do.
  ///   - model: The weights to start from; they are changed in place.
  ///   - batches: What is learned from, in the plan's batch and context.
  ///   - ranks: The processes that share each batch; all prepare the same.
  /// - Throws: ``TrainingError`` when plan, model and data do not fit or memory does not suffice.
  public init(
    plan: TrainingPlan,
    model: GPT,
    batches: any BatchSource,
    ranks: Communicator = .alone
  ) throws {
    try plan.validate()
    guard model.shape == plan.shape else {
      throw TrainingError.invalidPlan(reason: "the model has another shape than the plan")
    }
    guard batches.batch == plan.batch, batches.context == plan.context else {
      throw TrainingError.invalidPlan(
        reason: "batches of \(batches.batch) × \(batches.context) in a plan of "
          + "\(plan.batch) × \(plan.context)"
      )
    }
    self.batches = batches
    let parts = try plan.parts(ranks: ranks.count)
    microBatch = plan.batch / parts
    sum = try GradientSum(count: model.layout.storageCount, parts: parts, ranks: ranks)
    optimizer = plan.kernelOptimizer
    moments = try optimizer.makeMoments(count: model.layout.storageCount)
    groups = plan.parameterGroups(model.layout)
    engine = try GPTEngine(
      layout: model.layout,
      batch: microBatch,
      context: plan.context,
      threads: plan.threads,
      purpose: .training,
      precision: plan.precision
    )
    flopsPerToken = try TrainingFLOPs.perToken(
      Blueprint(plan.shape, name: ""),
      convention: .matmulAndAttention,
      contextLength: plan.context
    )
    self.plan = plan
    self.model = model
    self.ranks = ranks
  }

  /// The level of the kernels, on which bits depend.
  var kernelLevel: String { engine.kernels.level.rawValue }

  /// Whether every planned step is done.
  public var isDone: Bool { stepsDone >= plan.steps }

  /// Does one step: the gradients of the batch are summed, then clipped, then the weights change.
  ///
  /// - Throws: ``TrainingError/diverged(_:)`` when the loss exploded, or it or the gradient stopped
  ///   being a number; the weights are then those before the step.
  /// - Precondition: The run is not done.
  public func advance() throws -> StepRecord {
    precondition(!isDone, "all \(plan.steps) steps are done")
    let start = ContinuousClock.now
    let learningRate = plan.schedule.rate(step: stepsDone, of: plan.steps)
    let loss = try sumGradients()
    let norm = gradientNorm()
    guard loss.isFinite, loss <= largestLoss, norm.isFinite else {
      throw TrainingError.diverged(
        Divergence(
          step: stepsDone + 1,
          loss: loss,
          largestLoss: largestLoss,
          gradientNorm: norm,
          learningRate: learningRate,
          gradientNorms: gradientNorms()
        )
      )
    }
    firstLoss = firstLoss ?? loss
    optimizer.step(
      parameters: model.weights,
      gradients: sum.gradients,
      moments: moments,
      groups: groups,
      step: stepsDone + 1,
      learningRate: learningRate,
      gradientScale: sum.scale * plan.clippingScale(norm: norm),
      team: engine.team,
      kernels: engine.kernels
    )
    stepsDone += 1
    let tokens = plan.batch * plan.context
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    return StepRecord(
      step: stepsDone,
      tokens: stepsDone * tokens,
      flops: flopsPerToken * Double(stepsDone * tokens),
      loss: loss,
      learningRate: learningRate,
      gradientNorm: norm,
      tokensPerSecond: seconds > 0 ? Double(tokens) / seconds : 0
    )
  }

  /// The largest loss that is not called an explosion: five times the first or that of guessing.
  private var largestLoss: Double {
    let guessing = logarithm(Double(max(2, plan.shape.vocabularySize)))
    return 5 * max(firstLoss ?? guessing, guessing)
  }

  /// Sums the gradients of the next step's batch, and gives its mean loss.
  private func sumGradients() throws -> Double {
    try sum.compute(model, engine: engine) { part in
      let rows = part * microBatch..<(part + 1) * microBatch
      return GradientSum.Part(
        tokens: batches.batch(step: stepsDone, rows: rows),
        dropout: DropoutDraw(seed: plan.seed, step: stepsDone, firstSequence: rows.lowerBound)
      )
    }
  }

  /// The norm of the next batch's gradient, tensor by tensor; no step is done.
  ///
  /// - Throws: `LanguageModelsError` for an id outside the vocabulary.
  public func nextGradientNorms() throws -> [Divergence.TensorNorm] {
    _ = try sumGradients()
    return gradientNorms()
  }

  /// How fast matrix products run on this session's threads when everything is in favor.
  ///
  /// - Returns: Operations per second.
  /// - Throws: `KernelsError` when memory does not suffice.
  public func measuredPeak() throws -> Double {
    try engine.kernels.measuredPeak(team: engine.team, precision: plan.precision)
  }

  /// The norm of the last batch's mean gradient, tensor by tensor.
  public func gradientNorms() -> [Divergence.TensorNorm] {
    model.layout.tensors.map { tensor in
      let norm = sum.gradients.norm(of: tensor.range, kernels: engine.kernels)
      return Divergence.TensorNorm(name: tensor.name, norm: sum.scale * norm)
    }
  }

  /// The norm of the last batch's mean gradient.
  private func gradientNorm() -> Double {
    sum.scale * sum.gradients.norm(team: engine.team, kernels: engine.kernels)
  }
}
