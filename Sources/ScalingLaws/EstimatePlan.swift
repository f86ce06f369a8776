public import Accounting

/// The devices that a budget is spent on.
public struct HardwarePlan: Sendable, Hashable {
  /// What they are called.
  public var name: String
  /// The operations per second of one device.
  public var peak: Double
  /// The share of the peak that training reaches.
  public var utilization: Double
  /// How many there are.
  public var count: Int
  /// What an hour of one costs, in any currency.
  public var pricePerHour: Double?
  /// The watts of one device.
  public var power: Double?
  /// The power of the building over that of the devices.
  public var powerOverhead: Double
  /// The bytes of one device.
  public var memory: Double?
  /// How the rate was measured; nil for a vendor's peak or a rate that was typed.
  public var measurement: String?

  /// Plans devices of a kind.
  public init(
    _ accelerator: Accelerator,
    utilization: Double = 0.4,
    count: Int = 1,
    pricePerHour: Double? = nil,
    powerOverhead: Double = 1
  ) {
    name = accelerator.name
    peak = accelerator.peak
    self.utilization = utilization
    self.count = count
    self.pricePerHour = pricePerHour
    power = accelerator.power
    self.powerOverhead = powerOverhead
    memory = accelerator.memory
  }

  /// Plans devices whose rate is known: peak times utilization.
  public init(
    name: String,
    flopsPerSecond: Double,
    utilization: Double = 1,
    count: Int = 1,
    pricePerHour: Double? = nil
  ) {
    self.name = name
    peak = flopsPerSecond
    self.utilization = utilization
    self.count = count
    self.pricePerHour = pricePerHour
    power = nil
    powerOverhead = 1
    memory = nil
  }
}

/// How a model is held in memory while it is trained and used.
public struct MemoryPlan: Sendable, Hashable {
  /// The numbers of weights and activations.
  public var precision: TrainingPrecision
  /// What the optimizer remembers.
  public var optimizer: OptimizerKind
  /// The devices.
  public var parallel: ParallelPlan
  /// What is computed twice.
  public var recomputation: Recomputation
  /// The sequences of one pass on one data-parallel rank, and of inference.
  public var sequences: Double

  /// Plans memory; the default is mixed precision with Adam on one device, one sequence.
  public init(
    precision: TrainingPrecision = .mixed,
    optimizer: OptimizerKind = .adam,
    parallel: ParallelPlan = ParallelPlan(),
    recomputation: Recomputation = .none,
    sequences: Double = 1
  ) {
    self.precision = precision
    self.optimizer = optimizer
    self.parallel = parallel
    self.recomputation = recomputation
    self.sequences = sequences
  }
}

/// Everything that a budget estimate is asked for.
public struct EstimatePlan: Sendable {
  /// The laws that answer.
  public var laws: [ComparedLaw]
  /// The model, where its shape is known.
  public var blueprint: Blueprint?
  /// T, where it is not the shape's own.
  public var contextLength: Int?
  /// The devices.
  public var hardware: HardwarePlan?
  /// How memory is used.
  public var memory: MemoryPlan?
  /// The tokens that the model will generate or read in use.
  public var inferenceTokens: Double?
  /// The wanted size over the compute-optimal one.
  public var parameterFactor: Double?
  /// U, the distinct tokens there are.
  public var uniqueTokens: Double?
  /// The language that the text is in, where it is not the laws' English.
  public var language: LanguagePlan?
  /// Whether learning rate and batch are asked for.
  public var wantsHyperparameters: Bool
  /// Whether the vocabulary is asked for.
  public var wantsVocabulary: Bool

  /// Asks for budgets by some laws and nothing else.
  public init(laws: [ComparedLaw]) {
    self.laws = laws
    wantsHyperparameters = false
    wantsVocabulary = false
  }
}

extension EstimatePlan {
  /// N of the blueprint, the experts counted that a token passes; nil without a blueprint.
  public var parameterCount: Double? {
    get throws(AccountingError) {
      guard let blueprint else { return nil }
      return Double(try ParameterCount(blueprint, activeOnly: true).total)
    }
  }
}
