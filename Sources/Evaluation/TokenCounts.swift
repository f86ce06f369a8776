import RealModule
public import Tokenization

/// How often each token of a vocabulary occurs in a text.
public struct TokenCounts: Sendable, Hashable {
  /// The counts by number of the token.
  public private(set) var counts: [Int]

  /// Starts without any token.
  public init(vocabularySize: Int) {
    counts = [Int](repeating: 0, count: vocabularySize)
  }

  /// Counts tokens.
  public mutating func add(_ ids: [TokenID]) {
    for id in ids { counts[Int(id)] += 1 }
  }

  /// Adds the counts of another text.
  ///
  /// - Precondition: Both count the tokens of one vocabulary.
  public mutating func add(_ other: TokenCounts) {
    precondition(
      other.counts.count == counts.count,
      "\(other.counts.count) tokens and \(counts.count)"
    )
    for id in counts.indices { counts[id] += other.counts[id] }
  }

  /// How many tokens there are in all.
  public var total: Int { counts.reduce(0, +) }

  /// How many different tokens occur.
  public var distinct: Int { counts.reduce(0) { $0 + ($1 > 0 ? 1 : 0) } }

  /// The share of the vocabulary that occurs.
  public var vocabularyUse: Double {
    counts.isEmpty ? 0 : Double(distinct) / Double(counts.count)
  }

  /// The Rényi entropy of the tokens' distribution in bits; Shannon's for an order of 1.
  ///
  /// - Source: Rényi 1961: H_α = log₂ Σ p_i^α / (1 − α).
  public func renyiEntropy(order: Double) -> Double {
    let total = Double(total)
    if total == 0 { return 0 }
    let shares = counts.lazy.filter { $0 > 0 }.map { Double($0) / total }
    if order == 1 { return -shares.reduce(0) { $0 + $1 * Double.log2($1) } }
    return Double.log2(shares.reduce(0) { $0 + Double.pow($1, order) }) / (1 - order)
  }

  /// The Rényi entropy over what a vocabulary of equally frequent tokens would have.
  ///
  /// - Source: Zouhar et al. 2023 (2306.16842), section 4.2, with the order 2.5 they recommend.
  public func renyiEfficiency(order: Double = 2.5) -> Double {
    counts.count > 1 ? renyiEntropy(order: order) / Double.log2(Double(counts.count)) : 0
  }

  /// The same over the tokens that occur, as the program `tokenization-scorer` computes it.
  public func renyiEfficiencyOfSeen(order: Double = 2.5) -> Double {
    distinct > 1 ? renyiEntropy(order: order) / Double.log2(Double(distinct)) : 0
  }
}
