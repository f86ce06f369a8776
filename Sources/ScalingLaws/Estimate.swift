public import Accounting
import RealModule

/// A budget with everything that follows from it.
public struct Estimate: Sendable {
  /// What one law says about a model of another than the optimal size.
  public struct SmallerModel: Sendable {
    /// The law's name.
    public let law: String
    /// The factors; nil where no data makes up for the size.
    public let tradeOff: SizeTradeOff?
    /// The allocation at that factor.
    public let allocation: Allocation?
    /// The smallest factor at which the loss is still reached.
    public let smallestFactor: Double
  }

  /// What one law says about training and use together.
  public struct Lifetime: Sendable {
    /// The law's name.
    public let law: String
    /// The cheapest allocation for the loss of the budget, its FLOPs with inference.
    public let allocation: Allocation
    /// The FLOPs, with inference, of the allocation that is cheapest to train.
    public let plainFLOPs: Double
  }

  /// What repeated data is worth.
  public struct Repetition: Sendable {
    /// U.
    public let uniqueTokens: Double
    /// D / U.
    public let epochs: Double
    /// D'.
    public let effectiveTokens: Double
    /// N'.
    public let effectiveParameters: Double
    /// The loss by the law of repeated data, in nats per token.
    public let loss: Double
    /// The loss by the same law if all tokens were distinct.
    public let freshLoss: Double
    /// The epochs after which a further one is worth half of fresh data.
    public let epochsUntilHalf: Double
    /// The epochs after which a further one is worth a tenth of fresh data.
    public let epochsUntilTenth: Double
    /// Whether the epochs exceed those that the law can be trusted with.
    public var isFar: Bool { epochs > 16 }
  }

  /// Learning rates and batches by published rules.
  public struct Hyperparameters: Sendable {
    /// The peak learning rate by the Step Law.
    public let stepLawLearningRate: Double
    /// The batch in tokens by the Step Law.
    public let stepLawBatch: Double
    /// The peak learning rate by DeepSeek's rule.
    public let deepSeekLearningRate: Double
    /// The batch in tokens by DeepSeek's rule.
    public let deepSeekBatch: Double
    /// Whether N was counted without vocabulary, as the Step Law wants it.
    public let hasNonVocabularyCount: Bool
  }

  /// Vocabularies by published rules.
  public struct Vocabulary: Sendable {
    /// The width of the model that the sizes are for.
    public let width: Double
    /// Whether the width is that of a blueprint, not a guess from the size.
    public let isWidthKnown: Bool
    /// The vocabulary by the isoFLOP approach.
    public let byIsoFLOPs: Double
    /// The vocabulary by the derivative approach.
    public let byDerivative: Double
    /// The vocabulary by the parametric approach.
    public let byParametricFit: Double
  }

  /// The budget and the laws.
  public let answer: BudgetAnswer
  /// The operations of the whole training by convention; with a blueprint only.
  public let flopsByConvention: [(convention: FLOPConvention, flops: Double)]
  /// The operations that time, cost and energy are counted for.
  public let countedFLOPs: Double
  /// The time on the planned hardware.
  public let time: TrainingTime?
  /// The cost, where a price was stated.
  public let cost: Double?
  /// The energy in kilowatt-hours, where the power is known.
  public let kilowattHours: Double?
  /// The memory of training on one device.
  public let trainingMemory: TrainingMemory?
  /// The memory of inference; with a blueprint only.
  public let inferenceMemory: InferenceMemory?
  /// Other sizes than the optimal one, law by law.
  public let smallerModels: [SmallerModel]
  /// Training and use together, law by law.
  public let lifetimes: [Lifetime]
  /// Repeated data.
  public let repetition: Repetition?
  /// Learning rate and batch.
  public let hyperparameters: Hyperparameters?
  /// The vocabulary.
  public let vocabulary: Vocabulary?
  /// The same content in another language.
  public let language: LanguageBudget?

