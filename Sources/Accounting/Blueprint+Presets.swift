extension Blueprint {
  /// The names that ``preset(_:)`` knows, in reading order.
  public static var presetNames: [String] { presets.map(\.name) }

  /// The blueprint with a well-known name.
  ///
  /// Example: `Blueprint.preset("gpt2")` has 124,439,808 parameters.
  ///
  /// - Throws: ``AccountingError/unknownPreset(name:known:)``.
  public static func preset(_ name: String) throws(AccountingError) -> Blueprint {
    guard let preset = presets.first(where: { $0.name == name }) else {
      throw .unknownPreset(name: name, known: presetNames)
    }
    return Blueprint(preset.shape, name: name)
  }

  private static let presets: [(name: String, shape: ModelShape)] = [
    ("gpt2", gpt2(layers: 12, width: 768, heads: 12)),
    ("gpt2-medium", gpt2(layers: 24, width: 1024, heads: 16)),
    ("gpt2-large", gpt2(layers: 36, width: 1280, heads: 20)),
    ("gpt2-xl", gpt2(layers: 48, width: 1600, heads: 25)),
    ("llama-7b", llama(32000, 2048, layers: 32, width: 4096, heads: 32, hidden: 11008)),
    ("llama-13b", llama(32000, 2048, layers: 40, width: 5120, heads: 40, hidden: 13824)),
    ("llama-33b", llama(32000, 2048, layers: 60, width: 6656, heads: 52, hidden: 17920)),
    ("llama-65b", llama(32000, 2048, layers: 80, width: 8192, heads: 64, hidden: 22016)),
    ("llama2-7b", llama(32000, 4096, layers: 32, width: 4096, heads: 32, hidden: 11008)),
    ("llama2-13b", llama(32000, 4096, layers: 40, width: 5120, heads: 40, hidden: 13824)),
    (
      "llama2-70b",
      llama(32000, 4096, layers: 80, width: 8192, heads: 64, keyValues: 8, hidden: 28672)
    ),
    (
      "llama3.1-8b",
      llama(128256, 8192, layers: 32, width: 4096, heads: 32, keyValues: 8, hidden: 14336)
    ),
    (
      "llama3.1-70b",
      llama(128256, 8192, layers: 80, width: 8192, heads: 64, keyValues: 8, hidden: 28672)
    ),
    (
      "llama3.1-405b",
      llama(128256, 8192, layers: 126, width: 16384, heads: 128, keyValues: 8, hidden: 53248)
    ),
    ("nano-1", nano(layers: 2, width: 32)),
    ("nano-2", nano(layers: 2, width: 48)),
    ("nano-3", nano(layers: 3, width: 64)),
    ("nano-4", nano(layers: 3, width: 96)),
    ("nano-5", nano(layers: 4, width: 128)),
    ("nano-6", nano(layers: 6, width: 192)),
    ("nano-7", nano(layers: 8, width: 256)),
    ("operations", .operations),
  ]

  private static func gpt2(layers: Int, width: Int, heads: Int) -> ModelShape {
    .gpt2(
      vocabularySize: 50257,
      contextLength: 1024,
      layerCount: layers,
      width: width,
      headCount: heads
    )
  }

  /// A rung of a ladder for two processor cores: heads of 16, vocabulary 2,048, context 128.
  private static func nano(layers: Int, width: Int) -> ModelShape {
    .gpt2(
      vocabularySize: 2048,
      contextLength: 128,
      layerCount: layers,
      width: width,
      headCount: width / 16
    )
  }

  private static func llama(
    _ vocabularySize: Int,
    _ contextLength: Int,
    layers: Int,
    width: Int,
    heads: Int,
    keyValues: Int? = nil,
    hidden: Int
  ) -> ModelShape {
    .llama(
      vocabularySize: vocabularySize,
      contextLength: contextLength,
      layerCount: layers,
      width: width,
      headCount: heads,
      keyValueHeadCount: keyValues,
      feedForwardWidth: hidden
    )
  }
}

extension ModelShape {
  /// The small encoder that learns arithmetic on single tokens: exactly 102,016 parameters.
  ///
  /// Vocabulary 20, width 64, two blocks of four heads, feed-forward 256 with ReLU and biases,
  /// attention without biases, sinusoidal positions, LayerNorm after each part, full attention and
  /// an untied head without bias.
  public static let operations: ModelShape = {
    var shape = ModelShape.gpt2(
      vocabularySize: 20,
      contextLength: 8,
      layerCount: 2,
      width: 64,
      headCount: 4
    )
    shape.normalizationPlacement = .post
    shape.finalNormalization = false
    shape.positions = .sinusoidal
    shape.activation = .relu
    shape.attentionBiases = false
    shape.tiedHead = false
    shape.causal = false
    return shape
  }()
}
