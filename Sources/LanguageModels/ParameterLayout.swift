public import Accounting

/// Where one parameter tensor lies in the flat array of all parameters.
public struct ParameterTensor: Sendable, Hashable {
  /// A path such as `blocks.0.attention.queryKeyValue.weight`.
  public let name: String
  /// Rows first: a product's weights are (outputs, inputs); a vector has one dimension.
  public let shape: [Int]
  /// The index of the first value; a multiple of 16, so that tensors start on a cache line.
  public let offset: Int

  /// How many values there are.
  public var count: Int { shape.reduce(1, *) }
  /// The range of the values in the flat array.
  public var range: Range<Int> { offset..<offset + count }
  /// Whether weight decay applies: to tensors of two dimensions, not to biases and norms.
  public var isMatrix: Bool { shape.count > 1 }
}

/// The parameters of a linear map y = W x + b.
public struct LinearLayout: Sendable, Hashable {
  /// W: (outputs, inputs).
  public let weight: ParameterTensor
  /// b: (outputs), where the shape has biases.
  public let bias: ParameterTensor?
}

/// The parameters of a normalization.
public struct NormalizationLayout: Sendable, Hashable {
  /// (d).
  public let weight: ParameterTensor
  /// (d); LayerNorm only.
  public let bias: ParameterTensor?
}

/// The parameters of one block.
public struct BlockLayout: Sendable, Hashable {
  /// Before attention (pre) or after it (post).
  public let attentionNormalization: NormalizationLayout
  /// ((h + 2 · kv) · headWidth, d): all queries, then all keys, then all values.
  public let queryKeyValue: LinearLayout
  /// (d, h · headWidth).
  public let attentionOutput: LinearLayout
  /// Before the feed-forward part (pre) or after it (post).
  public let feedForwardNormalization: NormalizationLayout
  /// (f, d); for SwiGLU (2 f, d): all gates, then all ups.
  public let feedForwardIn: LinearLayout
  /// (d, f).
  public let feedForwardOut: LinearLayout
}

/// The table of all parameters of a shape: their names, shapes and places in one flat array.
///
/// Parameters, gradients and both moments of an optimizer share one layout. Between tensors lie at
/// most 15 unused values, which stay zero.
public struct ParameterLayout: Sendable, Hashable {
  /// The shape laid out.
  public private(set) var shape: ModelShape
  /// (V, d).
  public let tokenEmbedding: ParameterTensor
  /// (T, d), for learned positions.
  public let positionEmbedding: ParameterTensor?
  /// The blocks from the input on.
  public let blocks: [BlockLayout]
  /// The normalization before the head.
  public let finalNormalization: NormalizationLayout?
  /// (V, d), where the head is not the token embedding.
  public let head: ParameterTensor?
  /// All tensors in the order of their offsets.
  public let tensors: [ParameterTensor]
  /// The length of the flat array, gaps included; a multiple of 16.
  public let storageCount: Int

  /// The number of parameters, gaps not counted.
  public var parameterCount: Int { tensors.reduce(0) { $0 + $1.count } }

  /// The ranges of the tensors that decay in training: those of two dimensions.
  public var decayingRanges: [Range<Int>] { tensors.filter(\.isMatrix).map(\.range) }

  /// The same parameters, of a shape of which training drops other shares.
  func with(dropout: Dropout) -> ParameterLayout {
    var layout = self
    layout.shape.dropout = dropout
    return layout
  }

  /// Lays out the parameters of a shape.
  ///
  /// - Throws: ``AccountingError`` when the shape is impossible.
  public init(_ shape: ModelShape) throws(AccountingError) {
    try shape.validate()
    // Absurd sizes, as a damaged file may name them, must not overflow or fill the memory below.
    guard shape.layerCount <= 1 << 16 else {
      throw .invalidShape(reason: "\(shape.layerCount) layers; at most 65,536 are laid out")
    }
    guard Self.roughCount(shape) < 0x1p44 else {
      throw .invalidShape(reason: "more than 2⁴⁴ parameters")
    }
    var builder = Builder()
    let d = shape.width
    let heads = shape.headCount * shape.headWidth
    let keyValues = shape.keyValueHeadCount * shape.headWidth
    let hidden = shape.feedForwardWidth
    let hasNormalizationBias = shape.normalization == .layerNorm

    self.shape = shape
    tokenEmbedding = builder.add("tokenEmbedding.weight", [shape.vocabularySize, d])
    positionEmbedding =
      shape.positions == .learned
      ? builder.add("positionEmbedding.weight", [shape.contextLength, d]) : nil
    blocks = (0..<shape.layerCount).map { index in
      let block = "blocks.\(index)."
      return BlockLayout(
        attentionNormalization: builder.addNormalization(
          block + "attentionNormalization",
          d,
          bias: hasNormalizationBias
        ),
        queryKeyValue: builder.addLinear(
          block + "attention.queryKeyValue",
          heads + 2 * keyValues,
          d,
          bias: shape.attentionBiases
        ),
        attentionOutput: builder.addLinear(
          block + "attention.output",
          d,
          heads,
          bias: shape.attentionBiases
        ),
        feedForwardNormalization: builder.addNormalization(
          block + "feedForwardNormalization",
          d,
          bias: hasNormalizationBias
        ),
        feedForwardIn: builder.addLinear(
          block + "feedForward.in",
          shape.activation == .swiGLU ? 2 * hidden : hidden,
          d,
          bias: shape.feedForwardBiases
        ),
        feedForwardOut: builder.addLinear(
          block + "feedForward.out",
          d,
          hidden,
          bias: shape.feedForwardBiases
        )
      )
    }
    finalNormalization =
      shape.finalNormalization
      ? builder.addNormalization("finalNormalization", d, bias: hasNormalizationBias) : nil
    head = shape.tiedHead ? nil : builder.add("head.weight", [shape.vocabularySize, d])
    tensors = builder.tensors
    storageCount = builder.end
  }

  /// An upper bound of the number of parameters that cannot overflow.
  private static func roughCount(_ shape: ModelShape) -> Double {
    let d = Double(shape.width)
    let heads = Double(shape.headCount + shape.keyValueHeadCount) * Double(shape.headWidth)
    let block = 2 * (heads + Double(shape.feedForwardWidth) + 4) * (d + 2)
    let embeddings = Double(2 * shape.vocabularySize + shape.contextLength + 2) * d
    return embeddings + Double(shape.layerCount) * 1.5 * block
  }

  /// Hands out places one after the other.
  private struct Builder {
    var tensors: [ParameterTensor] = []
    var end = 0

    mutating func add(_ name: String, _ shape: [Int]) -> ParameterTensor {
      let tensor = ParameterTensor(name: name, shape: shape, offset: end)
      tensors.append(tensor)
      end = (end + tensor.count + 15) / 16 * 16
      return tensor
    }

    mutating func addLinear(
      _ name: String,
      _ outputs: Int,
      _ inputs: Int,
      bias: Bool
    ) -> LinearLayout {
      LinearLayout(
        weight: add(name + ".weight", [outputs, inputs]),
        bias: bias ? add(name + ".bias", [outputs]) : nil
      )
    }

    mutating func addNormalization(_ name: String, _ width: Int, bias: Bool) -> NormalizationLayout
    {
      NormalizationLayout(
        weight: add(name + ".weight", [width]),
        bias: bias ? add(name + ".bias", [width]) : nil
      )
    }
  }
}
