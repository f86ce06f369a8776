import Randomness
import UnicodeText

/// A tokenizer with the tokens of two.
public struct MergedTokenizer: Sendable {
  /// The tokenizer.
  public let tokenizer: Tokenizer
  /// The number of each token of the second tokenizer in the new one, nil for a number without a
  /// token; the first one's stay.
  public let numbers: [TokenID?]
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
    if sentencePiece != nil || other.sentencePiece != nil {
      return try withPairs().merged(with: other.withPairs())
    }
    try checkFits(other)
    var tokens = (0..<vocabularySize).map { tables.tokens.string($0) }
    var known: [[UInt8]: TokenID] = [:]
    for (number, token) in tokens.enumerated() { known[token] = TokenID(number) }
    var numbers: [TokenID?] = []
    for id in 0..<other.vocabularySize {
      if other.isGap(TokenID(id)) {
        numbers.append(nil)
        continue
      }
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
      guard let left = numbers[Int(merge.left)], let right = numbers[Int(merge.right)],
        let merged = numbers[Int(merge.merged)], pairs.insert(pairKey(left, right)).inserted
      else { continue }
      all.append(Merge(left: left, right: right, merged: merged))
    }
    var configuration = configuration
    let contents = Set(configuration.addedTokens.map(\.content))
    for token in other.configuration.addedTokens where !contents.contains(token.content) {
      var token = token
      token.id = numbers[Int(token.id)] ?? token.id
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
    if mine.preTokenizerJSON != others.preTokenizerJSON {
      throw differ("pre-tokenizer", mine.preTokenizerJSON, others.preTokenizerJSON)
    }
    if mine.ignoresMerges != others.ignoresMerges {
      throw differ("ignore_merges", "\(mine.ignoresMerges)", "\(others.ignoresMerges)")
    }
    if mine.isByteLevel != others.isByteLevel {
      let names = [false: "characters", true: "bytes"]
      throw differ("alphabet", names[mine.isByteLevel] ?? "", names[others.isByteLevel] ?? "")
    }
    func check(_ name: String, _ mine: String?, _ others: String?) throws(TokenizationError) {
      if mine ?? "" != others ?? "" { throw differ(name, mine ?? "none", others ?? "none") }
    }
    let (own, foreign) = (mine.options, others.options)
    try check("unk_token", own.unknownToken, foreign.unknownToken)
    try check("fuse_unk", "\(own.fusesUnknown)", "\(foreign.fusesUnknown)")
    try check("byte_fallback", "\(own.byteFallback)", "\(foreign.byteFallback)")
    try check(
      "continuing_subword_prefix",
      own.continuingSubwordPrefix,
      foreign.continuingSubwordPrefix
    )
    try check("end_of_word_suffix", own.endOfWordSuffix, foreign.endOfWordSuffix)
    try check("dropout", "\(own.dropout)", "\(foreign.dropout)")
    try check("decoder", DecodingStep.json(mine.decoding), DecodingStep.json(others.decoding))
  }

  /// The tokens from a number on that merging their own characters does not give.
  private func unreachable(from first: Int) throws(TokenizationError) -> [TokenID] {
    if configuration.ignoresMerges { return [] }
    var makers: [TokenID: Merge] = [:]
    for merge in merges where makers[merge.merged] == nil { makers[merge.merged] = merge }
    /// The tokens that no merge makes, from which a token is merged.
    func parts(of token: TokenID) -> [TokenID] {
      var parts: [TokenID] = []
      var waiting = [token]
      // Every part has a byte of the spelling; merges that go in circles would have no end.
      let limit = tables.tokens.length(Int(token))
      while let next = waiting.popLast(), waiting.count + parts.count < limit {
        if let maker = makers[next] {
          waiting += [maker.right, maker.left]
        } else {
          parts.append(next)
        }
      }
      return parts
    }
    var merger = SymbolMerger()
    var random = Seed(0).stream("")
    let added = Set(configuration.addedTokens.map(\.id))
    var unreachable: [TokenID] = []
    for number in first..<vocabularySize {
      let id = TokenID(number)
      if added.contains(id) || isGap(id) { continue }
      var symbols = parts(of: id).map { Symbol(token: $0, length: 0) }
      merger.merge(&symbols, tables.ranks, dropout: 0, random: &random)
      if symbols.count != 1 || symbols[0].token != id { unreachable.append(id) }
    }
    return unreachable
  }
}
