import Synchronization

/// Encodes one piece from left to right by the tokens that can stand side by side.
///
/// The longest token comes first, then shorter ones; where none fits after the token before, that
/// one is taken back. A place that was given up is never tried again, so that each place of the piece
/// is left at most once: the steps grow with the length of the piece alone. For long pieces; short
/// ones are merged in less time, as the tables of merging are smaller than a trie and stay in the
/// nearer caches.
struct PieceParser: ~Copyable {
  private let vocabulary: TokenVocabulary
  /// The places of the piece after which nothing fits, a bit each.
  private var dead = FlatArray<UInt64>(repeating: 0, count: 4)
  /// Pairs of tokens looked at before: the pair above whether they can be neighbors.
  private var memo = FlatArray<UInt64>(repeating: .max, count: 1 << memoBits)
  private static let memoBits = 13

  init(_ vocabulary: TokenVocabulary) {
    self.vocabulary = vocabulary
  }

  /// Appends the tokens of a piece that is not empty.
  ///
  /// - Returns: False where the piece has to be merged instead; then nothing was appended.
  /// - Complexity: O(n) for n bytes.
  @inline(__always)
  mutating func parse(
    _ piece: ByteView,
    _ ranks: borrowing PairRanks,
    into ids: inout FlatArray<TokenID>
  ) -> Bool {
    let start = ids.count
    let count = piece.count
    clear(count)
    var place = 0
    var token = vocabulary.trie.longestToken(piece, 0)
    while true {
      let entry = vocabulary.trie[token]
      let end = place &+ Int(entry.length)
      if !isDead(end),
        ids.count == start || areNeighbors(ids[ids.count &- 1], token, ranks)
      {
        ids.append(token)
        place = end
        if place == count { return true }
        token = vocabulary.trie.longestToken(piece, place)
        continue
      }
      token = entry.prefix
      while token == TokenTrie.noToken {
        // No token fits here. The piece as a whole has tokens, so that the first is never given up.
        if ids.count == start { return false }
        markDead(place)
        let last = vocabulary.trie[ids[ids.count &- 1]]
        ids.truncate(to: ids.count &- 1)
        place &-= Int(last.length)
        token = last.prefix
      }
    }
  }

  @inline(__always)
  private mutating func areNeighbors(
    _ left: TokenID,
    _ right: TokenID,
    _ ranks: borrowing PairRanks
  ) -> Bool {
    let key = PairRanks.narrowKey(left, right)
    let hash = key &* 0x9E37_79B9_7F4A_7C15
    let index = Int(truncatingIfNeeded: hash >> UInt64(64 - Self.memoBits))
    let known = memo[index]
    if known >> 1 == key { return known & 1 != 0 }
    let fits = vocabulary.trie.areNeighbors(left, right, ranks)
    memo[index] = key << 1 | (fits ? 1 : 0)
    return fits
  }

  @inline(__always)
  private mutating func clear(_ count: Int) {
    let needed = count >> 6 &+ 1
    if needed > dead.count { dead.extend(by: needed - dead.count, with: 0) }
    for index in 0..<needed { dead[index] = 0 }
  }

  @inline(__always)
  private func isDead(_ place: Int) -> Bool {
    dead[place >> 6] >> UInt64(place & 63) & 1 != 0
  }

  @inline(__always)
  private mutating func markDead(_ place: Int) {
    dead[place >> 6] |= 1 << UInt64(place & 63)
  }
}

/// A ``TokenTrie`` that the encoders of all threads share.
final class TokenVocabulary: Sendable {
  let trie: TokenTrie

  init?(_ merges: [Merge], _ tables: TokenizerTables) {
    guard let trie = TokenTrie.make(merges, tables) else { return nil }
    self.trie = trie
  }
}

/// The ``TokenVocabulary`` of a tokenizer, built when it is first asked for: most texts have no
/// long piece.
final class SharedVocabulary: Sendable {
  private let vocabulary = Mutex<TokenVocabulary??>(nil)

  /// The vocabulary, nil where the tokens can not be read this way.
  func get(_ merges: [Merge], _ tables: TokenizerTables) -> TokenVocabulary? {
    vocabulary.withLock { vocabulary in
      if let vocabulary { return vocabulary }
      let made = TokenVocabulary(merges, tables)
      vocabulary = .some(made)
      return made
    }
  }
}
