import Accounting

/// What a model on the operations task was worth after an epoch: a line of `epochs.jsonl`.
public struct EpochRecord: Sendable, Hashable, Codable {
  /// The epochs done; 0 before training.
  public let epoch: Int
  /// The mean loss in nats on a sample of the training set.
  public let trainingLoss: Double
  /// The mean loss in nats on the validation set.
  public let validationLoss: Double
  /// The share of right digits on the sample of the training set.
  public let trainingAccuracy: Double
  /// The share of right digits on the validation set.
  public let validationAccuracy: Double
  /// The share of rows of the validation set whose digits are all right.
  public let validationExactMatch: Double
  /// The share of right digits on the validation set by operation.
  public let accuracy: [String: Double]
  /// How widely heads look on the validation set, by block and head, in bits.
  public let attentionEntropyBits: [[Double]]
  /// The norm of the next batch's gradient by layer.
  public let gradientNorms: [String: Double]
  /// The mean probability of the digits said on the validation set.
  public let confidence: Double

  enum CodingKeys: String, CodingKey {
    case epoch
    case trainingLoss = "training_loss"
    case validationLoss = "validation_loss"
    case trainingAccuracy = "training_accuracy"
    case validationAccuracy = "validation_accuracy"
    case validationExactMatch = "validation_exact_match"
    case accuracy
    case attentionEntropyBits = "attention_entropy_bits"
    case gradientNorms = "gradient_norms"
    case confidence
  }

  /// The examples of the training set that are measured on.
  static let sampleCount = 1000

  /// Measures a session's model between two epochs; the training is not disturbed.
  ///
  /// - Parameters:
  ///   - epoch: The epochs done.
  ///   - session: A session on the data's batches.
  ///   - data: The task's examples.
  /// - Throws: What evaluation throws.
  public init(_ epoch: Int, of session: TrainingSession, on data: OperationsData) throws {
    let threads = session.plan.threads
    let sample = Array(data.training.prefix(Self.sampleCount))
    let training = try OperationsEvaluation(
      of: session.model,
      on: sample,
      threads: threads
    )
    let validation = try OperationsEvaluation(
      of: session.model,
      on: data.validation,
      threads: threads
    )
    var squares: [String: Double] = [:]
    for tensor in try session.nextGradientNorms() {
      let layer = tensor.name.split(separator: ".").dropLast().joined(separator: ".")
      squares[layer, default: 0] += tensor.norm * tensor.norm
    }
    self.epoch = epoch
    trainingLoss = training.loss
    validationLoss = validation.loss
    trainingAccuracy = training.accuracy
    validationAccuracy = validation.accuracy
    validationExactMatch = validation.exactMatch
    accuracy = Dictionary(
      uniqueKeysWithValues: validation.accuracyByOperation.map { ($0.key.rawValue, $0.value) }
    )
    attentionEntropyBits = validation.attentionEntropies
    gradientNorms = squares.mapValues { $0.squareRoot() }
    confidence = validation.confidence
  }
}
