import Accounting
import Kernels
public import LanguageModels
import Randomness

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
  /// How many steps are done.
  public internal(set) var stepsDone = 0

  let moments: AdamW.Moments
  private let gradients: FloatBuffer
  private let engine: GPTEngine
  private let optimizer: AdamW
  private let flopsPerToken: Double
  private var sampler: BatchSampler

  /// Prepares to train.
  ///
  /// - Parameters:
  ///   - plan: What to do.
  ///   - model: The weights to start from; they are changed in place.
  ///   - sources: Token sequences, each with its share of rows.
  /// - Throws: ``TrainingError`` when plan, model and data do not fit or memory does not suffice.
  public init(
    plan: TrainingPlan,
    model: GPT,
    sources: [(source: any TokenSource, weight: Double)]
  ) throws {
    try plan.validate()
    guard model.shape == plan.shape else {
      throw TrainingError.invalidPlan(reason: "the model has another shape than the plan")
    }
    sampler = try BatchSampler(
      sources: sources,
      context: plan.context,
      batch: plan.batch,
      order: plan.order,
      seed: Seed(plan.seed)
    )
    gradients = try FloatBuffer(count: model.layout.storageCount)
    moments = try AdamW.Moments(count: model.layout.storageCount)
    engine = try GPTEngine(
      layout: model.layout,
      batch: plan.batch,
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
    optimizer = AdamW(
      beta1: plan.beta1,
      beta2: plan.beta2,
      epsilon: plan.epsilon,
      weightDecay: plan.weightDecay,
      clip: plan.clip > 0 ? plan.clip : nil
    )
    self.plan = plan
    self.model = model
  }

  /// Whether every planned step is done.
  public var isDone: Bool { stepsDone >= plan.steps }

  /// Does one step.
  ///
  /// - Throws: ``TrainingError/diverged(step:loss:gradientNorm:learningRate:)`` when the loss or the
  ///   gradient stopped being a number; the weights are of no use then.
  /// - Precondition: The run is not done.
  public func advance() throws -> StepRecord {
    precondition(!isDone, "all \(plan.steps) steps are done")
    let start = ContinuousClock.now
    let batch = sampler.batch(step: stepsDone)
    let learningRate = plan.schedule.rate(step: stepsDone, of: plan.steps)
    let loss = try engine.gradient(
      parameters: model.weights,
      inputs: batch.inputs,
      targets: batch.targets,
      into: gradients
    )
    var norm = Double.nan
    if loss.isFinite {
      norm = optimizer.step(
        parameters: model.weights,
        gradients: gradients,
        moments: moments,
        decaying: model.layout.tensors.filter(\.isMatrix).map(\.range),
        step: stepsDone + 1,
        learningRate: learningRate,
        team: engine.team,
        kernels: engine.kernels
      )
    }
    guard norm.isFinite else {
      throw TrainingError.diverged(
        step: stepsDone + 1,
        loss: loss,
        gradientNorm: norm,
        learningRate: learningRate
      )
    }
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
}
