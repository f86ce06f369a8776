/// The shape of a decoder-only transformer: everything that fixes its parameters and its arithmetic,
/// and nothing that training decides.
///
/// This is the one description of an architecture. Counts of parameters, FLOPs and bytes are
/// computed from it, and models are allocated from it.
public struct ModelShape: Sendable, Hashable, Codable {
  /// What scales the residual stream before or after each part.
  public enum Normalization: String, Sendable, Hashable, Codable {
    /// Mean and variance, with weight and bias (Ba et al. 2016, arXiv:1607.06450).
    case layerNorm
    /// The root of the mean square, with weight only (Zhang and Sennrich 2019, arXiv:1910.07467).
    case rmsNorm
  }

  /// Where the normalization of a part stands.
  public enum NormalizationPlacement: String, Sendable, Hashable, Codable {
    /// Before the part, whose output is added unnormalized (GPT-2, Llama).
    case pre
    /// After the part's output was added (the original transformer).
    case post
  }

  /// How a token learns where it stands.
  public enum Positions: Sendable, Hashable, Codable {
    /// A learned vector per position, added to the token's embedding.
    case learned
    /// The fixed sines and cosines of Vaswani et al. 2017, arXiv:1706.03762, section 3.5.
    case sinusoidal
    /// Rotation of queries and keys, halves paired (Su et al. 2021, arXiv:2104.09864).
    case rotary(base: Double)
  }

  /// The function between the two products of the feed-forward part.
  public enum Activation: String, Sendable, Hashable, Codable {
    /// max(0, x).
    case relu
    /// x · Φ(x), exactly.
    case gelu
    /// The tanh approximation of x · Φ(x) that GPT-2 uses (`gelu_new`).
    case geluTanh
    /// silu(gate) · up: two products into the hidden width (Shazeer 2020, arXiv:2002.05202).
    case swiGLU
  }

  /// V, the number of token ids.
  public var vocabularySize: Int
  /// T, the longest sequence the model sees.
  public var contextLength: Int
  /// L, the number of blocks.
  public var layerCount: Int
  /// d, the width of the residual stream.
  public var width: Int
  /// h, the number of attention heads.
  public var headCount: Int
  /// The number of key and value heads; fewer than ``headCount`` is grouped-query attention.
  public var keyValueHeadCount: Int
  /// The width of one head, usually d / h.
  public var headWidth: Int
  /// The hidden width of the feed-forward part.
  public var feedForwardWidth: Int
  /// What normalizes.
  public var normalization: Normalization
  /// Where it normalizes.
  public var normalizationPlacement: NormalizationPlacement
  /// Whether the residual stream is normalized once more before the head.
  public var finalNormalization: Bool
  /// What is added to a variance before its root is taken.
  public var normalizationEpsilon: Double
  /// How positions enter.
  public var positions: Positions
  /// The feed-forward part's function.
  public var activation: Activation
  /// Whether the four products of attention have biases.
  public var attentionBiases: Bool
  /// Whether the products of the feed-forward part have biases.
  public var feedForwardBiases: Bool
  /// Whether the head is the token embedding, used a second time.
  public var tiedHead: Bool
  /// Whether a token sees only those before it.
  public var causal: Bool
  /// What training drops; ``Dropout/none`` unless set.
  public var dropout = Dropout.none

  /// A GPT-2 shape: learned positions, LayerNorm before each part, tanh GELU, biases, tied head.
  ///
  /// - Source: Radford et al. 2019, "Language models are unsupervised multitask learners".
  public static func gpt2(
    vocabularySize: Int,
    contextLength: Int,
    layerCount: Int,
    width: Int,
    headCount: Int
  ) -> ModelShape {
    ModelShape(
      vocabularySize: vocabularySize,
      contextLength: contextLength,
      layerCount: layerCount,
      width: width,
      headCount: headCount,
      keyValueHeadCount: headCount,
      headWidth: width / max(headCount, 1),
      feedForwardWidth: 4 * width,
      normalization: .layerNorm,
      normalizationPlacement: .pre,
      finalNormalization: true,
      normalizationEpsilon: 1e-5,
      positions: .learned,
      activation: .geluTanh,
      attentionBiases: true,
      feedForwardBiases: true,
      tiedHead: true,
      causal: true
    )
  }

  /// A Llama shape: rotary positions, RMSNorm before each part, SwiGLU, no biases.
  ///
  /// The hidden width defaults to 8/3 · d rounded up to a multiple of 64.
  ///
  /// - Source: Touvron et al. 2023, arXiv:2302.13971, section 2.2.
  public static func llama(
    vocabularySize: Int,
    contextLength: Int,
    layerCount: Int,
    width: Int,
    headCount: Int,
    keyValueHeadCount: Int? = nil,
    feedForwardWidth: Int? = nil,
    tiedHead: Bool = false
  ) -> ModelShape {
    ModelShape(
      vocabularySize: vocabularySize,
      contextLength: contextLength,
      layerCount: layerCount,
      width: width,
      headCount: headCount,
      keyValueHeadCount: keyValueHeadCount ?? headCount,
      headWidth: width / max(headCount, 1),
      feedForwardWidth: feedForwardWidth ?? (8 * width / 3 + 63) / 64 * 64,
      normalization: .rmsNorm,
      normalizationPlacement: .pre,
      finalNormalization: true,
      normalizationEpsilon: 1e-5,
      positions: .rotary(base: 10_000),
      activation: .swiGLU,
      attentionBiases: false,
      feedForwardBiases: false,
      tiedHead: tiedHead,
      causal: true
    )
  }

  /// Checks that the numbers fit together.
  ///
  /// - Throws: ``AccountingError/invalidShape(reason:)`` with the first number that does not.
  public func validate() throws(AccountingError) {
    let counts = [
      ("vocabularySize", vocabularySize), ("contextLength", contextLength),
      ("layerCount", layerCount), ("width", width), ("headCount", headCount),
      ("keyValueHeadCount", keyValueHeadCount), ("headWidth", headWidth),
      ("feedForwardWidth", feedForwardWidth),
    ]
    for (name, value) in counts where value < 1 || value > 1 << 31 {
      throw .invalidShape(reason: "\(name) is \(value); it must lie between 1 and 2³¹")
    }
    if headCount % keyValueHeadCount != 0 {
      throw .invalidShape(
        reason: "\(headCount) heads cannot share \(keyValueHeadCount) key-value heads evenly"
      )
    }
    if case .rotary(let base) = positions {
      if headWidth % 2 != 0 {
        throw .invalidShape(reason: "rotary positions pair halves: head width \(headWidth) is odd")
      }
      if !(base > 1 && base.isFinite) {
        throw .invalidShape(reason: "the rotary base \(base) must be greater than 1")
      }
    }
    if !(normalizationEpsilon > 0 && normalizationEpsilon < 1) {
      throw .invalidShape(
        reason: "the normalization epsilon \(normalizationEpsilon) must lie between 0 and 1"
      )
    }
    try dropout.validate()
  }
}
