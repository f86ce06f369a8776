/// Merges the tokens of one piece: always the pair of lowest rank, the leftmost of equals.
///
/// Short pieces look for the lowest rank by scanning, long ones keep a queue, so that a megabyte
/// without any cut takes O(n log n) steps.
struct PieceMerger: ~Copyable {
  /// Up to this many tokens scanning is faster.
  private static let longestScan = 48

  private var tokens = FlatArray<TokenID>(capacity: 64)
  private var pairs = FlatArray<PairRanks.Entry>(capacity: 64)

  // The doubly linked list of the long way.
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

  /// Starts a piece, whose tokens follow by ``append(_:)``.
  @inline(__always)
  mutating func start() {
    tokens.removeAll()
  }

  @inline(__always)
  mutating func append(_ token: TokenID) {
    tokens.append(token)
  }

  /// Merges as long as there is something to merge, and visits the tokens that remain.
  @inline(__always)
  mutating func finish(_ ranks: borrowing PairRanks, into ids: inout FlatArray<TokenID>) {
    if tokens.count <= Self.longestScan { mergeByScan(ranks) } else { mergeByQueue(ranks) }
    for index in 0..<tokens.count { ids.append(tokens[index]) }
  }

  private mutating func mergeByScan(_ ranks: borrowing PairRanks) {
    var count = tokens.count
    if count < 2 { return }
    pairs.removeAll()
    for index in 0..<count - 1 { pairs.append(ranks.find(tokens[index], tokens[index + 1])) }
    while count > 1 {
      var best = 0
      var rank = pairs[0].rank
      for index in 1..<max(1, count - 1) where pairs[index].rank < rank {
        best = index
        rank = pairs[index].rank
      }
      if rank == .max { break }
      tokens[best] = pairs[best].merged
      count -= 1
      for index in best + 1..<max(best + 1, count) { tokens[index] = tokens[index + 1] }
      for index in best..<max(best, count - 1) { pairs[index] = pairs[index + 1] }
      if best > 0 { pairs[best - 1] = ranks.find(tokens[best - 1], tokens[best]) }
      if best < count - 1 { pairs[best] = ranks.find(tokens[best], tokens[best + 1]) }
    }
    tokens.truncate(to: count)
  }

  private mutating func mergeByQueue(_ ranks: borrowing PairRanks) {
    nodes.removeAll()
    queue.removeAll()
    let count = tokens.count
    for index in 0..<count {
      let next = index + 1 < count ? Int32(index + 1) : -1
      nodes.append(
        Node(token: tokens[index], previous: Int32(index - 1), next: next, rank: .max, merged: 0)
      )
    }
    for index in 0..<count - 1 { enqueue(index, ranks) }
    while queue.count > 0 {
      let top = removeFirst()
      let rank = UInt32(top >> 32)
      let index = Int(top & 0xFFFF_FFFF)
      // Out of date where the pair here has another rank by now or is gone.
      guard nodes[index].rank == rank, nodes[index].next >= 0 else { continue }
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
    tokens.removeAll()
    var index = 0
    while index >= 0 {
      tokens.append(nodes[index].token)
      index = Int(nodes[index].next)
    }
  }

  /// Queues the pair of a node with its next one.
  private mutating func enqueue(_ index: Int, _ ranks: borrowing PairRanks) {
    let entry = ranks.find(nodes[index].token, nodes[Int(nodes[index].next)].token)
    nodes[index].rank = entry.rank
    nodes[index].merged = entry.merged
    if entry.rank == .max { return }
    let key = UInt64(entry.rank) << 32 | UInt64(index)
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
