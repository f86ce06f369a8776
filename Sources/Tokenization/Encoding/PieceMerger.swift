import Randomness

/// Merges the tokens of one piece: always the pair of lowest rank, the leftmost of equals.
///
/// Short pieces look for the lowest rank by scanning, long ones keep a queue, O(n log n) steps
/// for n bytes. Where the vocabulary allows it a ``PieceParser`` reads the long ones instead.
struct PieceMerger: ~Copyable {
  /// Up to this many tokens scanning is faster.
  static let longestScan = 128

  /// The piece while it is scanned: a token for each place, of which a merge empties the right one.
  private var tokens = FlatArray<TokenID>(repeating: 0, count: longestScan + 4)
  /// The rank of the pair that starts at a place, above the place; ``noPair`` where none does.
  ///
  /// subtle: 64 bits, though 32 would do: narrower numbers tempt the compiler to compare four at
  /// once, and such a load waits until the store of one of them has left the processor's queue.
  private var pairs = FlatArray<UInt64>(repeating: noPair, count: longestScan + 4)
  /// The neighboring places that hold a token.
  private var previous = FlatArray<UInt8>(repeating: 0, count: longestScan + 4)
  private var next = FlatArray<UInt8>(repeating: 0, count: longestScan + 4)

  /// Ranks found before, also those of pairs that do not merge: the pair above the rank.
  ///
  /// Few pairs are most of those asked for, and this much stays in the nearest cache.
  private var memo = FlatArray<UInt64>(repeating: .max, count: 1 << memoBits)
  private static let memoBits = 12

  private var queue = PieceQueue()

  private static let noPair = UInt64.max

  /// Appends the tokens that a piece is merged to.
  @inline(__always)
  mutating func merge(
    _ piece: ByteView,
    _ tables: TokenizerTables,
    into ids: inout FlatArray<TokenID>
  ) {
    if piece.count <= Self.longestScan, tables.ranks.isNarrow {
      mergeByScan(piece, tables, into: &ids)
    } else {
      queue.merge(piece, tables, into: &ids)
    }
  }

  /// Appends the tokens that a piece is merged to when merges are left out with a probability.
  mutating func merge(
    _ piece: ByteView,
    _ tables: TokenizerTables,
    _ dropout: Double,
    _ random: inout Xoshiro256,
    into ids: inout FlatArray<TokenID>
  ) {
    queue.merge(piece, tables, leavingOut: { random.uniform() < dropout }, into: &ids)
  }

  private mutating func mergeByScan(
    _ piece: ByteView,
    _ tables: TokenizerTables,
    into ids: inout FlatArray<TokenID>
  ) {
    let count = start(piece, tables)
    // Whole groups of four are scanned.
    let limit = (count &+ 2) & ~3
    for place in max(count - 1, 0)..<limit { pairs[place] = Self.noPair }
    while true {
      let best = lowestPair(limit)
      if best == Self.noPair { break }
      let place = Int(truncatingIfNeeded: best & 0xFF)
      let merged = tables.ranks.merged(UInt32(truncatingIfNeeded: best >> 8))
      let eaten = Int(next[place])
      let after = Int(next[eaten])
      tokens[place] = merged
      next[place] = UInt8(truncatingIfNeeded: after)
      pairs[eaten] = Self.noPair
      if after < count {
        previous[after] = UInt8(truncatingIfNeeded: place)
        pairs[place] = pair(rank(merged, tokens[after], tables.ranks), place)
      } else {
        pairs[place] = Self.noPair
      }
      if place > 0 {
        let before = Int(previous[place])
        pairs[before] = pair(rank(tokens[before], merged, tables.ranks), before)
      }
    }
    ids.reserve(count)
    var place = 0
    while place < count {
      ids.append(tokens[place])
      place = Int(next[place])
    }
  }

  /// The tokens of the bytes, their links and pairs.
  ///
  /// - Returns: How many tokens there are.
  @inline(__always)
  private mutating func start(_ piece: ByteView, _ tables: TokenizerTables) -> Int {
    var count = 0
    for index in 0..<piece.count {
      let token = tables.byteTokens[piece[index]]
      if token == TokenizerTables.none { continue }
      tokens[count] = token
      previous[count] = UInt8(truncatingIfNeeded: count &- 1)
      count &+= 1
      next[count &- 1] = UInt8(truncatingIfNeeded: count)
    }
    if count == piece.count {
      for place in 0..<max(count - 1, 0) {
        pairs[place] = pair(tables.ranks.rank(ofBytes: piece[place], piece[place + 1]), place)
      }
    } else {
      for place in 0..<max(count - 1, 0) {
        pairs[place] = pair(rank(tokens[place], tokens[place + 1], tables.ranks), place)
      }
    }
    return count
  }

  /// The rank of a pair of tokens.
  @inline(__always)
  private mutating func rank(
    _ left: TokenID,
    _ right: TokenID,
    _ ranks: borrowing PairRanks
  ) -> UInt32 {
    let key = PairRanks.narrowKey(left, right)
    let hash = key &* 0x9E37_79B9_7F4A_7C15
    let place = Int(truncatingIfNeeded: hash >> UInt64(64 - Self.memoBits))
    let known = memo[place]
    if known >> 24 == key { return UInt32(truncatingIfNeeded: known) & PairRanks.none }
    let rank = ranks.rank(ofPair: key)
    memo[place] = key << 24 | UInt64(rank)
    return rank
  }

  /// A rank above its place; no rank gives ``noPair`` whatever the place.
  @inline(__always)
  private func pair(_ rank: UInt32, _ place: Int) -> UInt64 {
    let pair = UInt64(rank) << 8 | UInt64(truncatingIfNeeded: place)
    return rank == PairRanks.none ? Self.noPair : pair
  }

