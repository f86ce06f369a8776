public import Accounting
public import Kernels
import LanguageModels

/// Everything that fixes a training run, so that it can be repeated to the bit.
public struct TrainingPlan: Sendable, Hashable, Codable {
  /// The model's shape.
  public var shape: ModelShape
  /// T, the length of the windows trained on; at most the shape's context.
  public var context: Int
  /// B, the windows in a batch.
  public var batch: Int
  /// K, the micro-batches that a batch is computed in, one after the other; it divides B.
  ///
  /// The memory is that of B / K windows. The sums run in another order than for the unsplit batch,
  /// so results agree within rounding, not to the bit. Ranks share the micro-batches of a step.
  public var accumulation: Int
  /// The number of steps.
  public var steps: Int
  /// The learning rate over the steps.
  public var schedule: LearningRateSchedule
  /// What changes the weights.
  public var optimizer: OptimizerChoice
  /// Weight decay, on tensors of two or more dimensions: decoupled, but for SGD part of the gradient.
  public var weightDecay: Double
  /// For AdamW the decay of the gradient's running mean; for Lion its share in a step.
  public var beta1: Double
  /// For AdamW the decay of the squared gradient's running mean; for Lion that of the gradient's.
  public var beta2: Double
  /// For AdamW, what is added to the root of the second moment.
  public var epsilon: Double
  /// For SGD, the share of the running sum of gradients that a step keeps.
  public var momentum: Double
  /// For SGD, whether a step looks ahead along the running sum.
  public var nesterov: Bool
  /// The width from which learning rates are carried over by the maximal update parametrization;
  /// nil for one rate for all weights.
  public var baseWidth: Int?
  /// The largest global gradient norm; 0 never clips.
  public var clip: Double
  /// The steps between two evaluations on held-out text; nil for none.
  public var evaluationInterval: Int?
  /// When the run ends early; nil for never.
  public var earlyStopping: EarlyStopping?
  /// How windows are ordered.
  public var order: BatchSampler.Order
  /// What matrix products multiply; all else is computed in single precision.
  public var precision: ProductPrecision
  /// The seed of weights and batches.
  public var seed: UInt64
  /// How many threads compute; it changes no result.
  public var threads: Int

  /// A plan with the defaults of small GPTs.
  ///
  /// AdamW with β₁ 0.9 and ε 10⁻⁸, weight decay 0.1, gradients clipped to norm 1. β₂ is 0.99:
  /// small batches want a longer memory than the 0.95 of large models (Porian et al. 2024,
  /// arXiv:2406.19146).
  public init(
    shape: ModelShape,
    context: Int,
    batch: Int,
    steps: Int,
    schedule: LearningRateSchedule,
    seed: UInt64,
    threads: Int
  ) {
    self.shape = shape
    self.context = context
    self.batch = batch
    accumulation = 1
    self.steps = steps
    self.schedule = schedule
    optimizer = .adamw
    weightDecay = 0.1
    beta1 = 0.9
    beta2 = 0.99
    epsilon = 1e-8
    momentum = 0.9
    nesterov = false
    clip = 1
    order = .shuffled
    precision = .f32
    self.seed = seed
    self.threads = threads
  }

  /// D, the tokens seen in training, repeats counted.
  public var tokenCount: Int { batch * context * steps }

  /// The micro-batches of a step that some ranks share: K where they fall into equal shares, else K
  /// on each rank.
  ///
  /// - Throws: ``TrainingError/invalidPlan(reason:)`` where the batch does not fall into so many.
  public func parts(ranks: Int) throws(TrainingError) -> Int {
    let parts = accumulation % ranks == 0 ? accumulation : accumulation * ranks
    guard batch % parts == 0 else {
      throw .invalidPlan(
        reason: "a batch of \(batch) does not fall into \(parts) equal parts for \(ranks) ranks"
      )
    }
    return parts
  }

  /// Checks that the numbers can be trained with.
  public func validate() throws(TrainingError) {
    do { try shape.validate() } catch { throw .invalidPlan(reason: error.description) }
    func check(_ holds: Bool, _ reason: @autoclosure () -> String) throws(TrainingError) {
      if !holds { throw .invalidPlan(reason: reason()) }
    }
    try check(batch >= 1 && batch <= 1 << 20, "a batch of \(batch); it must lie in 1...1048576")
    try check(
      accumulation >= 1 && batch % max(1, accumulation) == 0,
      "a batch of \(batch) does not fall into \(accumulation) equal parts"
    )
    try check(context >= 1, "a context of \(context); it must be positive")
    try check(
      context <= shape.contextLength,
      "a context of \(context), longer than the model's \(shape.contextLength)"
    )
    try check(steps >= 1 && steps <= 1 << 40, "\(steps) steps; at least 1 is needed")
    let tokens = Double(batch) * Double(context) * Double(steps)
    try check(tokens < 0x1p62, "\(tokens) tokens in all steps; that is too many to be counted")
    try check(
      threads >= 1 && threads <= 1024,
      "\(threads) threads; between 1 and 1024 are possible"
    )
    try check(
      schedule.peak > 0 && schedule.peak.isFinite,
      "a learning rate of \(schedule.peak); it must be positive"
    )
    try check(schedule.warmupSteps >= 0, "\(schedule.warmupSteps) warm-up steps")
    try check(
      (0...1).contains(schedule.finalShare) && (0...1).contains(schedule.decayShare),
      "final and decay shares of \(schedule.finalShare) and \(schedule.decayShare); "
        + "both lie between 0 and 1"
    )
    try check(
      weightDecay >= 0 && weightDecay.isFinite,
      "a weight decay of \(weightDecay); it must not be negative"
    )
    for (name, beta) in [("beta1", beta1), ("beta2", beta2), ("momentum", momentum)] {
      try check(beta >= 0 && beta < 1, "\(name) is \(beta); it must lie in 0..<1")
    }
    try check(
      !nesterov || optimizer == .sgd && momentum > 0,
      "Nesterov's momentum needs the optimizer sgd and a momentum above 0"
    )
    if let baseWidth {
      try check(baseWidth >= 1, "a base width of \(baseWidth); it must be positive")
      do { try MaximalUpdate(baseWidth: baseWidth).validate(shape) } catch {
        throw .invalidPlan(reason: error.reason)
      }
    }
    if let evaluationInterval {
      try check(evaluationInterval >= 1, "an evaluation every \(evaluationInterval) steps")
    }
    if let earlyStopping {
      try check(evaluationInterval != nil, "early stopping without evaluations")
      try check(
        earlyStopping.patience >= 1 && earlyStopping.minimumImprovement >= 0
          && earlyStopping.minimumImprovement.isFinite,
        "a patience of \(earlyStopping.patience) and improvements of "
          + "\(earlyStopping.minimumImprovement); at least 1 and 0 are needed"
      )
    }
    try check(epsilon > 0 && epsilon.isFinite, "an epsilon of \(epsilon); it must be positive")
    try check(clip >= 0 && clip.isFinite, "a clip of \(clip); it must not be negative")
  }
}
