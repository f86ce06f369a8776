import FoundationEssentials

extension Blueprint {
  /// Reads a Hugging Face `config.json`: GPT-2, Llama, Mistral, Mixtral, Qwen2 and Qwen3, the last
  /// two also as mixtures of experts.
  ///
  /// - Throws: ``AccountingError/unreadableBlueprint(reason:)`` where the architecture is another or
  ///   a size is missing, ``AccountingError/invalidShape(reason:)`` where sizes do not fit.
  public init(huggingFaceConfiguration bytes: [UInt8]) throws(AccountingError) {
    let configuration: Configuration
    do {
      configuration = try JSONDecoder().decode(Configuration.self, from: Data(bytes))
    } catch {
      throw .unreadableBlueprint(reason: "it is not the JSON object of a Hugging Face config.json")
    }
    guard let type = configuration.modelType else {
      throw .unreadableBlueprint(reason: "it has no model_type")
    }
    self =
      switch type {
      case "gpt2": try configuration.gpt2()
      case "llama", "mistral", "mixtral", "qwen2", "qwen3", "qwen2_moe", "qwen3_moe":
        try configuration.llamaFamily(type)
      default:
        throw .unreadableBlueprint(
          reason: "model_type “\(type)” is not known; known: gpt2, llama, mistral, mixtral, qwen2, "
            + "qwen2_moe, qwen3, qwen3_moe"
        )
      }
    try validate()
  }
}

/// The keys of `config.json` that fix a model's size.
private struct Configuration: Decodable {
  var modelType: String?
  var vocabularySize: Int?
  var tiesEmbeddings: Bool?

  // GPT-2
  var positions: Int?
  var embedding: Int?
  var layers: Int?
  var heads: Int?
  var inner: Int?
  var activationFunction: String?
  var layerNormEpsilon: Double?
  var embeddingDropout: Double?
  var scoreDropout: Double?
  var residualDropout: Double?

  // Llama and its family
  var hiddenSize: Int?
  var intermediateSize: Int?
  var hiddenLayers: Int?
  var attentionHeads: Int?
  var keyValueHeads: Int?
  var headDimension: Int?
  var maximumPositions: Int?
  var hiddenActivation: String?
  var rmsEpsilon: Double?
  var ropeTheta: Double?
  var ropeParameters: RopeParameters?
  var attentionBias: Bool?
  var attentionDropout: Double?
  var feedForwardBias: Bool?

  // Mixtures of experts
  var localExperts: Int?
  var experts: Int?
  var expertsPerToken: Int?
  var expertIntermediateSize: Int?
  var sharedIntermediateSize: Int?
  var sparseStep: Int?
  var denseLayers: [Int]?

  struct RopeParameters: Decodable {
    var theta: Double?
    enum CodingKeys: String, CodingKey { case theta = "rope_theta" }
  }

  enum CodingKeys: String, CodingKey {
    case modelType = "model_type"
    case vocabularySize = "vocab_size"
    case tiesEmbeddings = "tie_word_embeddings"
    case positions = "n_positions"
    case embedding = "n_embd"
    case layers = "n_layer"
    case heads = "n_head"
    case inner = "n_inner"
    case activationFunction = "activation_function"
    case layerNormEpsilon = "layer_norm_epsilon"
    case embeddingDropout = "embd_pdrop"
    case scoreDropout = "attn_pdrop"
    case residualDropout = "resid_pdrop"
    case hiddenSize = "hidden_size"
    case intermediateSize = "intermediate_size"
    case hiddenLayers = "num_hidden_layers"
    case attentionHeads = "num_attention_heads"
    case keyValueHeads = "num_key_value_heads"
    case headDimension = "head_dim"
    case maximumPositions = "max_position_embeddings"
    case hiddenActivation = "hidden_act"
    case rmsEpsilon = "rms_norm_eps"
    case ropeTheta = "rope_theta"
    case ropeParameters = "rope_parameters"
    case attentionBias = "attention_bias"
    case attentionDropout = "attention_dropout"
    case feedForwardBias = "mlp_bias"
    case localExperts = "num_local_experts"
    case experts = "num_experts"
    case expertsPerToken = "num_experts_per_tok"
    case expertIntermediateSize = "moe_intermediate_size"
    case sharedIntermediateSize = "shared_expert_intermediate_size"
    case sparseStep = "decoder_sparse_step"
    case denseLayers = "mlp_only_layers"
  }

