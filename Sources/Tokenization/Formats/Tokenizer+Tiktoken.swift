extension Tokenizer {
  /// The lines of a `.tiktoken`.
  ///
  /// The file has no words for the pattern and for special tokens; who reads it says them again.
  ///
  /// - Throws: ``TokenizationError/notExpressible(format:what:)``; beside settings, for merges that do
  ///   not follow the order of the numbers, which is all the order the format knows.
  func tiktokenFile() throws(TokenizationError) -> [UInt8] {
    let format = ".tiktoken"
    try checkPlain(format)
    if configuration.pattern == nil {
      throw .notExpressible(format: format, what: "the pre-tokenizer \(configuration.splitName)")
    }
    let special = Set(configuration.addedTokens.map(\.id))
    let tokens = (0..<TokenID(modelTokenCount)).map { id in
      special.contains(id) || isGap(id) ? [] : bytes(of: id)
    }
    let effective = effectiveMerges()
    let implied = try RankMerges(tokens).merges()
    for (index, merge) in implied.enumerated() {
      if index < effective.count, effective[index] == merge { continue }
      let other = index < effective.count ? effective[index].merged : merge.merged
      throw .notExpressible(
        format: format,
        what: "the order of the merges: \(name(merge.merged)) would be merged by its number,"
          + " but the rules come to \(name(other)) first"
      )
    }
    if effective.count > implied.count {
      throw .notExpressible(
        format: format,
        what: "the merge to \(name(effective[implied.count].merged))"
      )
    }
    if !configuration.ignoresMerges, let id = unreachableTokens(effective).first {
      throw .notExpressible(format: format, what: "\(name(id)), which no merge makes")
    }
    var output: [UInt8] = []
    for (rank, token) in tokens.enumerated() where !token.isEmpty {
      output += Base64.encode(token)
      output += Array(" \(rank)\n".utf8)
    }
    return output
  }
}

extension Tokenizer {
  /// `vocab.json` and `merges.txt`.
  ///
  /// - Throws: ``TokenizationError/notExpressible(format:what:)`` for everything that GPT-2 does not do.
  func vocabularyAndMergesFiles() throws(TokenizationError) -> [File] {
    let format = "vocab.json and merges.txt"
    try checkPlain(format)
    if configuration.pattern != .gpt2 {
      throw .notExpressible(format: format, what: "the pre-tokenizer \(configuration.splitName)")
    }
    for token in configuration.addedTokens
    where token.content != "<|endoftext|>" || modelID(ofSpelling: token.content) == nil {
      throw .notExpressible(format: format, what: "the special token \(token.content)")
    }
    if hasGaps, let gap = (0..<TokenID(vocabularySize)).first(where: isGap) {
      throw .notExpressible(format: format, what: "that no token has the number \(gap)")
    }
    if configuration.ignoresMerges, let id = unreachableTokens(effectiveMerges()).first {
      throw .notExpressible(format: format, what: "\(name(id)), which no merge makes")
    }
    var vocabulary: [UInt8] = Array("{".utf8)
    for id in 0..<modelTokenCount {
      if id > 0 { vocabulary += Array(", ".utf8) }
      appendJSON(tables.tokens.string(id), to: &vocabulary)
      vocabulary += Array(": \(id)".utf8)
    }
    vocabulary += Array("}\n".utf8)
    var merges = Array("#version: 0.2\n".utf8)
    for merge in self.merges {
      let left = tables.tokens.string(Int(merge.left))
      let right = tables.tokens.string(Int(merge.right))
      merges += left + [0x20] + right + [0x0A]
    }
    return [
      File(name: "vocab.json", bytes: vocabulary), File(name: "merges.txt", bytes: merges),
    ]
  }
}
