/// The floating-point operations of one forward pass, per token, part by part.
///
/// A multiplication and an addition are two operations. Attention is counted over the whole square
/// of the context, its masked half included, as most published counts do.
///
/// - Source: Hoffmann et al. 2022, arXiv:2203.15556, appendix F, for every part.
public struct FLOPCount: Sendable, Hashable {
  /// The length of the sequences, on which attention's part depends.
  public let contextLength: Int
  /// 2 · V · d: the embedding as a product with one-hot vectors.
  public let embedding: Double
  /// 2 · d · (h + 2 kv) · headWidth, all blocks.
  public let queryKeyValue: Double
  /// 2 · T · h · headWidth for the scores and as much for the weighted sum, all blocks.
  public let attention: Double
  /// 3 · h · T, all blocks.
  public let softmax: Double
  /// 2 · h · headWidth · d, all blocks.
  public let attentionOutput: Double
  /// 2 · d · f for each of the two or three products, all blocks, active experts only.
  public let feedForward: Double
  /// 2 · d · V.
  public let head: Double

  /// Counts the operations of a blueprint.
  ///
  /// - Parameters:
  ///   - blueprint: What to count.
  ///   - contextLength: T, the length of the sequences; the shape's own by default.
  /// - Throws: ``AccountingError`` when the blueprint is impossible.
  public init(_ blueprint: Blueprint, contextLength: Int? = nil) throws(AccountingError) {
    let active = try ParameterCount(blueprint, activeOnly: true)
    let shape = blueprint.shape
    let context = contextLength ?? shape.contextLength
    guard context > 0 else { throw .notPositive(name: "The context", value: Double(context)) }
    let layers = Double(shape.layerCount)
    let d = Double(shape.width)
    let heads = Double(shape.headCount) * Double(shape.headWidth)
    let keyValues = 2 * Double(shape.keyValueHeadCount) * Double(shape.headWidth)

    self.contextLength = context
    embedding = 2 * Double(shape.vocabularySize) * d
    queryKeyValue = layers * 2 * d * (heads + keyValues)
    attention = layers * 4 * Double(context) * heads
    softmax = layers * 3 * Double(shape.headCount) * Double(context)
    attentionOutput = layers * 2 * heads * d
    let relative = blueprint.relativePositionMatrix ? layers * heads * d : 0
    feedForward =
      2 * (Double(active.blockMatrices) - relative) - queryKeyValue - attentionOutput
    head = 2 * d * Double(shape.vocabularySize)
  }

  /// The forward operations per token that a convention of exact counting charges.
  ///
  /// The conventions that multiply parameters have none; see
  /// ``TrainingFLOPs/perToken(_:convention:contextLength:)``.
  public var matmulAndAttention: Double {
    queryKeyValue + attention + attentionOutput + feedForward + head
  }

  /// The blocks' operations by Chinchilla's appendix F, without embedding and logits.
  public var chinchillaBlocks: Double {
    queryKeyValue + attention + softmax + attentionOutput + feedForward
  }

  /// All operations by Chinchilla's appendix F.
  public var chinchillaF: Double { embedding + chinchillaBlocks + head }

  /// The parts in reading order, each with the key that JSON gives it.
  public var parts: [(key: String, flops: Double)] {
    [
      ("embedding", embedding), ("query_key_value", queryKeyValue), ("attention", attention),
      ("softmax", softmax), ("attention_output", attentionOutput), ("feed_forward", feedForward),
      ("head", head),
    ]
  }
}

/// The floating-point operations of training.
public enum TrainingFLOPs {
  /// The operations per trained token: the forward pass once, the backward pass twice as much.
  ///
  /// - Throws: ``AccountingError`` when the blueprint is impossible.
  public static func perToken(
    _ blueprint: Blueprint,
    convention: FLOPConvention,
    contextLength: Int? = nil
  ) throws(AccountingError) -> Double {
    switch convention {
    case .sixNDAll:
      return 6 * Double(try ParameterCount(blueprint, activeOnly: true).total)
    case .sixNDNonEmbedding:
      return 6 * Double(try ParameterCount(blueprint, activeOnly: true).nonEmbedding)
    case .matmulAndAttention:
      return 3 * (try FLOPCount(blueprint, contextLength: contextLength)).matmulAndAttention
    case .chinchillaF:
      return 3 * (try FLOPCount(blueprint, contextLength: contextLength)).chinchillaF
    }
  }

  /// 6 · N · D.
  ///
  /// Example: `sixND(parameters: 3e9, tokens: 6e10)` is 1.08e21.
  ///
  /// - Source: Kaplan et al. 2020, arXiv:2001.08361, section 2.1.
  public static func sixND(parameters: Double, tokens: Double) -> Double {
    6 * parameters * tokens
  }
}
