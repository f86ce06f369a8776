import Accounting
public import LanguageModels
public import Randomness

/// A job that heads of small language models are known to take.
public enum HeadRole: String, Sendable, Hashable, CaseIterable {
  /// Looks at the token just before.
  case previousToken = "previous_token"
  /// Looks at the first token, which serves as a resting place.
  ///
  /// - Source: Xiao et al. 2023, arXiv:2309.17453, section 3.1.
  case firstToken = "first_token"
  /// Looks at the token itself.
  case currentToken = "current_token"
  /// Looks at what came after the same token last time, and so continues what it has seen.
  ///
  /// - Source: Olsson et al. 2022, arXiv:2209.11895, definition in "Key concepts".
  case induction
}

/// How much of its attention one head gives to each job.
public struct HeadScores: Sendable, Hashable {
  /// The block, from 0 on.
  public let layer: Int
  /// The head, from 0 on.
  public let head: Int
  /// The mean share of attention, between 0 and 1.
  public let shares: [HeadRole: Double]

  /// The job that takes the largest share, where that is at least a threshold.
  public func role(threshold: Double = 0.4) -> HeadRole? {
    let best = HeadRole.allCases.max { (shares[$0] ?? 0) < (shares[$1] ?? 0) }
    guard let best, let share = shares[best], share >= threshold else { return nil }
    return best
  }

  /// Measures every head on random tokens that are read twice in a row.
  ///
  /// Random tokens carry no meaning of their own, so that what a head looks at shows what it does;
  /// their repetition is what induction needs. The first half tells of places, the second half of
  /// repetition.
  ///
  /// - Parameters:
  ///   - probe: The model.
  ///   - sequences: How many sequences to average over.
  ///   - seed: What the tokens are drawn from.
  /// - Returns: The scores by layer and head; empty for a context of less than four tokens.
  /// - Throws: `LanguageModelsError`; not for a model that fits its own context.
  public static func measure(
    _ probe: ModelProbe,
    sequences: Int = 4,
    seed: Seed
  ) throws(LanguageModelsError) -> [[HeadScores]] {
    let shape = probe.model.shape
    // Longer sequences add cost, not certainty.
    let half = min(shape.contextLength / 2, 64)
    guard half >= 2, sequences >= 1 else { return [] }
    var generator = seed.stream("interpretability/head-scores")
    let empty = [[HeadRole: Double]](repeating: [:], count: shape.headCount)
    var sums = [[[HeadRole: Double]]](repeating: empty, count: shape.layerCount)
    for _ in 0..<sequences {
      let tokens = (0..<half).map { _ in generator.below(shape.vocabularySize) }
      let patterns = try probe.trace(tokens + tokens).attentionPatterns
      for pattern in patterns.joined() {
        let first = AttentionPattern(
          layer: pattern.layer,
          head: pattern.head,
          shares: pattern.shares.prefix(half).map { Array($0.prefix(half)) }
        )
        let induction = (half..<2 * half).reduce(0.0) {
          $0 + Double(pattern.shares[$1][$1 - half + 1])
        }
        for (role, share) in [
          (HeadRole.previousToken, first.meanShare(back: 1)),
          (.currentToken, first.meanShare(back: 0)),
          (.firstToken, first.meanShareOfFirst),
          (.induction, induction / Double(half)),
        ] {
          sums[pattern.layer][pattern.head][role, default: 0] += share / Double(sequences)
        }
      }
    }
    return sums.enumerated().map { layer, heads in
      heads.enumerated().map { HeadScores(layer: layer, head: $0, shares: $1) }
    }
  }
}
