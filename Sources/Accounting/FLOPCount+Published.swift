/// Published closed formulas, kept to compare other people's figures with exact counts.
public enum PublishedFLOPs {
  /// 6 N + 12 L h q T per token, with N as the formula's users count it.
  ///
  /// - Source: Chowdhery et al. 2022, arXiv:2204.02311, appendix B.
  public static func palm(
    parameters: Double,
    layers: Double,
    heads: Double,
    headWidth: Double,
    context: Double
  ) -> Double {
    6 * parameters + 12 * layers * heads * headWidth * context
  }

  /// The operations of one step over B sequences of a GPT with feed-forward width 4 d.
  ///
  /// 96 B T L d² (1 + T / 6 d + V / 16 L d) with full recomputation, 72 B T L d² (1 + T / 6 d +
  /// V / 12 L d) without.
  ///
  /// - Source: Narayanan et al. 2021, arXiv:2104.04473, equation 3 and appendix.
  public static func narayanan(
    sequences: Double,
    context: Double,
    layers: Double,
    width: Double,
    vocabulary: Double,
    recomputing: Bool
  ) -> Double {
    let square = sequences * context * layers * width * width
    let attention = context / (6 * width)
    return recomputing
      ? 96 * square * (1 + attention + vocabulary / (16 * layers * width))
      : 72 * square * (1 + attention + vocabulary / (12 * layers * width))
  }

  /// 72 L d² + 12 L d T: non-embedding training operations per token.
  ///
  /// - Source: DeepSeek-AI 2024, arXiv:2401.02954, equation 2.
  public static func deepSeek(layers: Double, width: Double, context: Double) -> Double {
    72 * layers * width * width + 12 * layers * width * context
  }
}
