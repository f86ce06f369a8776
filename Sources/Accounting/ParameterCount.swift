/// The parameters of a model, part by part, so that any counting convention can be applied.
///
/// Biases are counted with the product they belong to.
public struct ParameterCount: Sendable, Hashable {
  /// V · d.
  public let tokenEmbedding: Int
  /// T · d for learned positions, otherwise zero.
  public let positionEmbedding: Int
  /// Queries, keys, values and the output product of all blocks.
  public let attention: Int
  /// The feed-forward products of all blocks, routers included.
  public let feedForward: Int
  /// All normalizations.
  public let normalization: Int
  /// V · d for a head of its own, zero for a tied one.
  public let unembedding: Int

  /// The weights of matrix products inside the blocks, without biases and norms.
  public let blockMatrices: Int
  /// The weights of the matrix that gives the logits, tied or not.
  public let headMatrix: Int

  /// All parameters.
  public var total: Int {
    tokenEmbedding + positionEmbedding + attention + feedForward + normalization + unembedding
  }

  /// All parameters that belong to no vocabulary entry and no position.
  ///
  /// - Source: Kaplan et al. 2020, arXiv:2001.08361, section 2.1; an untied head is left out as
  ///   well, as Pythia's published counts do.
  public var nonEmbedding: Int { attention + feedForward + normalization }

  /// The weights that take part in matrix products, the head included.
  public var matrices: Int { blockMatrices + headMatrix }

  /// The count by a convention.
  public func count(_ convention: ParameterConvention) -> Int {
    switch convention {
    case .total: total
    case .nonEmbedding: nonEmbedding
    case .matrices: matrices
    }
  }

  /// The parts in reading order, each with the key that JSON gives it.
  public var parts: [(key: String, count: Int)] {
    [
      ("token_embedding", tokenEmbedding), ("position_embedding", positionEmbedding),
      ("attention", attention), ("feed_forward", feedForward), ("normalization", normalization),
      ("unembedding", unembedding),
    ]
  }

  /// Counts the parameters of a shape.
  ///
  /// - Throws: ``AccountingError`` when the shape is impossible.
  public init(_ shape: ModelShape) throws(AccountingError) {
    try self.init(Blueprint(shape, name: ""))
  }

  /// Counts the parameters of a blueprint.
  ///
  /// - Parameters:
  ///   - blueprint: What to count.
  ///   - activeOnly: Whether only the experts that one token passes are counted.
  /// - Throws: ``AccountingError`` when the blueprint is impossible or too large to count.
  public init(_ blueprint: Blueprint, activeOnly: Bool = false) throws(AccountingError) {
    try blueprint.validate()
    let shape = blueprint.shape
    let d = shape.width
    let queries = shape.headCount * shape.headWidth
    let keyValues = 2 * shape.keyValueHeadCount * shape.headWidth
    let layers = Int128(shape.layerCount)

    var attentionMatrices = product(queries + keyValues, d) + product(d, queries)
    if blueprint.relativePositionMatrix { attentionMatrices += product(d, queries) }
    var attentionBiases: Int128 = 0
    if shape.attentionBiases || blueprint.queryKeyValueBiases {
      attentionBiases += Int128(queries + keyValues)
    }
    if shape.attentionBiases { attentionBiases += Int128(d) }

    let dense = FeedForwardCount(shape, width: shape.feedForwardWidth)
    var feedForwardMatrices = layers * dense.matrices
    var feedForwardBiases = layers * dense.biases
    if let experts = blueprint.experts {
      let expertLayers = Int128(experts.layerCount)
      let one = FeedForwardCount(shape, width: experts.width)
      let shared = FeedForwardCount(shape, width: experts.sharedWidth)
      let passed = Int128(activeOnly ? experts.active : experts.count)
      feedForwardMatrices += expertLayers * (passed * one.matrices - dense.matrices)
      feedForwardBiases += expertLayers * (passed * one.biases - dense.biases)
      feedForwardMatrices += expertLayers * product(d, experts.count)
      if experts.sharedWidth > 0 {
        // The shared experts have a gate of their own: one number from d.
        feedForwardMatrices += expertLayers * (shared.matrices + Int128(d))
      }
    }

    let oneNorm = Int128(shape.normalization == .layerNorm ? 2 * d : d)
    var norms = 2 * layers * oneNorm
    if shape.finalNormalization { norms += oneNorm }
    if blueprint.queryKeyNormalization { norms += layers * Int128(2 * shape.headWidth) }

    let vocabulary = product(shape.vocabularySize, d)
    tokenEmbedding = try exact(vocabulary, "embedding parameters")
    positionEmbedding =
      shape.positions == .learned
      ? try exact(product(shape.contextLength, d), "position parameters") : 0
    attention = try exact(layers * (attentionMatrices + attentionBiases), "attention parameters")
    feedForward = try exact(feedForwardMatrices + feedForwardBiases, "feed-forward parameters")
    normalization = try exact(norms, "normalization parameters")
    unembedding = shape.tiedHead ? 0 : tokenEmbedding
    blockMatrices = try exact(
      layers * attentionMatrices + feedForwardMatrices,
      "matrix parameters"
    )
    headMatrix = tokenEmbedding
    _ = try exact(
      2 * vocabulary + product(shape.contextLength, d)
        + layers * (attentionMatrices + attentionBiases) + feedForwardMatrices + feedForwardBiases
        + norms,
      "parameters"
    )
  }
}

/// The parameters of one feed-forward part.
private struct FeedForwardCount {
  let matrices: Int128
  let biases: Int128

  init(_ shape: ModelShape, width: Int) {
    let inputs = shape.activation == .swiGLU ? 2 : 1
    matrices = product(inputs + 1, shape.width, width)
    biases = shape.feedForwardBiases ? Int128(inputs * width + shape.width) : 0
  }
}
