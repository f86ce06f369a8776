import Randomness

/// A token and how many bytes of its piece it stands for.
struct Symbol: BitwiseCopyable {
  var token: TokenID
  var length: Int32
}

/// Merges the symbols of one piece: always the pair of lowest rank, the leftmost of equals; with a
/// dropout, pairs wait with that probability until another one is merged.
///
/// - Source: the dropout of Provilkov et al. 2019, in the form of Hugging Face's `tokenizers`.
struct SymbolMerger: ~Copyable {
  struct Node: BitwiseCopyable {
    var symbol: Symbol
    var previous: Int32
    var next: Int32
    /// The rank of the pair with the next node when it was last queued.
    var rank: UInt32
    var merged: TokenID
  }

  private var nodes = FlatArray<Node>()
  private var queue = BinaryHeap()

  /// Merges symbols as long as there is something to merge.
  ///
  /// - Complexity: O(n log n) for n symbols without dropout.
  mutating func merge(
    _ symbols: inout [Symbol],
    _ ranks: borrowing PairRanks,
    dropout: Double,
    random: inout Xoshiro256
  ) {
    if symbols.count < 2 { return }
    nodes.removeAll()
    queue.removeAll()
    for (index, symbol) in symbols.enumerated() {
      let next = index + 1 < symbols.count ? Int32(index + 1) : -1
      nodes.append(
        Node(symbol: symbol, previous: Int32(index) - 1, next: next, rank: .max, merged: 0)
      )
    }
    for index in 0..<symbols.count - 1 { enqueue(index, ranks) }
    var waiting: [UInt64] = []
    while let top = queue.removeFirst() {
      if dropout > 0, random.uniform() < dropout {
        waiting.append(top)
        continue
      }
      for key in waiting { queue.insert(key) }
      waiting.removeAll(keepingCapacity: true)
      let index = Int(top & 0xFFFF_FFFF)
      // Out of date where the pair here has another rank by now or is gone.
      guard nodes[index].rank == UInt32(top >> 32), nodes[index].next >= 0 else { continue }
      mergePair(at: index, ranks)
    }
    symbols.removeAll(keepingCapacity: true)
    var index = 0
    while index >= 0 {
      symbols.append(nodes[index].symbol)
      index = Int(nodes[index].next)
    }
  }

  private mutating func mergePair(at index: Int, _ ranks: borrowing PairRanks) {
    let eaten = Int(nodes[index].next)
    let after = nodes[eaten].next
    nodes[index].symbol.token = nodes[index].merged
    nodes[index].symbol.length += nodes[eaten].symbol.length
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

  /// Queues the pair of a node with its next one.
  private mutating func enqueue(_ index: Int, _ ranks: borrowing PairRanks) {
    let next = Int(nodes[index].next)
    let entry = ranks.find(nodes[index].symbol.token, nodes[next].symbol.token)
    nodes[index].rank = entry.rank
    nodes[index].merged = entry.merged
    if entry.rank != .max { queue.insert(UInt64(entry.rank) << 32 | UInt64(index)) }
  }
}

/// Numbers of which the smallest comes out first.
struct BinaryHeap: ~Copyable {
  private var numbers = FlatArray<UInt64>()

  mutating func removeAll() { numbers.removeAll() }

  mutating func insert(_ number: UInt64) {
    var hole = numbers.count
    numbers.append(number)
    while hole > 0 {
      let parent = (hole - 1) / 2
      if numbers[parent] <= number { break }
      numbers[hole] = numbers[parent]
      hole = parent
    }
    numbers[hole] = number
  }

  mutating func removeFirst() -> UInt64? {
    if numbers.count == 0 { return nil }
    let first = numbers[0]
    let last = numbers[numbers.count - 1]
    numbers.truncate(to: numbers.count - 1)
    if numbers.count == 0 { return first }
    var hole = 0
    while true {
      var child = 2 * hole + 1
      if child >= numbers.count { break }
      if child + 1 < numbers.count, numbers[child + 1] < numbers[child] { child += 1 }
      if numbers[child] >= last { break }
      numbers[hole] = numbers[child]
      hole = child
    }
    numbers[hole] = last
    return first
  }
}
