import Accounting

extension ConfigurationFile {
  /// The ids the file gives a meaning.
  var specialTokens: SpecialTokenIDs {
    SpecialTokenIDs(
      beginning: bosTokenID?.ids.first,
      ends: eosTokenID?.ids ?? [],
      padding: padTokenID?.ids.first
    )
  }

  /// The format the file names.
  func format(path: String) throws(LanguageModelsError) -> ModelFormat {
    let name = try needed(modelType, .modelType, path)
    guard let format = ModelFormat(rawValue: name) else {
      throw .unsupported(
        path: path,
        reason: "the model_type \"\(name)\"; gpt2, llama and isoflop are read"
      )
    }
    return format
  }

  /// The architecture the file describes, with the format's own defaults for absent keys.
  func shape(path: String) throws(LanguageModelsError) -> ModelShape {
    let shape =
      switch try format(path: path) {
      case .gpt2: try gpt2Shape(path)
      case .llama: try llamaShape(path)
      case .isoflop: try ownShape(path)
      }
    do {
      try shape.validate()
    } catch {
      throw .invalidConfiguration(path: path, reason: error.reason)
    }
    return shape
  }

  private func gpt2Shape(_ path: String) throws(LanguageModelsError) -> ModelShape {
    if scaleAttnWeights == false || scaleAttnByInverseLayerIdx == true {
      throw .unsupported(path: path, reason: "attention scores not scaled by 1/√(head width)")
    }
    if addCrossAttention == true {
      throw .unsupported(path: path, reason: "attention to a second sequence")
    }
    var shape = ModelShape.gpt2(
      vocabularySize: try dimension(vocabularySize, .vocabularySize, path),
      contextLength: try dimension(nPositions, .nPositions, path),
      layerCount: try dimension(nLayer, .nLayer, path),
      width: try dimension(nEmbd, .nEmbd, path),
      headCount: try dimension(nHead, .nHead, path)
    )
    guard shape.width % shape.headCount == 0 else {
      throw .invalidConfiguration(
        path: path,
        reason: "n_embd \(shape.width) is not divisible by n_head \(shape.headCount)"
      )
    }
    if nInner != nil { shape.feedForwardWidth = try dimension(nInner, .nInner, path) }
    let function = activationFunction ?? "gelu_new"
    guard let activation = ModelShape.Activation(gpt2Name: function) else {
      throw .unsupported(path: path, reason: "the activation_function \"\(function)\"")
    }
    shape.activation = activation
    shape.normalizationEpsilon = layerNormEpsilon ?? 1e-5
    shape.dropout = dropout(attention: attnPdrop)
    shape.tiedHead = tieWordEmbeddings ?? true
    return shape
  }

  private func llamaShape(_ path: String) throws(LanguageModelsError) -> ModelShape {
    for settings in [ropeScaling, ropeParameters] {
      let type = settings?.ropeType ?? settings?.type ?? "default"
      guard type == "default" else {
        throw .unsupported(path: path, reason: "rotary positions of the type \"\(type)\"")
      }
    }
    if let partialRotaryFactor, partialRotaryFactor != 1 {
      throw .unsupported(path: path, reason: "rotary positions on a part of each head")
    }
    let function = hiddenAct ?? "silu"
    guard function == "silu" || function == "swish" else {
      throw .unsupported(path: path, reason: "the hidden_act \"\(function)\"")
    }
    var shape = ModelShape.llama(
      vocabularySize: try dimension(vocabularySize, .vocabularySize, path),
      contextLength: try dimension(maxPositionEmbeddings, .maxPositionEmbeddings, path),
      layerCount: try dimension(numHiddenLayers, .numHiddenLayers, path),
      width: try dimension(hiddenSize, .hiddenSize, path),
      headCount: try dimension(numAttentionHeads, .numAttentionHeads, path),
      feedForwardWidth: try dimension(intermediateSize, .intermediateSize, path),
      tiedHead: tieWordEmbeddings ?? false
    )
    if numKeyValueHeads != nil {
      shape.keyValueHeadCount = try dimension(numKeyValueHeads, .numKeyValueHeads, path)
    }
    if headDim != nil { shape.headWidth = try dimension(headDim, .headDim, path) }
    shape.normalizationEpsilon = rmsNormEps ?? 1e-6
    shape.dropout = dropout(attention: attentionDropout)
    shape.positions = .rotary(base: ropeTheta ?? ropeParameters?.ropeTheta ?? 10_000)
    shape.attentionBiases = attentionBias ?? false
    shape.feedForwardBiases = mlpBias ?? false
    return shape
  }

