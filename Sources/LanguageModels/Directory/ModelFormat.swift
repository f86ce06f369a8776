public import Accounting

/// A layout of model folders, under the name that `config.json` calls its `model_type`.
public enum ModelFormat: String, Sendable, Hashable, CaseIterable {
  /// GPT-2 as transformers stores it: fused attention, matrices as (inputs, outputs).
  case gpt2
  /// Llama as transformers stores it: separate queries, keys, values, gates and ups.
  case llama
  /// Any shape under isoflop's own tensor names; no other program reads it.
  case isoflop

  /// The format that other programs read, or isoflop's own where no other can express the shape.
  public static func best(for shape: ModelShape) -> ModelFormat {
    [.gpt2, .llama].first { $0.obstacle(to: shape) == nil } ?? .isoflop
  }

  /// Why the format cannot express a shape, or nil when it can.
  public func obstacle(to shape: ModelShape) -> String? {
    var obstacles: [(Bool, String)] = []
    switch self {
    case .isoflop:
      return nil
    case .gpt2:
      obstacles = [
        (shape.normalization != .layerNorm, "it normalizes by RMSNorm instead of LayerNorm"),
        (shape.positions != .learned, "its positions are not learned"),
        (shape.activation == .swiGLU, "its feed-forward part is gated"),
        (!shape.attentionBiases || !shape.feedForwardBiases, "it lacks biases"),
        (shape.keyValueHeadCount != shape.headCount, "its heads share keys and values"),
        (shape.headWidth * shape.headCount != shape.width, "its heads do not fill the width"),
      ]
    case .llama:
      obstacles = [
        (shape.normalization != .rmsNorm, "it normalizes by LayerNorm instead of RMSNorm"),
        (!shape.positions.isRotary, "its positions are not rotary"),
        (shape.activation != .swiGLU, "its feed-forward part is not gated"),
      ]
    }
    obstacles += [
      (shape.normalizationPlacement != .pre, "it normalizes after each part"),
      (!shape.finalNormalization, "it lacks the final normalization"),
      (!shape.causal, "its attention looks ahead"),
    ]
    return obstacles.first { $0.0 }?.1
  }
}

extension ModelShape.Positions {
  var isRotary: Bool {
    if case .rotary = self { true } else { false }
  }
}
