/// Counts of distinct words in one flat open-addressing table.
///
/// A slot is 32 bytes: words of up to 16 bytes lie in it whole, so that counting one costs a single
/// cache miss; of longer ones it holds the first eight bytes, a hash and the place in an arena.
struct WordTable: ~Copyable {
  private var slots: FlatArray<WordSlot>
  private var longBytes = FlatArray<UInt8>()
  private var longEnds = FlatArray<Int>()

  /// How many distinct words there are.
  private(set) var uniqueCount = 0
  /// How many bytes the distinct words have together.
  private(set) var uniqueByteCount = 0
  /// How many words were counted.
  private(set) var total: UInt64 = 0

  init(capacity: Int = 0) {
    slots = FlatArray(repeating: WordSlot(), count: tableSize(for: max(capacity, 1 << 10)))
  }

  /// Counts a part of a text.
  @inline(__always)
  mutating func add(_ text: ByteView, _ range: Range<Int>, times: UInt64 = 1) {
    let length = range.count
    let head = text.word(at: range.lowerBound, length: length)
    if length <= 16 {
      let tail = length <= 8 ? 0 : text.word(at: range.lowerBound + 8, length: length - 8)
      let hash = mixed(head ^ hashKey0, tail ^ hashKey1 ^ UInt64(length))
      var place = Int(truncatingIfNeeded: hash) & (slots.count - 1)
      while slots[place].count != 0 {
        if slots[place].head == head, slots[place].tail == tail,
          slots[place].tag == UInt64(length)
        {
          slots[place].count &+= times
          total &+= times
          return
        }
        place = (place + 1) & (slots.count - 1)
      }
      insert(WordSlot(head: head, tail: tail, count: times, tag: UInt64(length)), place, length)
    } else {
      addLong(text[range], head, times)
    }
  }

  private mutating func addLong(_ word: ByteView, _ head: UInt64, _ times: UInt64) {
    let hash = word.hash()
    var place = Int(truncatingIfNeeded: hash) & (slots.count - 1)
    while slots[place].count != 0 {
      let slot = slots[place]
      if slot.tail == hash, slot.head == head, slot.tag > 16,
        withLongWord(Int(slot.tag) - 17, { $0.isEqual(to: word) })
      {
        slots[place].count &+= times
        total &+= times
        return
      }
      place = (place + 1) & (slots.count - 1)
    }
    longBytes.append(word)
    longEnds.append(longBytes.count)
    let tag = UInt64(longEnds.count + 16)
    insert(WordSlot(head: head, tail: hash, count: times, tag: tag), place, word.count)
  }

  @inline(never)
  private mutating func insert(_ slot: WordSlot, _ place: Int, _ length: Int) {
    slots[place] = slot
    uniqueCount += 1
    uniqueByteCount += length
    total &+= slot.count
    if 4 * uniqueCount > 3 * slots.count { grow() }
  }

  private mutating func grow() {
    let size = 2 * slots.count
    var larger = FlatArray<WordSlot>(repeating: WordSlot(), count: size)
    for index in 0..<slots.count where slots[index].count != 0 {
      let slot = slots[index]
      let hash =
        slot.tag > 16 ? slot.tail : mixed(slot.head ^ hashKey0, slot.tail ^ hashKey1 ^ slot.tag)
      var place = Int(truncatingIfNeeded: hash) & (size - 1)
      while larger[place].count != 0 { place = (place + 1) & (size - 1) }
      larger[place] = slot
    }
    slots = larger
  }

  private func withLongWord<Result>(_ number: Int, _ body: (ByteView) -> Result) -> Result {
    let start = number == 0 ? 0 : longEnds[number - 1]
    let end = longEnds[number]
    return unsafe longBytes.withElements { buffer in
      guard let address = buffer.baseAddress else { preconditionFailure("no memory") }
      return unsafe body(ByteView(start: address + start, count: end - start))
    }
  }

  /// Visits all words with their counts, in an order that only depends on what was counted and how
  /// the table grew.
  func forEach<Failure: Error>(
    _ body: (ByteView, UInt64) throws(Failure) -> Void
  ) throws(Failure) {
    for index in 0..<slots.count where slots[index].count != 0 {
      let slot = slots[index]
      if slot.tag > 16 {
        let number = Int(slot.tag) - 17
        let start = number == 0 ? 0 : longEnds[number - 1]
        let end = longEnds[number]
        try unsafe longBytes.withElements { (buffer) throws(Failure) in
          guard let address = buffer.baseAddress else { preconditionFailure("no memory") }
          try unsafe body(ByteView(start: address + start, count: end - start), slot.count)
        }
      } else {
        var words = (slot.head.littleEndian, slot.tail.littleEndian)
        try unsafe withUnsafeBytes(of: &words) { (buffer) throws(Failure) in
          guard let address = buffer.baseAddress else { preconditionFailure("no memory") }
          let start = unsafe address.assumingMemoryBound(to: UInt8.self)
          try unsafe body(ByteView(start: start, count: Int(slot.tag)), slot.count)
        }
      }
    }
  }

  /// Adds the counts of another table.
  mutating func add(_ other: borrowing WordTable) {
    other.forEach { word, count in add(word, 0..<word.count, times: count) }
  }
}

/// A word and its count.
struct WordSlot: BitwiseCopyable {
  /// The first eight bytes, zero above a shorter word.
  var head: UInt64 = 0
  /// The next eight bytes, or the hash of a word of more than 16.
  var tail: UInt64 = 0
  /// How often the word occurred; 0 marks a free slot.
  var count: UInt64 = 0
  /// The length of a word of up to 16 bytes; otherwise 17 + its number in `longWords`.
  var tag: UInt64 = 0
}