  /// Works out an estimate.
  ///
  /// - Throws: ``ScalingLawsError`` and `AccountingError` where a number of the plan is impossible
  ///   or no law reaches a loss asked for.
  public init(_ question: BudgetQuestion, _ plan: EstimatePlan) throws {
    var question = question
    if let blueprint = plan.blueprint {
      let active = try ParameterCount(blueprint, activeOnly: true)
      question.nonEmbeddingParameters = Double(active.nonEmbedding)
      question.vocabularySize = Double(blueprint.shape.vocabularySize)
    }
    let answer = try BudgetAnswer(question, laws: plan.laws)
    let rules = try PublishedRules()
    let budget = answer.budget
    self.answer = answer
    flopsByConvention =
      try plan.blueprint.map { blueprint in
        try FLOPConvention.allCases.map { convention in
          let perToken = try TrainingFLOPs.perToken(
            blueprint,
            convention: convention,
            contextLength: plan.contextLength
          )
          return (convention, perToken * budget.tokens)
        }
      } ?? []
    countedFLOPs =
      flopsByConvention.first { $0.convention == .matmulAndAttention }?.flops ?? budget.flops
    time = try Estimate.time(plan.hardware, flops: countedFLOPs)
    cost = time.flatMap { time in plan.hardware?.pricePerHour.map { time.cost(pricePerHour: $0) } }
    kilowattHours = time.flatMap { time in
      plan.hardware?.power.map {
        time.kilowattHours(watts: $0, overhead: plan.hardware?.powerOverhead ?? 1)
      }
    }
    trainingMemory = try Estimate.trainingMemory(plan, parameters: budget.parameters)
    inferenceMemory = try Estimate.inferenceMemory(plan)
    smallerModels = try Estimate.smallerModels(plan, answer)
    lifetimes = try Estimate.lifetimes(plan, answer)
    repetition = try Estimate.repetition(plan, budget, rules)
    hyperparameters = try Estimate.hyperparameters(plan, answer, rules)
    vocabulary = try Estimate.vocabulary(plan, answer, rules)
    language = try plan.language.map { try LanguageBudget(tokens: budget.tokens, $0) }
  }
}

extension Estimate {
  private static func time(_ plan: HardwarePlan?, flops: Double) throws -> TrainingTime? {
    guard let plan else { return nil }
    if let price = plan.pricePerHour { try requirePositive(price, "The price") }
    try requirePositive(plan.powerOverhead, "The power overhead")
    return try TrainingTime(
      flops: flops,
      peak: plan.peak,
      utilization: plan.utilization,
      devices: plan.count
    )
  }

  private static func trainingMemory(
    _ plan: EstimatePlan,
    parameters: Double
  ) throws -> TrainingMemory? {
    guard let memory = plan.memory else { return nil }
    guard let blueprint = plan.blueprint else {
      return try TrainingMemory(
        parameters: parameters,
        precision: memory.precision,
        optimizer: memory.optimizer,
        plan: memory.parallel
      )
    }
    return try TrainingMemory(
      blueprint,
      sequences: memory.sequences,
      contextLength: plan.contextLength,
      precision: memory.precision,
      optimizer: memory.optimizer,
      plan: memory.parallel,
      recomputation: memory.recomputation
    )
  }

  private static func inferenceMemory(_ plan: EstimatePlan) throws -> InferenceMemory? {
    guard let memory = plan.memory, let blueprint = plan.blueprint else { return nil }
    return try InferenceMemory(
      blueprint,
      sequences: memory.sequences,
      contextLength: plan.contextLength
    )
  }

