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
