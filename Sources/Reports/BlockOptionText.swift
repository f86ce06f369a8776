import Accounting

extension ModelShape {
  /// The options of a block in words, such as “LayerNorm before each part, learned positions, …”.
  var options: String {
    let norm = normalization == .layerNorm ? "LayerNorm" : "RMSNorm"
    let biases =
      switch (attentionBiases, feedForwardBiases) {
      case (true, true): "biases"
      case (false, false): "no biases"
      case (true, false): "biases in attention"
      case (false, true): "biases in the feed-forward part"
      }
    return [
      "\(norm) \(normalizationPlacement == .pre ? "before" : "after") each part",
      "\(positions.name) positions", activation.title, biases,
      tiedHead ? "tied head" : "head of its own", causal ? "causal" : "full attention",
    ].joined(separator: ", ")
  }
}

extension ModelShape.Positions {
  /// One word.
  var name: String {
    switch self {
    case .learned: "learned"
    case .sinusoidal: "sinusoidal"
    case .rotary: "rotary"
    }
  }
}

extension ModelShape.Activation {
  /// The name in the literature.
  fileprivate var title: String {
    switch self {
    case .relu: "ReLU"
    case .gelu: "GELU"
    case .geluTanh: "GELU by tanh"
    case .swiGLU: "SwiGLU"
    }
  }
}

extension Dropout {
  /// Place by place, such as “10 % of embeddings, attention weights and what blocks add”.
  var text: String {
    let places = [
      ("embeddings", embedding), ("attention weights", attention), ("what blocks add", residual),
    ]
    guard Set(places.map(\.1)).count > 1 else {
      return "\(DecimalText.significant(100 * embedding)) % of embeddings, attention weights and "
        + "what blocks add"
    }
    return places.filter { $0.1 > 0 }
      .map { "\(DecimalText.significant(100 * $0.1)) % of \($0.0)" }.joined(separator: ", ")
  }

  /// Place by place.
  var json: JSONValue {
    .object([
      .init("embedding", .number(embedding)), .init("attention", .number(attention)),
      .init("residual", .number(residual)),
    ])
  }
}
