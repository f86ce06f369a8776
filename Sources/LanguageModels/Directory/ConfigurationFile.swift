import FoundationEssentials

/// The keys of a model folder's `config.json` that matter here, whatever the format.
///
/// Keys that are absent in a file are nil, and nil keys are not written.
struct ConfigurationFile: Codable, Sendable {
  // What every format has.
  var modelType: String?
  var architectures: [String]?
  var vocabularySize: Int?
  var bosTokenID: TokenIDList?
  var eosTokenID: TokenIDList?
  var padTokenID: TokenIDList?
  var dtype: String?
  var tieWordEmbeddings: Bool?
  var initializerRange: Double?
  var useCache: Bool?

  // GPT-2; the last two probabilities of dropout in the other formats too.
  var nPositions: Int?
  var nEmbd: Int?
  var nLayer: Int?
  var nHead: Int?
  var nInner: Int?
  var activationFunction: String?
  var layerNormEpsilon: Double?
  var attnPdrop: Double?
  var embdPdrop: Double?
  var residPdrop: Double?
  var scaleAttnWeights: Bool?
  var scaleAttnByInverseLayerIdx: Bool?
  var addCrossAttention: Bool?

  // Llama, and isoflop's own format where the meaning is the same.
  var hiddenSize: Int?
  var intermediateSize: Int?
  var numHiddenLayers: Int?
  var numAttentionHeads: Int?
  var numKeyValueHeads: Int?
  var headDim: Int?
  var maxPositionEmbeddings: Int?
  var rmsNormEps: Double?
  var ropeTheta: Double?
  var ropeScaling: RopeParameters?
  var ropeParameters: RopeParameters?
  var partialRotaryFactor: Double?
  var hiddenAct: String?
  var attentionBias: Bool?
  var mlpBias: Bool?
  var attentionDropout: Double?

  // isoflop's own format only.
  var normalization: String?
  var normalizationPlacement: String?
  var finalNormalization: Bool?
  var normalizationEpsilon: Double?
  var positions: String?
  var activation: String?
  var causal: Bool?

  enum CodingKeys: String, CodingKey {
    case modelType = "model_type"
    case architectures
    case vocabularySize = "vocab_size"
    case bosTokenID = "bos_token_id"
    case eosTokenID = "eos_token_id"
    case padTokenID = "pad_token_id"
    case dtype
    case tieWordEmbeddings = "tie_word_embeddings"
    case initializerRange = "initializer_range"
    case useCache = "use_cache"
    case nPositions = "n_positions"
    case nEmbd = "n_embd"
    case nLayer = "n_layer"
    case nHead = "n_head"
    case nInner = "n_inner"
    case activationFunction = "activation_function"
    case layerNormEpsilon = "layer_norm_epsilon"
    case attnPdrop = "attn_pdrop"
    case embdPdrop = "embd_pdrop"
    case residPdrop = "resid_pdrop"
    case scaleAttnWeights = "scale_attn_weights"
    case scaleAttnByInverseLayerIdx = "scale_attn_by_inverse_layer_idx"
    case addCrossAttention = "add_cross_attention"
    case hiddenSize = "hidden_size"
    case intermediateSize = "intermediate_size"
    case numHiddenLayers = "num_hidden_layers"
    case numAttentionHeads = "num_attention_heads"
    case numKeyValueHeads = "num_key_value_heads"
    case headDim = "head_dim"
    case maxPositionEmbeddings = "max_position_embeddings"
    case rmsNormEps = "rms_norm_eps"
    case ropeTheta = "rope_theta"
    case ropeScaling = "rope_scaling"
    case ropeParameters = "rope_parameters"
    case partialRotaryFactor = "partial_rotary_factor"
    case hiddenAct = "hidden_act"
    case attentionBias = "attention_bias"
    case mlpBias = "mlp_bias"
    case attentionDropout = "attention_dropout"
    case normalization
    case normalizationPlacement = "normalization_placement"
    case finalNormalization = "final_normalization"
    case normalizationEpsilon = "normalization_epsilon"
    case positions
    case activation
    case causal
  }

  /// Nothing set.
  init() {}

  /// Reads a file's bytes.
  init(_ bytes: [UInt8], path: String) throws(LanguageModelsError) {
    do {
      self = try JSONDecoder().decode(ConfigurationFile.self, from: Data(bytes))
    } catch {
      throw .invalidConfiguration(path: path, reason: jsonReason(error))
    }
  }

  /// The file's text, keys sorted.
  func text() throws -> String {
    try jsonText(self)
  }
}

/// The settings of rotary positions.
struct RopeParameters: Codable, Sendable {
  var ropeTheta: Double?
  var ropeType: String?
  /// What files before 2024 call `rope_type`.
  var type: String?

  enum CodingKeys: String, CodingKey {
    case ropeTheta = "rope_theta"
    case ropeType = "rope_type"
    case type
  }
}

/// One id, several, or none: `config.json` has all three forms.
struct TokenIDList: Codable, Sendable {
  var ids: [Int]

  init(_ ids: [Int]) {
    self.ids = ids
  }

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      ids = []
    } else if let id = try? container.decode(Int.self) {
      ids = [id]
    } else {
      ids = try container.decode([Int].self)
    }
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch ids.count {
    case 0: try container.encodeNil()
    case 1: try container.encode(ids[0])
    default: try container.encode(ids)
    }
  }
}

/// A value as indented JSON with sorted keys and a line end.
func jsonText(_ value: some Encodable) throws -> String {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
  return String(decoding: try encoder.encode(value), as: UTF8.self) + "\n"
}
