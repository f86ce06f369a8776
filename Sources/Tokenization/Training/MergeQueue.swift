/// The pairs that wait to be merged: the most frequent first, of equals the one with the smaller
/// (left id, right id).
///
/// A heap of four branches. Entries go out of date when counts fall; who takes one compares.
struct MergeQueue: ~Copyable {
  struct Entry: BitwiseCopyable {
    let count: Int64
    let key: PairKey

    /// Whether this pair is merged before another.
    @inline(__always)
    func precedes(_ other: Entry) -> Bool {
      count > other.count || (count == other.count && key < other.key)
    }
  }

  private var heap: FlatArray<Entry>

  init(capacity: Int) {
    heap = FlatArray(capacity: capacity)
  }

  var count: Int { heap.count }

  mutating func push(_ entry: Entry) {
    var hole = heap.count
    heap.append(entry)
    while hole > 0 {
      let parent = (hole - 1) / 4
      if !entry.precedes(heap[parent]) { break }
      heap[hole] = heap[parent]
      hole = parent
    }
    heap[hole] = entry
  }

  /// The first entry, or nil.
  var first: Entry? { heap.count == 0 ? nil : heap[0] }

  /// Removes the first entry.
  mutating func removeFirst() {
    let last = heap[heap.count - 1]
    heap.truncate(to: heap.count - 1)
    if heap.count > 0 { sink(last) }
  }

  /// Puts another entry in the place of the first.
  mutating func replaceFirst(with entry: Entry) {
    sink(entry)
  }

  private mutating func sink(_ entry: Entry) {
    var hole = 0
    while true {
      let firstChild = 4 * hole + 1
      if firstChild >= heap.count { break }
      var best = firstChild
      for child in firstChild + 1..<max(firstChild + 1, min(firstChild + 4, heap.count))
      where heap[child].precedes(heap[best]) {
        best = child
      }
      if !heap[best].precedes(entry) { break }
      heap[hole] = heap[best]
      hole = best
    }
    heap[hole] = entry
  }
}
