import Accounting

extension ConfigurationFile {
  /// The settings of a model, for a folder of a format that can express its shape.
  init(_ model: GPT, format: ModelFormat, type: NumberType) {
    let shape = model.shape
    modelType = format.rawValue
    vocabularySize = shape.vocabularySize
    // Explicit nulls: a program's own defaults would name ids beyond the vocabulary.
    bosTokenID = TokenIDList(model.specialTokens.beginning.map { [$0] } ?? [])
    eosTokenID = TokenIDList(model.specialTokens.ends)
    padTokenID = TokenIDList(model.specialTokens.padding.map { [$0] } ?? [])
    dtype = type.configurationName
    tieWordEmbeddings = shape.tiedHead
    switch format {
    case .gpt2:
      architectures = ["GPT2LMHeadModel"]
      initializerRange = 0.02
      useCache = true
      nPositions = shape.contextLength
      nEmbd = shape.width
      nLayer = shape.layerCount
      nHead = shape.headCount
      nInner = shape.feedForwardWidth
      activationFunction = shape.activation.gpt2Name
      layerNormEpsilon = shape.normalizationEpsilon
      // Written even where they are 0: the format's own defaults are 0.1.
      attnPdrop = shape.dropout.attention
      embdPdrop = shape.dropout.embedding
      residPdrop = shape.dropout.residual
    case .llama:
      architectures = ["LlamaForCausalLM"]
      initializerRange = 0.02
      useCache = true
      setCommonDimensions(shape)
      rmsNormEps = shape.normalizationEpsilon
      hiddenAct = "silu"
      setDropout(shape)
    case .isoflop:
      architectures = ["IsoflopGPT"]
      setCommonDimensions(shape)
      setDropout(shape)
      normalization = shape.normalization.rawValue
      normalizationPlacement = shape.normalizationPlacement.rawValue
      finalNormalization = shape.finalNormalization
      normalizationEpsilon = shape.normalizationEpsilon
      switch shape.positions {
      case .learned: positions = "learned"
      case .sinusoidal: positions = "sinusoidal"
      case .rotary: positions = "rotary"
      }
      activation = shape.activation.rawValue
      causal = shape.causal
    }
  }

  /// Sets dropout by Llama's key, and by GPT-2's where Llama's format has none: transformers passes
  /// over them, and nothing but training reads them here.
  private mutating func setDropout(_ shape: ModelShape) {
    let dropout = shape.dropout
    attentionDropout = dropout.attention
    if dropout.embedding > 0 { embdPdrop = dropout.embedding }
    if dropout.residual > 0 { residPdrop = dropout.residual }
  }

  /// Sets what Llama's format and isoflop's own have in common.
  private mutating func setCommonDimensions(_ shape: ModelShape) {
    hiddenSize = shape.width
    intermediateSize = shape.feedForwardWidth
    numHiddenLayers = shape.layerCount
    numAttentionHeads = shape.headCount
    numKeyValueHeads = shape.keyValueHeadCount
    headDim = shape.headWidth
    maxPositionEmbeddings = shape.contextLength
    if case .rotary(let base) = shape.positions { ropeTheta = base }
    attentionBias = shape.attentionBiases
    mlpBias = shape.feedForwardBiases
  }
}

extension ModelShape.Activation {
  /// What transformers calls the function; gated ones have no name in GPT-2's format.
  var gpt2Name: String? {
    switch self {
    case .relu: "relu"
    case .gelu: "gelu"
    case .geluTanh: "gelu_new"
    case .swiGLU: nil
    }
  }

  /// The function that transformers calls so.
  init?(gpt2Name: String) {
    switch gpt2Name {
    case "relu": self = .relu
    case "gelu": self = .gelu
    case "gelu_new", "gelu_pytorch_tanh", "gelu_fast": self = .geluTanh
    default: return nil
    }
  }
}
