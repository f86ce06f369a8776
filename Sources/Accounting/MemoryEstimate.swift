/// Describes in which numbers training keeps its state.
public enum TrainingPrecision: String, Sendable, Hashable, CaseIterable {
  /// Weights, gradients and optimizer state in 32 bits.
  case fp32
  /// Weights and gradients in 16 bits, a 32-bit master copy with the optimizer.
  case mixed

  var weightBytes: Double { self == .fp32 ? 4 : 2 }
  var masterBytes: Double { self == .fp32 ? 0 : 4 }
  /// The bytes of one activation.
  var activationBytes: Double { self == .fp32 ? 4 : 2 }
}

/// Describes how much an optimizer remembers of each parameter.
public enum OptimizerKind: String, Sendable, Hashable, CaseIterable {
  /// Two moments (Adam, AdamW).
  case adam
  /// One moment (SGD with momentum, Lion).
  case momentum
  /// Nothing (plain SGD).
  case sgd

  var stateBytes: Double {
    switch self {
    case .adam: 8
    case .momentum: 4
    case .sgd: 0
    }
  }
}

/// Describes which activations are computed a second time instead of kept.
public enum Recomputation: String, Sendable, Hashable, CaseIterable {
  /// Everything is kept.
  case none
  /// Attention's scores are computed again.
  case selective
  /// Only the blocks' inputs are kept.
  case full
}

/// How training is spread over devices.
public struct ParallelPlan: Sendable, Hashable {
  /// The stage of ZeRO: what data-parallel ranks share (0 nothing, 1 optimizer, 2 + gradients,
  /// 3 + weights).
  public var zeroStage: Int
  /// How many ranks see different data.
  public var dataParallel: Int
  /// How many ranks share each matrix.
  public var tensorParallel: Int
  /// How many ranks share the blocks.
  public var pipelineParallel: Int
  /// Whether the tensor-parallel ranks also share the sequence where they otherwise repeat work.
  public var sequenceParallel: Bool

  /// Plans devices; the default is one.
  public init(
    zeroStage: Int = 0,
    dataParallel: Int = 1,
    tensorParallel: Int = 1,
    pipelineParallel: Int = 1,
    sequenceParallel: Bool = false
  ) {
    self.zeroStage = zeroStage
    self.dataParallel = dataParallel
    self.tensorParallel = tensorParallel
    self.pipelineParallel = pipelineParallel
    self.sequenceParallel = sequenceParallel
  }

  /// How many devices the plan needs.
  public var deviceCount: Int { dataParallel * tensorParallel * pipelineParallel }

  func validate() throws(AccountingError) {
    guard (0...3).contains(zeroStage) else {
      throw .invalidPlan(reason: "ZeRO has the stages 0 to 3, not \(zeroStage)")
    }
    for (name, value) in [
      ("data", dataParallel), ("tensor", tensorParallel), ("pipeline", pipelineParallel),
    ] where value < 1 || value > 1 << 20 {
      throw .invalidPlan(reason: "\(value) \(name)-parallel ranks")
    }
  }
}

/// The bytes that training needs on one device.
public struct TrainingMemory: Sendable, Hashable {
  /// The weights that the device computes with.
  public let weights: Double
  /// Their gradients.
  public let gradients: Double
  /// Moments and, in mixed precision, the master copy.
  public let optimizer: Double
  /// What the forward pass keeps for the backward pass.
  public let activations: Double
  /// The logits in 32 bits.
  public let logits: Double

  /// Everything.
  public var total: Double { states + activations + logits }
  /// Everything that does not depend on the batch.
  public var states: Double { weights + gradients + optimizer }

  /// Estimates the state of a number of parameters, without activations.
  ///
  /// Example: 7.5e9 parameters on 64 ranks with stage 3 take 1.875e9 bytes on each.
  ///
  /// - Throws: ``AccountingError`` when the plan is impossible.
  /// - Source: Rajbhandari et al. 2020, arXiv:1910.02054, figure 1.
  public init(
    parameters: Double,
    precision: TrainingPrecision = .mixed,
    optimizer kind: OptimizerKind = .adam,
    plan: ParallelPlan = ParallelPlan()
  ) throws(AccountingError) {
    try requirePositive(parameters, "The number of parameters")
    try plan.validate()
    let own = parameters / Double(plan.tensorParallel) / Double(plan.pipelineParallel)
    let ranks = Double(plan.dataParallel)
    weights = own * precision.weightBytes / (plan.zeroStage >= 3 ? ranks : 1)
    gradients = own * precision.weightBytes / (plan.zeroStage >= 2 ? ranks : 1)
    optimizer =
      own * (precision.masterBytes + kind.stateBytes) / (plan.zeroStage >= 1 ? ranks : 1)
    activations = 0
    logits = 0
  }

