extension Tokenizer {
  /// The tokens of one piece, found the slow and obvious way: every step looks for the lowest rank
  /// again.
  ///
  /// The tests hold ``BPEEncoder`` to it.
  ///
  /// - Complexity: O(n²) for n bytes.
  package func encodeByRescanning(_ piece: [UInt8]) throws(TokenizationError) -> [TokenID] {
    var ranks: [Merge: Int] = [:]
    for (rank, merge) in merges.enumerated() {
      ranks[Merge(left: merge.left, right: merge.right, merged: 0)] = rank
    }
    var tokens = piece.map { tables.byteTokens[$0] }.filter { $0 != TokenizerTables.none }
    while true {
      var best: (rank: Int, index: Int)?
      for index in tokens.indices.dropLast() {
        let pair = Merge(left: tokens[index], right: tokens[index + 1], merged: 0)
        guard let rank = ranks[pair] else { continue }
        if rank < best?.rank ?? .max { best = (rank, index) }
      }
      guard let best else { return tokens }
      tokens[best.index...best.index + 1] = [merges[best.rank].merged]
    }
  }
}
