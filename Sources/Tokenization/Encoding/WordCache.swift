/// The tokens of words met before, in one flat table of bounded size.
///
/// A slot is 32 bytes: a word of up to 16 bytes that is one token is answered by one cache line.
/// The table grows while it is small, and forgets everything when it is full.
struct WordCache: ~Copyable {
  /// A word and its tokens.
  struct Slot: BitwiseCopyable {
    /// The first eight bytes, zero above a shorter word.
    var head: UInt64 = 0
    /// The next eight bytes, or the hash of a word of more than 16.
    var tail: UInt64 = 0
    /// The length of a word of up to 16 bytes, otherwise 17 + the place of its bytes; 0 is free.
    var tag: UInt64 = 0
    /// The token itself where it is one, otherwise where the tokens start.
    var first: UInt32 = 0
    /// How many tokens.
    var count: UInt32 = 0
  }

  /// A word ready to be looked up.
  struct Key {
    let head: UInt64
    let tail: UInt64
    let length: Int
    let hash: UInt64
  }

  private static let largestSize = 1 << 18
  /// Words above this many bytes are not kept.
  static let longestWord = 256

  private var slots: FlatArray<Slot>
  private var used = 0
  private var longBytes = FlatArray<UInt8>()
  private var ids = FlatArray<TokenID>()

  init() {
    slots = FlatArray(repeating: Slot(), count: 1 << 10)
  }

  /// The key of a part of a text.
  @inline(__always)
  static func key(_ text: ByteView, _ range: Range<Int>) -> Key {
    let length = range.count
    let head = text.word(at: range.lowerBound, length: length)
    if length <= 16 {
      let tail = length <= 8 ? 0 : text.word(at: range.lowerBound + 8, length: length - 8)
      let hash = mixed(head ^ hashKey0, tail ^ hashKey1 ^ UInt64(length))
      return Key(head: head, tail: tail, length: length, hash: hash)
    }
    let hash = text[range].hash()
    return Key(head: head, tail: hash, length: length, hash: hash)
  }

  /// Appends the tokens of a word met before.
  ///
  /// - Returns: False where it was not met.
  @inline(__always)
  func append(
    _ key: Key,
    _ text: ByteView,
    _ range: Range<Int>,
    to output: inout FlatArray<TokenID>
  ) -> Bool {
    var place = Int(truncatingIfNeeded: key.hash) & (slots.count - 1)
    while true {
      let slot = slots[place]
      if slot.tag == 0 { return false }
      if slot.head == key.head, slot.tail == key.tail, isSame(slot, key, text, range) {
        if slot.count == 1 {
          output.append(slot.first)
        } else {
          for index in 0..<Int(slot.count) { output.append(ids[Int(slot.first) + index]) }
        }
        return true
      }
      place = (place + 1) & (slots.count - 1)
    }
  }

  @inline(__always)
  private func isSame(_ slot: Slot, _ key: Key, _ text: ByteView, _ range: Range<Int>) -> Bool {
    if key.length <= 16 { return slot.tag == UInt64(key.length) }
    return slot.tag > 16 && isSameLong(Int(slot.tag) - 17, text, range)
  }

  private func isSameLong(_ place: Int, _ text: ByteView, _ range: Range<Int>) -> Bool {
    // The length stands before the bytes, in two bytes.
    guard Int(longBytes[place]) | Int(longBytes[place + 1]) << 8 == range.count else {
      return false
    }
    for index in 0..<range.count
    where longBytes[place + 2 + index] != text[range.lowerBound + index] {
      return false
    }
    return true
  }

  /// Keeps the tokens of a word, the last of those already found.
  mutating func insert(
    _ key: Key,
    _ text: ByteView,
    _ range: Range<Int>,
    _ found: borrowing FlatArray<TokenID>,
    from start: Int
  ) {
    let count = found.count - start
    if range.count > Self.longestWord || count == 0 { return }
    if 4 * (used + 1) > 3 * slots.count { growOrForget() }
    var slot = Slot(head: key.head, tail: key.tail, tag: UInt64(key.length))
    slot.count = UInt32(count)
    if count == 1 {
      slot.first = found[start]
    } else {
      slot.first = UInt32(ids.count)
      for index in start..<found.count { ids.append(found[index]) }
    }
    if range.count > 16 {
      slot.tag = UInt64(longBytes.count + 17)
      longBytes.append(UInt8(truncatingIfNeeded: range.count))
      longBytes.append(UInt8(truncatingIfNeeded: range.count >> 8))
      longBytes.append(text[range])
    }
    place(slot, key.hash)
    used += 1
  }

  private mutating func place(_ slot: Slot, _ hash: UInt64) {
    var place = Int(truncatingIfNeeded: hash) & (slots.count - 1)
    while slots[place].tag != 0 { place = (place + 1) & (slots.count - 1) }
    slots[place] = slot
  }

  private mutating func growOrForget() {
    if slots.count >= Self.largestSize {
      for index in 0..<slots.count { slots[index] = Slot() }
      used = 0
      longBytes.removeAll()
      ids.removeAll()
      return
    }
    var old = FlatArray<Slot>(repeating: Slot(), count: 4 * slots.count)
    swap(&old, &slots)
    for index in 0..<old.count where old[index].tag != 0 {
      let slot = old[index]
      let hash =
        slot.tag > 16 ? slot.tail : mixed(slot.head ^ hashKey0, slot.tail ^ hashKey1 ^ slot.tag)
      place(slot, hash)
    }
  }
}