  /// Estimates the state and the activations of a blueprint.
  ///
  /// - Parameters:
  ///   - blueprint: What is trained; all experts are counted.
  ///   - sequences: The sequences of one forward pass on one data-parallel rank.
  ///   - contextLength: Their length; the shape's own by default.
  ///   - precision: The numbers of weights and activations.
  ///   - kind: The optimizer.
  ///   - plan: The devices.
  ///   - recomputation: What is computed twice.
  /// - Throws: ``AccountingError`` when the blueprint or the plan is impossible.
  /// - Source: Korthikanti et al. 2022, arXiv:2205.05198, table 2.
  public init(
    _ blueprint: Blueprint,
    sequences: Double,
    contextLength: Int? = nil,
    precision: TrainingPrecision = .mixed,
    optimizer kind: OptimizerKind = .adam,
    plan: ParallelPlan = ParallelPlan(),
    recomputation: Recomputation = .none
  ) throws(AccountingError) {
    try requirePositive(sequences, "The number of sequences")
    let states = try TrainingMemory(
      parameters: Double(try ParameterCount(blueprint).total),
      precision: precision,
      optimizer: kind,
      plan: plan
    )
    let shape = blueprint.shape
    let context = Double(contextLength ?? shape.contextLength)
    // The table is printed for 16-bit activations; in 32 bits every term but the masks doubles.
    activations =
      Double(shape.layerCount) / Double(plan.pipelineParallel) * precision.activationBytes / 2
      * activationBytesPerLayer(
        context: context,
        sequences: sequences,
        width: Double(shape.width),
        heads: Double(shape.headCount),
        plan: plan,
        recomputation: recomputation
      )
    logits =
      4 * context * sequences * Double(shape.vocabularySize) / Double(plan.tensorParallel)
    weights = states.weights
    gradients = states.gradients
    optimizer = states.optimizer
  }
}

/// The bytes that one block keeps for the backward pass, in 16 bits.
///
/// s b h (34 + 5 a s / h) and its variants, feed-forward width 4 h.
///
/// - Source: Korthikanti et al. 2022, arXiv:2205.05198, table 2.
func activationBytesPerLayer(
  context s: Double,
  sequences b: Double,
  width h: Double,
  heads a: Double,
  plan: ParallelPlan,
  recomputation: Recomputation
) -> Double {
  let t = Double(plan.tensorParallel)
  let scores = recomputation == .none ? 5 * a * s / h : 0
  return switch recomputation {
  case .full: 2 * s * b * h
  case .none, .selective:
    plan.sequenceParallel
      ? s * b * h / t * (34 + scores) : s * b * h * (10 + 24 / t + scores / t)
  }
}

/// The bytes that inference needs.
public struct InferenceMemory: Sendable, Hashable {
  /// The weights.
  public let weights: Double
  /// Keys and values of all sequences.
  public let keyValueCache: Double
  /// Keys and values of one token.
  public let keyValueBytesPerToken: Double

  /// Everything.
  public var total: Double { weights + keyValueCache }

  /// Estimates the bytes of a blueprint.
  ///
  /// 2 · L · kv · headWidth · bytes for each token of each sequence.
  ///
  /// - Throws: ``AccountingError`` when the blueprint is impossible.
  public init(
    _ blueprint: Blueprint,
    sequences: Double,
    contextLength: Int? = nil,
    bytesPerWeight: Double = 2,
    bytesPerCachedValue: Double = 2
  ) throws(AccountingError) {
    try requirePositive(sequences, "The number of sequences")
    try requirePositive(bytesPerWeight, "The bytes of a weight")
    try requirePositive(bytesPerCachedValue, "The bytes of a cached value")
    let shape = blueprint.shape
    weights = Double(try ParameterCount(blueprint).total) * bytesPerWeight
    keyValueBytesPerToken =
      2 * Double(shape.layerCount) * Double(shape.keyValueHeadCount) * Double(shape.headWidth)
      * bytesPerCachedValue
    keyValueCache =
      keyValueBytesPerToken * sequences * Double(contextLength ?? shape.contextLength)
  }
}
