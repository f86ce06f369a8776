import Accounting

/// Small shapes that between them use every option of a block.
enum SampleShapes {
  static let gpt2 = ModelShape.gpt2(
    vocabularySize: 11,
    contextLength: 6,
    layerCount: 2,
    width: 8,
    headCount: 2
  )
  static let llama = ModelShape.llama(
    vocabularySize: 11,
    contextLength: 6,
    layerCount: 2,
    width: 8,
    headCount: 4,
    keyValueHeadCount: 2,
    feedForwardWidth: 12
  )

  static func variant(of shape: ModelShape, _ change: (inout ModelShape) -> Void) -> ModelShape {
    var shape = shape
    change(&shape)
    return shape
  }

  /// What no other program's format expresses.
  static let operations = variant(of: gpt2) {
    $0.normalizationPlacement = .post
    $0.finalNormalization = false
    $0.positions = .sinusoidal
    $0.activation = .relu
    $0.attentionBiases = false
    $0.tiedHead = false
    $0.causal = false
  }

  /// Every option at least once.
  static let all: [(name: String, shape: ModelShape)] = [
    ("gpt2", gpt2),
    ("gpt2, untied", variant(of: gpt2) { $0.tiedHead = false }),
    ("gpt2, exact gelu", variant(of: gpt2) { $0.activation = .gelu }),
    ("gpt2, relu", variant(of: gpt2) { $0.activation = .relu }),
    ("gpt2, after each part", variant(of: gpt2) { $0.normalizationPlacement = .post }),
    (
      "gpt2, no biases",
      variant(of: gpt2) {
        $0.attentionBiases = false
        $0.feedForwardBiases = false
      }
    ),
    (
      "gpt2, shared keys, narrow heads",
      variant(of: gpt2) {
        $0.keyValueHeadCount = 1
        $0.headWidth = 3
        $0.feedForwardWidth = 5
      }
    ),
    ("gpt2, gated", variant(of: gpt2) { $0.activation = .swiGLU }),
    ("gpt2, rotary", variant(of: gpt2) { $0.positions = .rotary(base: 100) }),
    ("llama", llama),
    ("llama, tied", variant(of: llama) { $0.tiedHead = true }),
    (
      "llama, biases",
      variant(of: llama) {
        $0.attentionBiases = true
        $0.feedForwardBiases = true
      }
    ),
    ("llama, wide heads", variant(of: llama) { $0.headWidth = 6 }),
    ("llama, full attention", variant(of: llama) { $0.causal = false }),
    ("operations", operations),
  ]
}