  private func required(_ value: Int?, _ key: CodingKeys) throws(AccountingError) -> Int {
    guard let value else { throw .unreadableBlueprint(reason: "it has no \(key.rawValue)") }
    guard value > 0, value <= 1 << 31 else {
      throw .unreadableBlueprint(reason: "\(key.rawValue) is \(value)")
    }
    return value
  }

  func gpt2() throws(AccountingError) -> Blueprint {
    var shape = ModelShape.gpt2(
      vocabularySize: try required(vocabularySize, .vocabularySize),
      contextLength: try required(positions, .positions),
      layerCount: try required(layers, .layers),
      width: try required(embedding, .embedding),
      headCount: try required(heads, .heads)
    )
    if let inner { shape.feedForwardWidth = inner }
    if let layerNormEpsilon { shape.normalizationEpsilon = layerNormEpsilon }
    shape.tiedHead = tiesEmbeddings ?? true
    switch activationFunction ?? "gelu_new" {
    case "gelu_new", "gelu_pytorch_tanh": shape.activation = .geluTanh
    case "gelu": shape.activation = .gelu
    case "relu": shape.activation = .relu
    case let name:
      throw .unreadableBlueprint(reason: "the activation “\(name)” is not known")
    }
    shape.dropout = dropout(attention: scoreDropout)
    return Blueprint(shape, name: "gpt2")
  }

  func llamaFamily(_ type: String) throws(AccountingError) -> Blueprint {
    let width = try required(hiddenSize, .hiddenSize)
    let headCount = try required(attentionHeads, .attentionHeads)
    var shape = ModelShape.llama(
      vocabularySize: try required(vocabularySize, .vocabularySize),
      contextLength: try required(maximumPositions, .maximumPositions),
      layerCount: try required(hiddenLayers, .hiddenLayers),
      width: width,
      headCount: headCount,
      keyValueHeadCount: keyValueHeads ?? headCount,
      feedForwardWidth: try required(intermediateSize, .intermediateSize),
      tiedHead: tiesEmbeddings ?? false
    )
    guard ["silu", "swish"].contains(hiddenActivation ?? "silu") else {
      throw .unreadableBlueprint(reason: "the activation “\(hiddenActivation ?? "")” is not known")
    }
    if let headDimension { shape.headWidth = headDimension }
    if let rmsEpsilon { shape.normalizationEpsilon = rmsEpsilon }
    shape.positions = .rotary(base: ropeTheta ?? ropeParameters?.theta ?? 10_000)
    shape.attentionBiases = attentionBias ?? false
    shape.feedForwardBiases = feedForwardBias ?? false
    shape.dropout = dropout(attention: attentionDropout)
    var blueprint = Blueprint(shape, name: type)
    blueprint.queryKeyValueBiases = type.hasPrefix("qwen2")
    blueprint.queryKeyNormalization = type.hasPrefix("qwen3")
    if type == "mixtral" || type.hasSuffix("_moe") {
      blueprint.experts = try mixture(type, shape)
    }
    return blueprint
  }

  /// What training drops.
  ///
  /// An absent key drops nothing: sizes alone ask for no dropout.
  private func dropout(attention: Double?) -> Dropout {
    Dropout(
      embedding: embeddingDropout ?? 0,
      attention: attention ?? 0,
      residual: residualDropout ?? 0
    )
  }

  private func mixture(
    _ type: String,
    _ shape: ModelShape
  ) throws(AccountingError) -> Blueprint.Experts {
    let isMixtral = type == "mixtral"
    let step = max(sparseStep ?? 1, 1)
    // Blocks step - 1, 2 step - 1, …, but for those that are named.
    let dense = Set(denseLayers ?? []).count {
      $0 >= 0 && $0 < shape.layerCount && $0 % step == step - 1
    }
    let sparse = isMixtral ? shape.layerCount : shape.layerCount / step - dense
    return Blueprint.Experts(
      count: isMixtral
        ? try required(localExperts, .localExperts)
        : try required(experts ?? localExperts, .experts),
      active: try required(expertsPerToken, .expertsPerToken),
      shared: sharedIntermediateSize == nil ? 0 : 1,
      width: isMixtral
        ? shape.feedForwardWidth : try required(expertIntermediateSize, .expertIntermediateSize),
      sharedWidth: sharedIntermediateSize ?? 0,
      layerCount: sparse
    )
  }
}
