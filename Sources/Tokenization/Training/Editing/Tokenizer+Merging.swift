import UnicodeText

/// A tokenizer with the tokens of two.
public struct MergedTokenizer: Sendable {
  /// The tokenizer.
  public let tokenizer: Tokenizer
  /// The number of each token of the second tokenizer in the new one; the first one's stay.
  public let numbers: [TokenID]
  /// Tokens that only the second one has and that no text is encoded to any more, since merges of
  /// the first come before.
  public let unreachable: [TokenID]
}

extension Tokenizer {
  /// The union with another vocabulary.
  ///
  /// Tokens of this one keep their numbers; those that only the other has follow in their order. The
  /// merges are this one's, then those of the other that are new, in their order. So a text is merged
  /// first as this tokenizer does it, and then further by what the other knows: where both know a
  /// text, the first wins, and some tokens of the other can not be reached any more.
  ///
  /// - Parameter other: The other tokenizer; it must normalize and cut texts as this one.
  /// - Returns: The tokenizer, with this one's post-processors and both ones' added tokens.
  /// - Throws: ``TokenizationError/wrongOption(name:value:remedy:)`` naming what differs.
  public func merged(with other: Tokenizer) throws(TokenizationError) -> MergedTokenizer {
    try checkFits(other)
    var tokens = (0..<vocabularySize).map { tables.tokens.string($0) }
    var known: [[UInt8]: TokenID] = [:]
    for (number, token) in tokens.enumerated() { known[token] = TokenID(number) }
    var numbers: [TokenID] = []
    for id in 0..<other.vocabularySize {
      let token = other.tables.tokens.string(id)
      let number = known[token] ?? TokenID(tokens.count)
      if Int(number) == tokens.count {
        known[token] = number
        tokens.append(token)
      }
      numbers.append(number)
    }
    var pairs = Set(merges.map { pairKey($0.left, $0.right) })
    var all = merges
    for merge in other.merges {
      let left = numbers[Int(merge.left)]
      let right = numbers[Int(merge.right)]
      guard pairs.insert(pairKey(left, right)).inserted else { continue }
      all.append(Merge(left: left, right: right, merged: numbers[Int(merge.merged)]))
    }
    var configuration = configuration
    let contents = Set(configuration.addedTokens.map(\.content))
    for token in other.configuration.addedTokens where !contents.contains(token.content) {
      var token = token
      token.id = numbers[Int(token.id)]
      configuration.addedTokens.append(token)
    }
    let tokenizer = try Tokenizer(
      model: BPEModel(tokens: tokens, merges: all),
      configuration: configuration
    )
    return MergedTokenizer(
      tokenizer: tokenizer,
      numbers: numbers,
      unreachable: try tokenizer.unreachable(from: vocabularySize)
    )
  }

  private func checkFits(_ other: Tokenizer) throws(TokenizationError) {
    let (mine, others) = (configuration, other.configuration)
    func differ(_ name: String, _ mine: String, _ others: String) -> TokenizationError {
      .wrongOption(
        name: "The second tokenizer's \(name)",
        value: others,
        remedy: "the first one's is \(mine), and both must agree"
      )
    }
    if mine.normalizerJSON != others.normalizerJSON {
      throw differ("normalizer", mine.normalizerJSON, others.normalizerJSON)
    }
    if mine.splits != others.splits || mine.addsPrefixSpace != others.addsPrefixSpace {
      throw differ("pre-tokenizer", mine.preTokenizerJSON, others.preTokenizerJSON)
    }
    if mine.ignoresMerges != others.ignoresMerges {
      throw differ("ignore_merges", "\(mine.ignoresMerges)", "\(others.ignoresMerges)")
    }
  }

  /// The tokens from a number on whose own bytes are encoded to something else.
  private func unreachable(from first: Int) throws(TokenizationError) -> [TokenID] {
    var configuration = TokenizerConfiguration(
      normalization: .none,
      ignoresMerges: configuration.ignoresMerges
    )
    configuration.splits = []
    let whole = try Tokenizer(model: model, configuration: configuration)
    var encoder = PieceEncoder(whole)
    let added = Set(self.configuration.addedTokens.map(\.id))
    var unreachable: [TokenID] = []
    for id in first..<vocabularySize where !added.contains(TokenID(id)) {
      encoder.output.removeAll()
      try bytes(of: TokenID(id)).withByteView { (bytes) throws(TokenizationError) in
        try encoder.encode(bytes)
      }
      if encoder.output.count != 1 || encoder.output[0] != TokenID(id) {
        unreachable.append(TokenID(id))
      }
    }
    return unreachable
  }
}
