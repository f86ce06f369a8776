/// A token and how many bytes of its piece it stands for.
struct Symbol: BitwiseCopyable {
  var token: TokenID
  var length: Int32
}

/// Merges the tokens of one piece by a queue of its pairs: always the pair of lowest rank, the leftmost
/// of equals.
struct SymbolQueue: ~Copyable {
  struct Node: BitwiseCopyable {
    var symbol: Symbol
    var previous: Int32
    var next: Int32
    /// The rank of the pair with the next node when it was last queued.
    var rank = UInt32.max
    var merged: TokenID = 0
  }

  private var nodes = FlatArray<Node>()
  private var queue = Heap<UInt64>()
  private var waiting = FlatArray<UInt64>()

  /// Begins another piece.
  mutating func start() {
    nodes.removeAll()
    queue.removeAll()
  }

  /// Appends a token of the piece.
  mutating func append(_ symbol: Symbol) {
    let last = nodes.count - 1
    if last >= 0 { nodes[last].next = Int32(truncatingIfNeeded: last + 1) }
    nodes.append(Node(symbol: symbol, previous: Int32(truncatingIfNeeded: last), next: -1))
  }

  /// Merges as long as there is something to merge.
  ///
  /// What is left out is tried again after the next merge elsewhere in the piece, as Hugging Face's
  /// tokenizers do it.
  ///
  /// - Parameters:
  ///   - ranks: What is merged, and in which order.
  ///   - leavesOut: Asked before each merge.
  /// - Complexity: O(n log n) for n tokens where nothing is left out.
  /// - Source: Provilkov et al. 2020, arXiv:1910.13267, algorithm 1, for leaving out.
  mutating func merge(
    _ ranks: borrowing PairRanks,
    leavingOut leavesOut: () -> Bool = { false }
  ) {
    for index in stride(from: 0, to: nodes.count - 1, by: 1) { enqueue(index, ranks) }
    waiting.removeAll()
    while let top = queue.removeFirst() {
      if leavesOut() {
        waiting.append(top)
        continue
      }
      for index in 0..<waiting.count { queue.insert(waiting[index]) }
      waiting.removeAll()
      let index = Int(top & 0xFFFF_FFFF)
      // Out of date where the pair here has another rank by now or is gone.
      guard nodes[index].rank == UInt32(top >> 32), nodes[index].next >= 0 else { continue }
      mergePair(at: index, ranks)
    }
  }

  /// Visits the tokens of the piece.
  func forEach(_ body: (Symbol) -> Void) {
    var index = nodes.count > 0 ? 0 : -1
    while index >= 0 {
      body(nodes[index].symbol)
      index = Int(nodes[index].next)
    }
  }

  private mutating func mergePair(at index: Int, _ ranks: borrowing PairRanks) {
    let eaten = Int(nodes[index].next)
    let after = nodes[eaten].next
    nodes[index].symbol.token = nodes[index].merged
    nodes[index].symbol.length &+= nodes[eaten].symbol.length
    nodes[index].next = after
    nodes[index].rank = .max
    nodes[eaten].rank = .max
    nodes[eaten].next = -1
    if after >= 0 {
      nodes[Int(after)].previous = Int32(truncatingIfNeeded: index)
      enqueue(index, ranks)
    }
    let before = nodes[index].previous
    if before >= 0 { enqueue(Int(before), ranks) }
  }

  /// Queues the pair of a node with its next one.
  private mutating func enqueue(_ index: Int, _ ranks: borrowing PairRanks) {
    let next = Int(nodes[index].next)
    let entry = ranks.find(nodes[index].symbol.token, nodes[next].symbol.token)
    nodes[index].rank = entry.rank
    nodes[index].merged = entry.merged
    if entry.rank != .max { queue.insert(UInt64(entry.rank) << 32 | UInt64(index)) }
  }
}
