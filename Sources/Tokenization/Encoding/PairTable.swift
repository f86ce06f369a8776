/// Two adjacent tokens as one number, the left one above: smaller numbers win ties.
typealias PairKey = UInt64

@inline(__always)
func pairKey(_ left: TokenID, _ right: TokenID) -> PairKey {
  UInt64(left) << 32 | UInt64(right)
}

/// The counts of pairs, and the words each pair occurs in, in one flat open-addressing table.
struct PairTable: ~Copyable {
  /// What is known of a pair.
  struct Entry: BitwiseCopyable {
    /// The pair's key + 1; 0 marks a free slot.
    fileprivate var tag: UInt64 = 0
    /// How often the pair occurs now.
    var count: Int64 = 0
    /// Where its list of words starts.
    var listStart: UInt32 = 0
    /// How long that list is.
    var listCount: UInt32 = 0

    var key: PairKey { tag &- 1 }
    var isFree: Bool { tag == 0 }
  }

  private var slots: FlatArray<Entry>
  private var used = 0

  init(capacity: Int) {
    slots = FlatArray(repeating: Entry(), count: tableSize(for: capacity))
  }

  /// How many pairs there are.
  var count: Int { used }

  /// The number of slots, over which ``subscript(slot:)`` runs.
  var slotCount: Int { slots.count }

  subscript(slot slot: Int) -> Entry {
    @inline(__always) get { slots[slot] }
    @inline(__always) _modify { yield &slots[slot] }
  }

  /// The slot of a pair, or nil.
  @inline(__always)
  func find(_ key: PairKey) -> Int? {
    var place = start(key)
    while !slots[place].isFree {
      if slots[place].tag == key &+ 1 { return place }
      place = (place + 1) & (slots.count - 1)
    }
    return nil
  }

  /// The slot of a pair, made where there is none; slots found before are no longer valid.
  @inline(__always)
  mutating func insert(_ key: PairKey) -> Int {
    if 4 * (used + 1) > 3 * slots.count { grow() }
    var place = start(key)
    while !slots[place].isFree {
      if slots[place].tag == key &+ 1 { return place }
      place = (place + 1) & (slots.count - 1)
    }
    slots[place].tag = key &+ 1
    used += 1
    return place
  }

  /// Whether pairs can be inserted without more slots.
  func hasRoom(for more: Int) -> Bool { 4 * (used + more) <= 3 * slots.count }

  /// How many bytes ``growInPlace()`` adds.
  var addedByteCount: Int { slots.count * MemoryLayout<Entry>.stride }

  /// Doubles the slots without a second table beside the first; slots found before are no longer
  /// valid.
  ///
  /// Pairs are taken out and put back in the order of the slots. Each comes to a slot before the one
  /// it had, or to the new half: what was put back before it never lies behind a slot that gets free.
  mutating func growInPlace() {
    let oldCount = slots.count
    slots.enlarge(to: 2 * oldCount)
    slots.extend(by: oldCount, with: Entry())
    // The first ones may have come around the end, so that they belong behind all others.
    var wrapped: [Entry] = []
    var first = 0
    while !slots[first].isFree {
      wrapped.append(slots[first])
      slots[first] = Entry()
      first += 1
    }
    for slot in first..<oldCount where !slots[slot].isFree {
      let entry = slots[slot]
      slots[slot] = Entry()
      put(entry)
    }
    for entry in wrapped { put(entry) }
  }

  /// Puts an entry into a slot, where its pair has none.
  @inline(__always)
  private mutating func put(_ entry: Entry) {
    var place = start(entry.key)
    while !slots[place].isFree { place = (place + 1) & (slots.count - 1) }
    slots[place] = entry
  }

  /// Frees a slot and moves back what would no longer be found behind it: the slot may then have
  /// another pair.
  mutating func remove(_ slot: Int) {
    let mask = slots.count - 1
    var hole = slot
    var place = (slot + 1) & mask
    while !slots[place].isFree {
      let distance = (place &- start(slots[place].key)) & mask
      if distance >= (place &- hole) & mask {
        slots[hole] = slots[place]
        hole = place
      }
      place = (place + 1) & mask
    }
    slots[hole] = Entry()
    used -= 1
  }

  @inline(__always)
  private func start(_ key: PairKey) -> Int {
    Int(truncatingIfNeeded: mixed(key ^ hashKey0, hashKey1)) & (slots.count - 1)
  }

  @inline(never)
  private mutating func grow() {
    var larger = FlatArray<Entry>(repeating: Entry(), count: 2 * slots.count)
    swap(&larger, &slots)
    for index in 0..<larger.count where !larger[index].isFree { put(larger[index]) }
  }
}
