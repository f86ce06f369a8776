public import LanguageModels

/// How widely each head of a model spreads its attention.
public struct AttentionEntropies: Sendable, Hashable {
  /// The mean over all tokens of a head's entropy: bits, by layer and head.
  public let bits: [[Double]]
  /// How many tokens were read.
  public let tokenCount: Int

  /// Measures a model on some sequences, each read from an empty context.
  ///
  /// Every token counts once, also the first of a causal model, whose entropy is always 0.
  ///
  /// - Throws: `LanguageModelsError` naming the id or the length that does not fit.
  public init(
    of probe: ModelProbe,
    on sequences: some Sequence<[Int]>
  ) throws(LanguageModelsError) {
    var sums: [[Double]] = []
    var count = 0
    for tokens in sequences {
      let patterns = try probe.trace(tokens).attentionPatterns
      let own = patterns.map { $0.map { $0.entropies.reduce(0, +) } }
      sums = sums.isEmpty ? own : zip(sums, own).map { zip($0, $1).map { $0 + $1 } }
      count += tokens.count
    }
    bits = sums.map { $0.map { $0 / Double(count) } }
    tokenCount = count
  }

  /// The mean over all heads of all layers, nil where nothing was read; bits.
  public var mean: Double? {
    let all = bits.flatMap(\.self)
    return all.isEmpty ? nil : all.reduce(0, +) / Double(all.count)
  }
}
