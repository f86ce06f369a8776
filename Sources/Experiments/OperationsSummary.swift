import Accounting
import FoundationEssentials
import Training

/// What a run on the operations task came to: the `summary.json` beside its model.
public struct OperationsSummary: Sendable, Hashable, Codable {
  /// The parameters by each counting convention.
  public let parameters: [String: Int]
  /// D, repeats counted: the operations' tokens and the digits.
  public let tokens: Int
  /// U, the tokens there were.
  public let uniqueTokens: Int
  /// C = 6 N D, N the weights of matrix products.
  public let flops6ND: Double
  /// The operations by the exact count of matrix products and attention.
  public let flops: Double
  /// The steps done.
  public let steps: Int
  /// The epochs done.
  public let epochs: Int
  /// The share of right digits on a sample of the training set.
  public let trainingAccuracy: Double
  /// The loss on that sample.
  public let trainingLoss: Double
  /// The share of right digits on the validation set.
  public let validationAccuracy: Double
  /// The share of rows of the validation set whose digits are all right.
  public let validationExactMatch: Double
  /// The loss on the validation set.
  public let validationLoss: Double
  /// The share of right digits on the validation set by operation.
  public let accuracy: [String: Double]
  /// The mean probability of the digits said on the validation set.
  public let confidence: Double
  /// The time training took, all parts of a resumed run together.
  public let seconds: Double

  enum CodingKeys: String, CodingKey {
    case parameters, tokens
    case uniqueTokens = "unique_tokens"
    case flops6ND = "flops_6nd"
    case flops, steps, epochs
    case trainingAccuracy = "training_accuracy"
    case trainingLoss = "training_loss_nats_per_token"
    case validationAccuracy = "validation_accuracy"
    case validationExactMatch = "validation_exact_match"
    case validationLoss = "validation_loss_nats_per_token"
    case accuracy, confidence, seconds
  }

  init(
    _ count: ParameterCount,
    _ plan: OperationsPlan,
    flopsPerToken: Double,
    last: EpochRecord,
    seconds: Double
  ) {
    parameters = [
      "total": count.total,
      "non_embedding": count.nonEmbedding,
      "matrices_with_head": count.matrices,
    ]
    tokens = plan.training.tokenCount
    uniqueTokens = plan.trainingExamples * OperationsData.length
    flops6ND = TrainingFLOPs.sixND(parameters: Double(count.matrices), tokens: Double(tokens))
    flops = flopsPerToken * Double(tokens)
    steps = plan.training.steps
    epochs = plan.epochs
    trainingAccuracy = last.trainingAccuracy
    trainingLoss = last.trainingLoss
    validationAccuracy = last.validationAccuracy
    validationExactMatch = last.validationExactMatch
    validationLoss = last.validationLoss
    accuracy = last.accuracy
    confidence = last.confidence
    self.seconds = seconds
  }

  /// The summary as JSON.
  public func json() throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    return Array(try encoder.encode(self)) + [0x0A]
  }
}
