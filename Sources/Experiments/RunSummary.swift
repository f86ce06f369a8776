import Accounting
public import Evaluation
import Files
import FoundationEssentials
public import Training

/// What a run came to: the `summary.json` beside its model.
public struct RunSummary: Sendable, Hashable, Codable {
  /// The held-out loss of one language.
  public struct Language: Sendable, Hashable, Codable {
    /// The language's BCP-47 tag.
    public let language: String
    /// Nats per token.
    public let lossNatsPerToken: Double
    /// Bits per byte of UTF-8 in NFC.
    public let bitsPerByte: Double
    /// Bits per segment, the end-of-segment token included.
    public let bitsPerSegment: Double
    /// The tokens predicted.
    public let tokens: Int
    /// The bytes they stand for.
    public let bytes: Int
    /// The segments they make.
    public let segments: Int

    /// Sums up a language's losses.
    public init(_ losses: LanguageLosses) {
      language = losses.language
      lossNatsPerToken = losses.natsPerToken
      bitsPerByte = losses.bitsPerByte
      bitsPerSegment = losses.bitsPerSegment
      tokens = losses.tokens
      bytes = losses.bytes
      segments = losses.segments.count
    }

    enum CodingKeys: String, CodingKey {
      case language
      case lossNatsPerToken = "loss_nats_per_token"
      case bitsPerByte = "bits_per_byte"
      case bitsPerSegment = "bits_per_segment"
      case tokens, bytes, segments
    }
  }

  /// What held-out text said in training.
  public struct Validation: Sendable, Hashable, Codable {
    /// The last evaluation.
    public let last: EvaluationRecord
    /// The one with the lowest loss.
    public let best: EvaluationRecord
  }

  /// How fast the last part of the run was.
  public struct Speed: Sendable, Hashable, Codable {
    /// Tokens per second, evaluations not counted.
    public let tokensPerSecond: Double
    /// Operations per second by the exact count.
    public let flopsPerSecond: Double
    /// The matrix products' operations per second when everything is in favor; nil where the run
    /// was too short to measure them.
    public let peakFLOPsPerSecond: Double?
    /// The share of that peak that training reached.
    public var peakShare: Double? { peakFLOPsPerSecond.map { flopsPerSecond / $0 } }

    enum CodingKeys: String, CodingKey {
      case tokensPerSecond = "tokens_per_second"
      case flopsPerSecond = "flops_per_second"
      case peakFLOPsPerSecond = "peak_flops_per_second"
    }
  }

  /// The parameters by each counting convention.
  public let parameters: [String: Int]
  /// D, repeats counted.
  public let tokens: Int
  /// U, the tokens there were.
  public let uniqueTokens: Int
  /// C = 6 N D, N the weights of matrix products.
  public let flops6ND: Double
  /// The operations by the exact count of matrix products and attention.
  public let flops: Double
  /// The mean training loss of the last tenth of the steps.
  public let trainingLoss: Double
  /// The held-out loss over all languages; nil where none was measured.
  public let all: Language?
  /// The held-out loss by language; empty where none was measured.
  public let languages: [Language]
  /// The time training took, all parts of a resumed run together.
  public let seconds: Double
  /// The steps done; nil where no run did them one by one.
  public private(set) var steps: Int?
  /// Whether held-out text no longer gained before all planned steps were done.
  public private(set) var isStoppedEarly: Bool?
  /// The step whose weights the model has: with early stopping, that of the best evaluation.
  public private(set) var modelStep: Int?
  /// The held-out losses measured in training; nil where there were none.
  public private(set) var validation: Validation?
  /// How fast the last part of the run was.
  public private(set) var speed: Speed?

  enum CodingKeys: String, CodingKey {
    case parameters, tokens
    case uniqueTokens = "unique_tokens"
    case flops6ND = "flops_6nd"
    case flops
    case trainingLoss = "training_loss_nats_per_token"
    case all, languages, seconds, steps
    case isStoppedEarly = "stopped_early"
    case modelStep = "model_step"
    case validation, speed
  }

  /// Sums up a run.
  init(_ record: RunRecord, _ losses: LossTable) {
    parameters = [
      "total": record.totalParameters,
      "non_embedding": record.nonEmbeddingParameters,
      "matrices_with_head": record.parameters,
    ]
    tokens = record.tokens
    uniqueTokens = record.uniqueTokens
    flops6ND = record.sixND
    flops = record.flops
    trainingLoss = record.trainingLoss
    all = Language(losses.total)
    languages = losses.languages.map(Language.init)
    seconds = record.seconds
  }

  /// Sums up a run whose losses on held-out text were not measured.
  ///
  /// - Parameters:
  ///   - count: N by convention.
  ///   - tokens: D.
  ///   - uniqueTokens: U.
  ///   - flops: The operations by the exact count.
  ///   - trainingLosses: The losses of all steps.
  ///   - seconds: The time training took.
  init(
    _ count: ParameterCount,
    tokens: Int,
    uniqueTokens: Int,
    flops: Double,
    trainingLosses: [Double],
    seconds: Double
  ) {
    let last = trainingLosses.suffix(max(1, trainingLosses.count / 10))
    parameters = [
      "total": count.total,
      "non_embedding": count.nonEmbedding,
      "matrices_with_head": count.matrices,
    ]
    self.tokens = tokens
    self.uniqueTokens = uniqueTokens
    flops6ND = TrainingFLOPs.sixND(parameters: Double(count.matrices), tokens: Double(tokens))
    self.flops = flops
    trainingLoss = last.reduce(0, +) / Double(max(1, last.count))
    all = nil
    languages = []
    self.seconds = seconds
  }

  /// Adds what a run knows of its steps and evaluations.
  mutating func add(_ run: TrainingRun, speed: Speed?) {
    steps = run.session.stepsDone
    isStoppedEarly = run.isStoppedEarly
    if let last = run.lastEvaluation, let best = run.bestEvaluation {
      validation = Validation(last: last, best: best)
    }
    modelStep =
      run.session.plan.earlyStopping == nil
      ? run.session.stepsDone : run.bestEvaluation?.step
    self.speed = speed
  }

  /// The summary as JSON.
  public func json() throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    return Array(try encoder.encode(self)) + [0x0A]
  }

  /// Writes the summary as JSON.
  public func write(to path: String) throws {
    try writeFile(path, json())
  }
}