  private static func smallerModels(
    _ plan: EstimatePlan,
    _ answer: BudgetAnswer
  ) throws -> [SmallerModel] {
    guard let factor = plan.parameterFactor else { return [] }
    try requirePositive(factor, "The factor of the size")
    return answer.laws.compactMap { entry in
      guard let law = entry.law.parametric, let optimal = entry.optimal else { return nil }
      let trade = try? law.tradeOff(parameterFactor: factor)
      return SmallerModel(
        law: entry.law.name,
        tradeOff: trade,
        allocation: trade.map {
          Allocation(
            parameters: optimal.parameters * factor,
            tokens: optimal.tokens * $0.tokenFactor,
            loss: optimal.loss
          )
        },
        smallestFactor: law.smallestParameterFactor
      )
    }
  }

  private static func lifetimes(
    _ plan: EstimatePlan,
    _ answer: BudgetAnswer
  ) throws -> [Lifetime] {
    guard let tokens = plan.inferenceTokens else { return [] }
    try requirePositive(tokens, "The number of inference tokens")
    return try answer.laws.compactMap { entry in
      guard let law = entry.law.parametric, let loss = entry.asked?.loss else { return nil }
      let plain = try law.optimum(loss: loss)
      return Lifetime(
        law: entry.law.name,
        allocation: try law.optimum(loss: loss, inferenceTokens: tokens),
        plainFLOPs: plain.flops + 2 * plain.parameters * tokens
      )
    }
  }

  private static func repetition(
    _ plan: EstimatePlan,
    _ budget: Allocation,
    _ rules: PublishedRules
  ) throws -> Repetition? {
    guard let unique = plan.uniqueTokens else { return nil }
    try requirePositive(unique, "The number of unique tokens")
    let law = try rules.dataConstrainedLaw()
    let distinct = min(unique, budget.tokens)
    return Repetition(
      uniqueTokens: unique,
      epochs: budget.tokens / distinct,
      effectiveTokens: law.effectiveTokens(tokens: budget.tokens, uniqueTokens: distinct),
      effectiveParameters: law.effectiveParameters(
        parameters: budget.parameters,
        uniqueTokens: distinct
      ),
      loss: law.loss(
        parameters: budget.parameters,
        tokens: budget.tokens,
        uniqueTokens: distinct
      ),
      freshLoss: law.base.loss(parameters: budget.parameters, tokens: budget.tokens),
      epochsUntilHalf: law.epochs(untilWorth: 0.5),
      epochsUntilTenth: law.epochs(untilWorth: 0.1)
    )
  }

  private static func hyperparameters(
    _ plan: EstimatePlan,
    _ answer: BudgetAnswer,
    _ rules: PublishedRules
  ) throws -> Hyperparameters? {
    guard plan.wantsHyperparameters else { return nil }
    let budget = answer.budget
    let counted = answer.question.nonEmbeddingParameters
    return Hyperparameters(
      stepLawLearningRate: try rules.stepLawLearningRate(
        parameters: counted ?? budget.parameters,
        tokens: budget.tokens
      ),
      stepLawBatch: try rules.stepLawBatch(tokens: budget.tokens),
      deepSeekLearningRate: try rules.deepSeekLearningRate(flops: budget.flops),
      deepSeekBatch: try rules.deepSeekBatch(flops: budget.flops),
      hasNonVocabularyCount: counted != nil
    )
  }

  private static func vocabulary(
    _ plan: EstimatePlan,
    _ answer: BudgetAnswer,
    _ rules: PublishedRules
  ) throws -> Vocabulary? {
    guard plan.wantsVocabulary else { return nil }
    let parameters = answer.question.nonEmbeddingParameters ?? answer.budget.parameters
    // Without a blueprint: N = 12 L d² at the aspect d / L = 128 of GPT-3's larger sizes.
    let guess = Double.exp(.log(parameters * 128 / 12) / 3)
    let width = plan.blueprint.map { Double($0.shape.width) }
    let sizes = try rules.vocabulary(
      nonVocabularyParameters: parameters,
      width: width ?? guess
    )
    return Vocabulary(
      width: width ?? guess,
      isWidthKnown: width != nil,
      byIsoFLOPs: sizes.isoFLOPs,
      byDerivative: sizes.derivative,
      byParametricFit: sizes.parametric
    )
  }
}
