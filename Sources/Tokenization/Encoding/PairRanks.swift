/// The merges by their pairs: rank and merged token, in one flat table that never changes.
struct PairRanks: ~Copyable, Sendable {
  /// What a pair becomes.
  struct Entry: BitwiseCopyable, Sendable {
    fileprivate var key: PairKey = .max
    /// The place in the list of merges: lower ranks merge first.
    var rank = UInt32.max
    /// The merged token.
    var merged: TokenID = 0
  }

  private var slots: FlatArray<Entry>

  init(_ merges: [Merge]) {
    slots = FlatArray(repeating: Entry(), count: 2 * tableSize(for: merges.count))
    for (rank, merge) in merges.enumerated() {
      let key = pairKey(merge.left, merge.right)
      var place = start(key)
      while slots[place].key != .max, slots[place].key != key {
        place = (place + 1) & (slots.count - 1)
      }
      // A pair that comes twice has the last of its ranks.
      slots[place] = Entry(key: key, rank: UInt32(rank), merged: merge.merged)
    }
  }

  /// What two tokens become; the rank is `UInt32.max` where nothing.
  @inline(__always)
  func find(_ left: TokenID, _ right: TokenID) -> Entry {
    let key = pairKey(left, right)
    var place = start(key)
    while true {
      let slot = slots[place]
      if slot.key == key { return slot }
      if slot.key == .max { return slot }
      place = (place + 1) & (slots.count - 1)
    }
  }

  @inline(__always)
  private func start(_ key: PairKey) -> Int {
    Int(truncatingIfNeeded: (key &* 0x9E37_79B9_7F4A_7C15) >> 20) & (slots.count - 1)
  }
}
