/// One finished training run: a row of the ledger.
public struct RunRecord: Sendable, Hashable {
  /// The run's name, which is its folder's.
  public var name: String
  /// What the run did, as a digest of its plan and tokens; a row is current while it matches.
  public var identity: String
  /// N: the weights of matrix products, the head included.
  ///
  /// Small models spend much of their arithmetic on the head; counting it keeps 6ND close to the
  /// operations done (Pearce and Song 2024, arXiv:2406.12907, show what leaving it out does).
  public var parameters: Int
  /// All parameters.
  public var totalParameters: Int
  /// All parameters but the embeddings and the head.
  public var nonEmbeddingParameters: Int
  /// D: the tokens trained on, repeats counted.
  public var tokens: Int
  /// U: the tokens there were.
  public var uniqueTokens: Int
  /// The floating-point operations, by the exact count of matrix products and attention.
  public var flops: Double
  /// The held-out loss in nats per token, over all languages.
  public var loss: Double
  /// The held-out loss in bits per byte, over all languages.
  public var bitsPerByte: Double
  /// The mean training loss of the last tenth of the steps, in nats per token.
  public var trainingLoss: Double
  /// The number of blocks.
  public var layers: Int
  /// The width of the residual stream.
  public var width: Int
  /// The number of heads.
  public var heads: Int
  /// The number of token ids.
  public var vocabulary: Int
  /// The length of the windows trained on.
  public var context: Int
  /// The windows in a batch.
  public var batch: Int
  /// The number of steps.
  public var steps: Int
  /// The highest learning rate.
  public var learningRate: Double
  /// The seed of weights and batches.
  public var seed: UInt64
  /// The time training took, evaluation not counted.
  public var seconds: Double

  /// C = 6 N D.
  public var sixND: Double { 6 * Double(parameters) * Double(tokens) }

  /// D / U.
  public var epochs: Double { Double(tokens) / Double(uniqueTokens) }
}
