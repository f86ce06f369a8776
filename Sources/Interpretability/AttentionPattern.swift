public import LanguageModels

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// How much each token of one sequence looks at each other through one head.
public struct AttentionPattern: Sendable, Hashable {
  /// The block, from 0 on.
  public let layer: Int
  /// The head, from 0 on.
  public let head: Int
  /// For each token its shares of those it sees; they sum to one.
  public let shares: [[Float]]

  /// Names the shares of a head.
  public init(layer: Int, head: Int, shares: [[Float]]) {
    self.layer = layer
    self.head = head
    self.shares = shares
  }

  /// The entropy of each token's shares: -Σ p log₂ p.
  ///
  /// - Returns: Bits, from 0 (all on one token) to log₂ of the number of tokens seen.
  public var entropies: [Double] {
    shares.map { row in
      row.reduce(0) { sum, share in
        share > 0 ? sum - Double(share) * log2(Double(share)) : sum
      }
    }
  }

  /// The mean over tokens of ``entropies``, 0 for an empty sequence; bits.
  public var meanEntropy: Double {
    shares.isEmpty ? 0 : entropies.reduce(0, +) / Double(shares.count)
  }

  /// The mean share that a token gives to the one `distance` before it, over those that have one.
  ///
  /// - Precondition: The distance is not negative.
  public func meanShare(back distance: Int) -> Double {
    precondition(distance >= 0, "a distance of \(distance)")
    guard shares.count > distance else { return 0 }
    let sum = (distance..<shares.count).reduce(0) { $0 + Double(shares[$1][$1 - distance]) }
    return sum / Double(shares.count - distance)
  }

  /// The mean share that the tokens after the first give to the first.
  public var meanShareOfFirst: Double {
    guard shares.count > 1 else { return 0 }
    return shares[1...].reduce(0) { $0 + Double($1[0]) } / Double(shares.count - 1)
  }
}

extension ActivationTrace {
  /// All heads' patterns, layer by layer.
  public var attentionPatterns: [[AttentionPattern]] {
    attention.enumerated().map { layer, heads in
      heads.enumerated().map { head, shares in
        AttentionPattern(layer: layer, head: head, shares: shares)
      }
    }
  }
}
