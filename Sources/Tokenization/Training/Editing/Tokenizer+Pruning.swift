/// A tokenizer with some of another's tokens, and where these went.
public struct PrunedTokenizer: Sendable {
  /// The tokenizer.
  public let tokenizer: Tokenizer
  /// The new number of each old token, nil for those that were removed.
  public let numbers: [TokenID?]

  /// The map as a table with the columns `old` and `new`, which is empty for removed tokens.
  public var csv: String {
    numbers.enumerated().reduce(into: "old,new\n") { text, entry in
      text += "\(entry.offset),\(entry.element.map(String.init) ?? "")\n"
    }
  }
}

extension Tokenizer {
  /// Removes tokens that a text does not need, or the least useful ones.
  ///
  /// What always stays: added tokens, the unknown token, tokens that no merge makes (the alphabet),
  /// and with a token everything it can be merged from. Tokens keep their order and get new numbers
  /// without gaps; merges keep their order.
  ///
  /// Without a size, a text that was counted is encoded as before, with the new numbers: every token
  /// that any step of its encoding makes is kept.
  ///
  /// - Parameters:
  ///   - uses: How often each token occurs in the text that is to be kept, by number; nil to go by
  ///     the merges' order, the first being the most useful.
  ///   - size: How many tokens stay at most; nil for all that occur.
  /// - Returns: The tokenizer and the map of the numbers. A SentencePiece model becomes pairs.
  /// - Throws: ``TokenizationError/wrongOption(name:value:remedy:)`` for a size below what always
  ///   stays; ``TokenizationError/notExpressible(format:what:)`` for a SentencePiece model without
  ///   pairs.
  public func pruned(uses: [Int]?, size: Int?) throws(TokenizationError) -> PrunedTokenizer {
    if sentencePiece != nil { return try withPairs().pruned(uses: uses, size: size) }
    var makers: [[Merge]] = Array(repeating: [], count: vocabularySize)
    for merge in merges { makers[Int(merge.merged)].append(merge) }
    var isKept = [Bool](repeating: false, count: vocabularySize)
    for id in 0..<vocabularySize where makers[id].isEmpty && !isGap(TokenID(id)) {
      isKept[id] = true
    }
    for token in configuration.addedTokens { isKept[Int(token.id)] = true }
    if let unknown = configuration.options.unknownToken.flatMap(modelID(ofSpelling:)) {
      isKept[Int(unknown)] = true
    }
    // An added token may be spelled like merged ones, whose parts stay with it.
    for token in configuration.addedTokens {
      for id in closure(of: token.id, makers, isKept) { isKept[Int(id)] = true }
    }
    var count = isKept.count { $0 }
    let limit = size ?? vocabularySize
    if limit < count {
      throw .wrongOption(
        name: "The vocabulary size",
        value: "\(limit)",
        remedy: "alphabet and added tokens alone are \(count)"
      )
    }
    for id in byUse(uses) where !isKept[Int(id)] {
      let needed = closure(of: id, makers, isKept)
      if count + needed.count > limit { continue }
      for id in needed { isKept[Int(id)] = true }
      count += needed.count
    }
    return try keeping(isKept)
  }

  /// The tokens in the order of their use; those that do not occur are left out.
  private func byUse(_ uses: [Int]?) -> [TokenID] {
    guard let uses else { return merges.map(\.merged) }
    precondition(uses.count == vocabularySize, "\(uses.count) uses of \(vocabularySize) tokens")
    return uses.indices.filter { uses[$0] > 0 }.sorted {
      (uses[$1], $0) < (uses[$0], $1)
    }.map { TokenID($0) }
  }

  /// A token and all that it can be merged from, without what is kept already.
  private func closure(
    of id: TokenID,
    _ makers: [[Merge]],
    _ isKept: [Bool]
  ) -> Set<TokenID> {
    var needed: Set<TokenID> = isKept[Int(id)] ? [] : [id]
    var waiting = [id]
    while let next = waiting.popLast() {
      for merge in makers[Int(next)] {
        for part in [merge.left, merge.right] where !isKept[Int(part)] {
          if needed.insert(part).inserted { waiting.append(part) }
        }
      }
    }
    return needed
  }

  /// The tokenizer of the tokens that are kept.
  private func keeping(_ isKept: [Bool]) throws(TokenizationError) -> PrunedTokenizer {
    var numbers: [TokenID?] = []
    var tokens: [[UInt8]] = []
    var modelCount = 0
    for id in 0..<vocabularySize {
      guard isKept[id] else {
        numbers.append(nil)
        continue
      }
      numbers.append(TokenID(tokens.count))
      tokens.append(tables.tokens.string(id))
      if id < modelTokenCount { modelCount = tokens.count }
    }
    var kept: [Merge] = []
    for merge in merges {
      guard let left = numbers[Int(merge.left)], let right = numbers[Int(merge.right)],
        let merged = numbers[Int(merge.merged)]
      else { continue }
      kept.append(Merge(left: left, right: right, merged: merged))
    }
    var configuration = configuration
    for index in configuration.addedTokens.indices {
      let old = configuration.addedTokens[index].id
      configuration.addedTokens[index].id = numbers[Int(old)] ?? old
    }
    try Self.renumberTemplates(of: &configuration)
    let tokenizer = try Tokenizer(
      model: BPEModel(tokens: Array(tokens[..<modelCount]), merges: kept),
      configuration: configuration
    )
    return PrunedTokenizer(tokenizer: tokenizer, numbers: numbers)
  }
}
