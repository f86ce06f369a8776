/// One tensor of a blueprint, by Hugging Face's dimensions: outputs first.
public struct TensorDescription: Sendable, Hashable {
  /// What it is called; `*` stands for the number of the block or expert.
  public let name: String
  /// Its dimensions.
  public let shape: [Int]
  /// How many such tensors there are.
  public let copies: Int

  /// The values in all copies.
  public var count: Int { shape.reduce(copies, *) }
}

extension Blueprint {
  /// Every tensor of the model, alike ones of all blocks in one line.
  ///
  /// The counts add up to ``ParameterCount/total``.
  ///
  /// - Throws: ``AccountingError`` when the blueprint is impossible.
  public func tensors() throws(AccountingError) -> [TensorDescription] {
    // The count refuses shapes whose products would overflow below.
    _ = try ParameterCount(self)
    var tensors: [TensorDescription] = []
    func add(_ name: String, _ shape: [Int], copies: Int = 1) {
      if copies > 0 { tensors.append(TensorDescription(name: name, shape: shape, copies: copies)) }
    }
    let d = shape.width
    let layers = shape.layerCount
    let queries = shape.headCount * shape.headWidth
    let keyValues = shape.keyValueHeadCount * shape.headWidth
    func addNormalization(_ name: String, width: Int, copies: Int) {
      add(name + ".weight", [width], copies: copies)
      if shape.normalization == .layerNorm { add(name + ".bias", [width], copies: copies) }
    }
    func addFeedForward(_ name: String, width: Int, copies: Int) {
      let inputs = shape.activation == .swiGLU ? ["gate", "up"] : ["in"]
      for input in inputs {
        add("\(name).\(input).weight", [width, d], copies: copies)
        if shape.feedForwardBiases { add("\(name).\(input).bias", [width], copies: copies) }
      }
      add("\(name).out.weight", [d, width], copies: copies)
      if shape.feedForwardBiases { add("\(name).out.bias", [d], copies: copies) }
    }

    add("tokenEmbedding.weight", [shape.vocabularySize, d])
    if shape.positions == .learned { add("positionEmbedding.weight", [shape.contextLength, d]) }
    addNormalization("blocks.*.attentionNormalization", width: d, copies: layers)
    add("blocks.*.attention.query.weight", [queries, d], copies: layers)
    add("blocks.*.attention.key.weight", [keyValues, d], copies: layers)
    add("blocks.*.attention.value.weight", [keyValues, d], copies: layers)
    if shape.attentionBiases || queryKeyValueBiases {
      add("blocks.*.attention.query.bias", [queries], copies: layers)
      add("blocks.*.attention.key.bias", [keyValues], copies: layers)
      add("blocks.*.attention.value.bias", [keyValues], copies: layers)
    }
    if queryKeyNormalization {
      add("blocks.*.attention.queryNormalization.weight", [shape.headWidth], copies: layers)
      add("blocks.*.attention.keyNormalization.weight", [shape.headWidth], copies: layers)
    }
    if relativePositionMatrix {
      add("blocks.*.attention.relativePosition.weight", [queries, d], copies: layers)
    }
    add("blocks.*.attention.output.weight", [d, queries], copies: layers)
    if shape.attentionBiases { add("blocks.*.attention.output.bias", [d], copies: layers) }
    addNormalization("blocks.*.feedForwardNormalization", width: d, copies: layers)
    addFeedForward(
      "blocks.*.feedForward",
      width: shape.feedForwardWidth,
      copies: layers - (experts?.layerCount ?? 0)
    )
    if let experts {
      add("blocks.*.router.weight", [experts.count, d], copies: experts.layerCount)
      addFeedForward(
        "blocks.*.experts.*",
        width: experts.width,
        copies: experts.layerCount * experts.count
      )
      if experts.sharedWidth > 0 {
        addFeedForward(
          "blocks.*.sharedExpert",
          width: experts.sharedWidth,
          copies: experts.layerCount
        )
        add("blocks.*.sharedExpert.gate", [1, d], copies: experts.layerCount)
      }
    }
    if shape.finalNormalization {
      addNormalization("finalNormalization", width: d, copies: 1)
    }
    if !shape.tiedHead { add("head.weight", [shape.vocabularySize, d]) }
    return tensors
  }
}
