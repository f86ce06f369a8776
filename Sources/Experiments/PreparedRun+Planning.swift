import Accounting
import LanguageModels
import Randomness
import Tokenization
import Training

extension PreparedRun {
  /// How fast steps are done here.
  public struct Speed: Sendable, Hashable {
    /// The time of one step.
    public let secondsPerStep: Double
    /// How many steps were tried.
    public let steps: Int
  }

  /// The largest model that is tried before a run, in parameters, and the most operations of a step:
  /// beyond them, a trial alone would take minutes and much memory.
  private static let largestTrial = (parameters: 300_000_000, flopsPerStep: 3e12)

  /// Tries a few steps on a copy of the model.
  ///
  /// - Parameter seconds: When to stop trying; two steps are done at least.
  /// - Returns: The mean time of all but the first step, or nil for a model too large to try.
  /// - Throws: What a step throws.
  public func measuredSpeed(seconds: Double = 0.5) throws -> Speed? {
    try Self.measuredSpeed(plan.training, model, sources, seconds)
  }

  /// Turns what a request says of the training itself into numbers; steps and warm-up come later.
  static func trainingPlan(_ request: RunRequest, shape: ModelShape) throws -> TrainingPlan {
    let isNew = if case .model = request.start { false } else { true }
    let width = Double(request.baseWidth ?? shape.width)
    let standard = request.optimizer.learningRateScale * 0.256 / width * (isNew ? 1 : 0.1)
    var plan = TrainingPlan(
      shape: shape,
      context: request.context ?? shape.contextLength,
      batch: request.batch,
      steps: 1,
      schedule: LearningRateSchedule(
        form: request.schedule,
        peak: request.learningRate ?? standard,
        finalShare: request.finalShare,
        decayShare: request.decayShare
      ),
      seed: request.seed,
      threads: request.threads
    )
    plan.accumulation = request.accumulation ?? 1
    plan.optimizer = request.optimizer
    plan.weightDecay = request.weightDecay ?? request.optimizer.defaultWeightDecay
    plan.beta1 = request.beta1
    plan.beta2 = request.beta2
    plan.epsilon = request.epsilon
    plan.momentum = request.momentum
    plan.nesterov = request.nesterov
    plan.baseWidth = request.baseWidth
    plan.clip = request.clip
    plan.order = request.order
    plan.precision = request.precision
    return plan
  }

  /// Turns a request into numbers.
  static func trainingPlan(
    _ request: RunRequest,
    _ model: GPT,
    _ files: [TokenIDFile],
    evaluates: Bool,
    ranks: Int
  ) throws -> TrainingPlan {
    var plan = try trainingPlan(request, shape: model.shape)
    // A micro-batch a rank: the run then goes on with the same bits on any divisor of this number.
    if request.accumulation == nil, plan.batch % ranks == 0 { plan.accumulation = ranks }
    // The other numbers are checked before a trial is made with them.
    try plan.validate()
    let parts = try plan.parts(ranks: ranks)
    let sources = zip(files, request.sources).map { ($0 as any TokenSource, $1.weight) }
    _ = try BatchSampler(
      sources: sources,
      context: plan.context,
      batch: plan.batch,
      order: plan.order,
      seed: Seed(plan.seed)
    )
    // A trial is that of one rank's share.
    var trial = plan
    trial.batch = plan.batch / ranks
    trial.accumulation = parts / ranks
    plan.steps = try steps(request.budget, plan, trial, model, sources)
    if evaluates {
      plan.evaluationInterval = request.evaluationInterval ?? max(1, plan.steps / 10)
      plan.earlyStopping = request.earlyStopping
    }
    plan.schedule.warmupSteps =
      request.warmupSteps ?? (plan.schedule.form == .constant ? 0 : max(1, plan.steps / 20))
    try plan.validate()
    return plan
  }

  private static func steps(
    _ budget: RunRequest.Budget,
    _ plan: TrainingPlan,
    _ trial: TrainingPlan,
    _ model: GPT,
    _ sources: [(source: any TokenSource, weight: Double)]
  ) throws -> Int {
    let tokensPerStep = Double(plan.batch * plan.context)
    let steps: Double
    switch budget {
    case .steps(let count):
      steps = Double(count)
    case .tokens(let count):
      steps = count / tokensPerStep
    case .flops(let count):
      steps = count / (try flopsPerToken(plan.shape, plan.context) * tokensPerStep)
    case .tokensPerParameter(let ratio):
      steps = ratio * Double(try ParameterCount(plan.shape).total) / tokensPerStep
    case .minutes(let minutes):
      let speed = try measuredSpeed(trial, model, sources, min(2, minutes * 6))
      guard let speed else {
        throw TrainingError.invalidPlan(
          reason: "a budget in minutes for a step too large to be tried first; name --steps"
        )
      }
      steps = 60 * minutes / speed.secondsPerStep
    }
    let whole = max(1, steps.rounded())
    // A token count must fit a machine word.
    guard whole.isFinite, whole * tokensPerStep < 0x1p62 else {
      throw ExperimentsError.impossibleBudget(steps: steps)
    }
    return Int(whole)
  }

  private static func measuredSpeed(
    _ plan: TrainingPlan,
    _ model: GPT,
    _ sources: [(source: any TokenSource, weight: Double)],
    _ seconds: Double
  ) throws -> Speed? {
    let flops = try flopsPerToken(plan.shape, plan.context) * Double(plan.batch * plan.context)
    guard model.layout.parameterCount <= largestTrial.parameters,
      flops <= largestTrial.flopsPerStep
    else { return nil }
    var plan = plan
    plan.steps = 1 << 20
    let session = try TrainingSession(plan: plan, model: try model.copy(), sources: sources)
    // The first step touches all memory for the first time and tells nothing of the others.
    _ = try session.advance()
    let start = ContinuousClock.now
    repeat {
      _ = try session.advance()
    } while ContinuousClock.now - start < .seconds(seconds)
    let steps = session.stepsDone - 1
    return Speed(
      secondsPerStep: (ContinuousClock.now - start) / .seconds(1) / Double(steps),
      steps: steps
    )
  }
}
