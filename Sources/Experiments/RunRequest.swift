public import Accounting
public import Kernels
public import LanguageModels
public import Training

/// What somebody asks of a run on files of token ids, before anything is looked up.
public struct RunRequest: Sendable {
  /// Where the weights come from.
  public enum Start: Sendable, Hashable {
    /// A well-known shape; its vocabulary and context follow the data where nothing else is said.
    case preset(String)
    /// The shape of a `config.json`.
    case blueprint(String)
    /// A trained model's folder.
    case model(String)
  }

  /// A file of ids and the share of rows it gives.
  public struct Source: Sendable, Hashable {
    /// The file.
    public var path: String
    /// Its share; shares need not sum to 1.
    public var weight: Double

    /// Names a file.
    public init(path: String, weight: Double = 1) {
      self.path = path
      self.weight = weight
    }
  }

  /// A file of ids that is measured on.
  public struct ValidationFile: Sendable, Hashable {
    /// The file.
    public var path: String
    /// The language of all its ids; where nil, what its description or name says.
    public var label: String?

    /// Names a file.
    public init(path: String, label: String? = nil) {
      self.path = path
      self.label = label
    }
  }

  /// How long a run lasts.
  public enum Budget: Sendable, Hashable {
    /// Optimizer steps.
    case steps(Int)
    /// Tokens seen, repeats counted; the nearest number of steps is done.
    case tokens(Double)
    /// Operations by the exact count of matrix products and attention.
    case flops(Double)
    /// Tokens for each parameter, all of them counted.
    case tokensPerParameter(Double)
    /// Time on this machine, turned into steps by trying a few.
    case minutes(Double)
  }

  /// Where the weights come from.
  public var start: Start
  /// How new weights are drawn.
  public var initialization = Initialization.gpt2
  /// V of a new model; what the tokenizer or the ids say where nil.
  public var vocabularySize: Int?
  /// The number of blocks of a new model, where it is not the preset's.
  public var layerCount: Int?
  /// What training drops; the model's own where nil.
  public var dropout: Dropout?
  /// The files.
  public var sources: [Source]
  /// The tokenizer.json laid beside the model.
  public var tokenizer: String?
  /// T; the model's where nil.
  public var context: Int?
  /// B.
  public var batch = 8
  /// K, the micro-batches that a batch is computed in; as many as there are ranks where nil.
  public var accumulation: Int?
  /// How long.
  public var budget: Budget
  /// What changes the weights.
  public var optimizer = OptimizerChoice.adamw
  /// The highest learning rate; where nil 0.256 / width for AdamW, a tenth of it from a trained model.
  public var learningRate: Double?
  /// What follows the warm-up.
  public var schedule = LearningRateSchedule.Form.cosine
  /// The steps of warm-up; where nil a twentieth of all, and none for a constant rate.
  public var warmupSteps: Int?
  /// The learning rate after the last step as a share of the highest.
  public var finalShare = 0.0
  /// For warm-up, stable, decay: the share of steps that decay.
  public var decayShare = 0.2
  /// Weight decay; the optimizer's default where nil.
  public var weightDecay: Double?
  /// The decay of the gradient's running mean.
  public var beta1 = 0.9
  /// The decay of the squared gradient's running mean; for Lion, of the gradient's.
  public var beta2 = 0.99
  /// For SGD, the share of the running sum of gradients that a step keeps.
  public var momentum = 0.9
  /// For SGD, whether a step looks ahead along the running sum.
  public var nesterov = false
  /// The width that learning rates are carried over from by the maximal update parametrization.
  public var baseWidth: Int?
  /// What is added to the root of the second moment.
  public var epsilon = 1e-8
  /// The largest gradient norm; 0 never clips.
  public var clip = 1.0
  /// How windows are ordered.
  public var order = BatchSampler.Order.shuffled
  /// What matrix products multiply.
  public var precision = ProductPrecision.f32
  /// The seed of weights and batches.
  public var seed: UInt64 = 1
  /// How many threads compute; it changes no result.
  public var threads = 1
  /// The files measured on in training.
  public var validation: [ValidationFile] = []
  /// The corpus whose held-out segments are measured on in training; it needs a tokenizer.
  public var validationCorpus: String?
  /// The steps between two evaluations; where nil a tenth of all.
  public var evaluationInterval: Int?
  /// When the run ends early; nil for never.
  public var earlyStopping: EarlyStopping?
  /// The seconds between two checkpoints.
  public var checkpointSeconds = 60.0

  /// Asks for a run with the standard choices.
  public init(start: Start, sources: [Source], budget: Budget) {
    self.start = start
    self.sources = sources
    self.budget = budget
  }
}