  private func ownShape(_ path: String) throws(LanguageModelsError) -> ModelShape {
    var shape = ModelShape.gpt2(
      vocabularySize: try dimension(vocabularySize, .vocabularySize, path),
      contextLength: try dimension(maxPositionEmbeddings, .maxPositionEmbeddings, path),
      layerCount: try dimension(numHiddenLayers, .numHiddenLayers, path),
      width: try dimension(hiddenSize, .hiddenSize, path),
      headCount: try dimension(numAttentionHeads, .numAttentionHeads, path)
    )
    shape.keyValueHeadCount = try dimension(numKeyValueHeads, .numKeyValueHeads, path)
    shape.headWidth = try dimension(headDim, .headDim, path)
    shape.feedForwardWidth = try dimension(intermediateSize, .intermediateSize, path)
    shape.normalization = try choice(normalization, .normalization, path)
    shape.normalizationPlacement = try choice(normalizationPlacement, .normalizationPlacement, path)
    shape.finalNormalization = try needed(finalNormalization, .finalNormalization, path)
    shape.normalizationEpsilon = try needed(normalizationEpsilon, .normalizationEpsilon, path)
    switch try needed(positions, .positions, path) {
    case "learned": shape.positions = .learned
    case "sinusoidal": shape.positions = .sinusoidal
    case "rotary": shape.positions = .rotary(base: try needed(ropeTheta, .ropeTheta, path))
    case let other:
      throw .invalidConfiguration(path: path, reason: "positions is \"\(other)\"")
    }
    shape.activation = try choice(activation, .activation, path)
    shape.attentionBiases = try needed(attentionBias, .attentionBias, path)
    shape.feedForwardBiases = try needed(mlpBias, .mlpBias, path)
    shape.tiedHead = try needed(tieWordEmbeddings, .tieWordEmbeddings, path)
    shape.causal = try needed(causal, .causal, path)
    shape.dropout = dropout(attention: attentionDropout)
    return shape
  }

  /// What training drops.
  ///
  /// An absent key drops nothing, though GPT-2's own default is 0.1: programs
  /// write the key, and who writes sizes by hand asks for no dropout.
  private func dropout(attention: Double?) -> Dropout {
    Dropout(embedding: embdPdrop ?? 0, attention: attention ?? 0, residual: residPdrop ?? 0)
  }

  /// The value of a key that must be there.
  private func needed<Value>(
    _ value: Value?,
    _ key: CodingKeys,
    _ path: String
  ) throws(LanguageModelsError) -> Value {
    guard let value else {
      throw .invalidConfiguration(path: path, reason: "\(key.rawValue) is missing")
    }
    return value
  }

  /// A dimension within the bounds that keep later products from overflowing.
  private func dimension(
    _ value: Int?,
    _ key: CodingKeys,
    _ path: String
  ) throws(LanguageModelsError) -> Int {
    let value = try needed(value, key, path)
    guard value >= 1, value <= 1 << 31 else {
      throw .invalidConfiguration(
        path: path,
        reason: "\(key.rawValue) is \(value); it must lie between 1 and 2³¹"
      )
    }
    return value
  }

  /// One of an enumeration's names.
  private func choice<Value: RawRepresentable<String>>(
    _ name: String?,
    _ key: CodingKeys,
    _ path: String
  ) throws(LanguageModelsError) -> Value {
    let name = try needed(name, key, path)
    guard let value = Value(rawValue: name) else {
      throw .invalidConfiguration(path: path, reason: "\(key.rawValue) is \"\(name)\"")
    }
    return value
  }
}
