/// The merges of a vocabulary whose tokens have ranks and nothing else.
///
/// Where any two neighbors become a token that their texts together are, lowest rank first and the
/// leftmost of equals, each token has at most one pair it can come from. For let two neighbors in some
/// text stand just before they are merged: no merge reached across their ends, and those within were
/// the same, in the same order, as if their text had stood alone, since which pair comes next depends
/// on the pairs alone. So the pair is the last one when the token's own text is encoded. A list of these
/// pairs, each with its token's rank, gives the same tokens for every text.
struct RankMerges: ~Copyable {
  private var table: StringTable
  private let tokens: [[UInt8]]
  private let order: [Int]?
  private let startsWithCharacters: Bool

  /// Prepares the tokens by number; an empty one is a number that is never merged to.
  ///
  /// - Parameters:
  ///   - tokens: The texts of the tokens.
  ///   - order: The ranks of the tokens; nil where they are their numbers.
  ///   - startsWithCharacters: Whether characters are merged rather than bytes.
  init(_ tokens: [[UInt8]], order: [Int]? = nil, startsWithCharacters: Bool = false) {
    self.tokens = tokens
    self.order = order
    self.startsWithCharacters = startsWithCharacters
    table = StringTable(capacity: tokens.count)
    for (rank, token) in tokens.enumerated() {
      let name = token.isEmpty ? [0xFF, 0xFF, 0xFF, 0xFF] + Tokenizer.gapSpelling(rank) : token
      _ = name.withByteView { table.insert($0) }
    }
  }

  /// Longer tokens take too long to be taken apart, and no training makes them.
  static let longestToken = 1 << 12

  /// The merges by rank; tokens that nothing merges to have none.
  ///
  /// - Throws: ``TokenizationError/wrongModel(place:problem:)`` for a token that is too long.
  func merges() throws(TokenizationError) -> [Merge] {
    if table.count != tokens.count {
      throw .wrongModel(place: "the tokens", problem: "one of them stands there twice")
    }
    var merges: [Merge] = []
    var budget = 1 << 30
    for (rank, token) in tokens.enumerated() where token.count > 1 {
      budget -= token.count * token.count
      if token.count > Self.longestToken || budget < 0 {
        throw .wrongModel(
          place: "token \(rank)",
          problem: "it has \(token.count) bytes, too many for what is merged"
        )
      }
      if let (left, right) = lastPair(of: token) {
        merges.append(Merge(left: left, right: right, merged: TokenID(rank)))
      }
    }
    if let order { merges.sort { order[Int($0.merged)] < order[Int($1.merged)] } }
    return merges
  }

  /// The two tokens that a token's text is merged to before it becomes the token, or nil.
  private func lastPair(of token: [UInt8]) -> (TokenID, TokenID)? {
    token.withByteView { text in
      func rank(_ start: Int, _ end: Int) -> Int {
        guard let found = table.find(text[start..<end]) else { return .max }
        return order.map { $0[found] } ?? found
      }
      // Where each part ends, and the rank of each with the next one.
      var ends: [Int] = []
      let scanned = ScannedText(text)
      while ends.last ?? 0 < text.count {
        let start = ends.last ?? 0
        ends.append(startsWithCharacters ? scanned.character(at: start).end : start + 1)
      }
      if ends.count < 2 { return nil }
      var ranks = (0..<ends.count - 1).map { rank($0 == 0 ? 0 : ends[$0 - 1], ends[$0 + 1]) }
      while ends.count > 2 {
        var best = 0
        for index in ranks.indices where ranks[index] < ranks[best] { best = index }
        if ranks[best] == .max { return nil }
        ends.remove(at: best)
        ranks.remove(at: best)
        let start = best == 0 ? 0 : ends[best - 1]
        if best > 0 { ranks[best - 1] = rank(best == 1 ? 0 : ends[best - 2], ends[best]) }
        if best < ranks.count { ranks[best] = rank(start, ends[best + 1]) }
      }
      guard let left = table.find(text[0..<ends[0]]),
        let right = table.find(text[ends[0]..<token.count])
      else { return nil }
      return (TokenID(left), TokenID(right))
    }
  }
}