  /// The least of the first pairs, in two parts that do not wait for each other.
  @inline(__always)
  private func lowestPair(_ limit: Int) -> UInt64 {
    var even = Self.noPair
    var odd = Self.noPair
    var place = 0
    while place < limit {
      even = min(even, min(pairs[place], pairs[place &+ 2]))
      odd = min(odd, min(pairs[place &+ 1], pairs[place &+ 3]))
      place &+= 4
    }
    return min(even, odd)
  }
}

/// Merges the tokens of a long piece by a queue of its pairs.
struct PieceQueue: ~Copyable {
  private var nodes = FlatArray<Node>()
  private var queue = FlatArray<UInt64>()

  struct Node: BitwiseCopyable {
    var token: TokenID
    var previous: Int32
    var next: Int32
    /// The rank of the pair with the next node when it was queued.
    var rank: UInt32
    var merged: TokenID
  }

  /// Appends the tokens that a piece is merged to.
  mutating func merge(
    _ piece: ByteView,
    _ tables: TokenizerTables,
    into ids: inout FlatArray<TokenID>
  ) {
    start(piece, tables)
    if nodes.count == 0 { return }
    for index in 0..<nodes.count - 1 { enqueue(index, tables.ranks) }
    while queue.count > 0 {
      let top = removeFirst()
      let rank = UInt32(top >> 32)
      let index = Int(top & 0xFFFF_FFFF)
      // Out of date where the pair here has another rank by now or is gone.
      guard nodes[index].rank == rank, nodes[index].next >= 0 else { continue }
      mergePair(at: index, tables.ranks)
    }
    finish(into: &ids)
  }

  /// Appends the tokens that a piece is merged to when each merge is left out with a probability.
  ///
  /// What is left out is tried again after the next merge elsewhere in the piece, as Hugging Face's
  /// tokenizers do it.
  ///
  /// - Source: Provilkov et al. 2020, arXiv:1910.13267, algorithm 1.
  mutating func merge(
    _ piece: ByteView,
    _ tables: TokenizerTables,
    leavingOut leavesOut: () -> Bool,
    into ids: inout FlatArray<TokenID>
  ) {
    start(piece, tables)
    if nodes.count == 0 { return }
    var skipped = FlatArray<UInt64>()
    for index in 0..<nodes.count - 1 { enqueue(index, tables.ranks) }
    while queue.count > 0 {
      let top = removeFirst()
      if leavesOut() {
        skipped.append(top)
        continue
      }
      for index in 0..<skipped.count { push(skipped[index]) }
      skipped.removeAll()
      let index = Int(top & 0xFFFF_FFFF)
      guard nodes[index].rank == UInt32(top >> 32), nodes[index].next >= 0 else { continue }
      mergePair(at: index, tables.ranks)
    }
    finish(into: &ids)
  }

  private mutating func start(_ piece: ByteView, _ tables: TokenizerTables) {
    nodes.removeAll()
    queue.removeAll()
    for index in 0..<piece.count {
      let token = tables.byteTokens[piece[index]]
      if token == TokenizerTables.none { continue }
      let number = Int32(nodes.count)
      nodes.append(
        Node(token: token, previous: number - 1, next: number + 1, rank: .max, merged: 0)
      )
    }
    if nodes.count > 0 { nodes[nodes.count - 1].next = -1 }
  }

  private mutating func mergePair(at index: Int, _ ranks: borrowing PairRanks) {
    let eaten = Int(nodes[index].next)
    let after = nodes[eaten].next
    nodes[index].token = nodes[index].merged
    nodes[index].next = after
    nodes[index].rank = .max
    nodes[eaten].rank = .max
    nodes[eaten].next = -1
    if after >= 0 {
      nodes[Int(after)].previous = Int32(index)
      enqueue(index, ranks)
    }
    let before = nodes[index].previous
    if before >= 0 { enqueue(Int(before), ranks) }
  }

  private func finish(into ids: inout FlatArray<TokenID>) {
    var index = 0
    while index >= 0 {
      ids.append(nodes[index].token)
      index = Int(nodes[index].next)
    }
  }

  /// Queues the pair of a node with its next one.
  private mutating func enqueue(_ index: Int, _ ranks: borrowing PairRanks) {
    let entry = ranks.find(nodes[index].token, nodes[Int(nodes[index].next)].token)
    nodes[index].rank = entry.rank
    nodes[index].merged = entry.merged
    if entry.rank == .max { return }
    push(UInt64(entry.rank) << 32 | UInt64(index))
  }

  private mutating func push(_ key: UInt64) {
    var hole = queue.count
    queue.append(key)
    while hole > 0 {
      let parent = (hole - 1) / 4
      if queue[parent] <= key { break }
      queue[hole] = queue[parent]
      hole = parent
    }
    queue[hole] = key
  }

  private mutating func removeFirst() -> UInt64 {
    let first = queue[0]
    let last = queue[queue.count - 1]
    queue.truncate(to: queue.count - 1)
    if queue.count == 0 { return first }
    var hole = 0
    while true {
      let firstChild = 4 * hole + 1
      if firstChild >= queue.count { break }
      var best = firstChild
      for child in firstChild + 1..<max(firstChild + 1, min(firstChild + 4, queue.count))
      where queue[child] < queue[best] {
        best = child
      }
      if queue[best] >= last { break }
      queue[hole] = queue[best]
      hole = best
    }
    queue[hole] = last
    return first
  }
}
