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

  /// How many entries fit without more memory.
  var capacity: Int { heap.capacity }

  /// Makes room for a number of entries, and has the system give that memory now.
  mutating func enlarge(to room: Int) {
    let count = heap.count
    heap.enlarge(to: room)
    heap.extend(by: room - count, with: Entry(count: 0, key: 0))
    heap.truncate(to: count)
  }

  /// Brings all entries up to date and forgets those that are not needed.
  mutating func update(by pairs: borrowing PairTable, minimumCount: Int64) {
    var kept = 0
    for index in 0..<heap.count {
      let entry = heap[index]
      guard let slot = pairs.find(entry.key) else { continue }
      let now = pairs[slot: slot].count
      // A pair that gained occurrences has a younger entry.
      if now > entry.count || now < minimumCount { continue }
      heap[kept] = Entry(count: now, key: entry.key)
      kept += 1
    }
    heap.truncate(to: kept)
    for hole in stride(from: kept / 4, through: 0, by: -1) where hole < kept {
      sink(heap[hole], from: hole)
    }
  }

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

  private mutating func sink(_ entry: Entry, from place: Int = 0) {
    var hole = place
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
