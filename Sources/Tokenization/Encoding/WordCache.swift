/// The tokens of words met before, in one flat table of bounded size.
///
/// A slot is 32 bytes, half a cache line, and holds a word of up to 16 bytes with up to three
/// tokens whole: most words cost one cache line. The bytes of longer words and longer lists of
/// tokens lie in arrays of their own. The table grows while it is small, and forgets everything
/// when it is full.
struct WordCache: ~Copyable {
  /// A word and its tokens.
  struct Slot: BitwiseCopyable {
    /// The first eight bytes, zero above a shorter word.
    var head: UInt64 = 0
    /// The next eight bytes, or the hash of a word of more than 16.
    var tail: UInt64 = 0
    /// Up to three tokens, or where a longer list starts and how long it is.
    ///
    /// The last number is the word's length below the number of tokens. In a slot of a long word the
    /// third number is the place of its bytes.
    var tokens = SIMD4<UInt32>()

    /// The length of the word, ``longWord`` above 16; 0 where the slot is free.
    @inline(__always) var length: UInt32 { tokens.w & 0xFF }
    /// How many tokens stand in the slot; ``listed`` where they stand in the list.
    @inline(__always) var count: UInt32 { tokens.w >> 8 }
  }

  /// A word ready to be looked up.
  struct Key: BitwiseCopyable {
    var head: UInt64 = 0
    var tail: UInt64 = 0
    var hash: UInt64 = 0
    var start = 0
    var end = 0

    @inline(__always) var range: Range<Int> { start..<end }
    @inline(__always) var length: UInt32 {
      end - start <= 16 ? UInt32(truncatingIfNeeded: end - start) : WordCache.longWord
    }
  }

  private static let largestSize = 1 << 19
  /// Words above this many bytes are not kept.
  static let longestWord = 256
  /// Stands for the length of words above 16 bytes.
  private static let longWord: UInt32 = 0xFF
  /// Stands for the number of tokens where there are more than fit.
  private static let listed: UInt32 = 0xFF

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
    let start = range.lowerBound
    let length = range.count
    if length <= 16 {
      let (head, tail) = text.words(at: start, length: length)
      let hash = hash(head, tail, length)
      return Key(head: head, tail: tail, hash: hash, start: start, end: range.upperBound)
    }
    let hash = text[range].hash()
    let head = text.word(at: start)
    return Key(head: head, tail: hash, hash: hash, start: start, end: range.upperBound)
  }

  @inline(__always)
  private static func hash(_ head: UInt64, _ tail: UInt64, _ length: Int) -> UInt64 {
    mixed(head ^ hashKey0, tail ^ hashKey1 ^ UInt64(truncatingIfNeeded: length))
  }

  /// Asks for the memory that looking a word up will read.
  @inline(__always)
  func prefetch(_ key: Key) {
    slots.prefetch(Int(truncatingIfNeeded: key.hash) & (slots.count - 1))
  }

  /// Appends the tokens of a word met before.
  ///
  /// - Precondition: The output has room for ``slack`` tokens.
  /// - Returns: False where it was not met.
  @inline(__always)
  func append(_ key: Key, _ text: ByteView, to output: inout FlatArray<TokenID>) -> Bool {
    var place = Int(truncatingIfNeeded: key.hash) & (slots.count - 1)
    let length = key.length
    while true {
      let slot = slots[place]
      if slot.head == key.head, slot.tail == key.tail, slot.length == length,
        length != Self.longWord || isSame(slot, text, key.range)
      {
        if slot.count != Self.listed {
          output.append(slot.tokens, count: Int(slot.count))
        } else {
          let start = Int(slot.tokens.x)
          output.reserve(Int(slot.tokens.y) + Self.slack)
          for index in start..<start + Int(slot.tokens.y) { output.append(ids[index]) }
        }
        return true
      }
      if slot.length == 0 { return false }
      place = (place + 1) & (slots.count - 1)
    }
  }

  /// How many words are looked up together at most.
  static let groupSize = 64
  /// How much room the words of a group need.
  static let slack = 4 * (groupSize + 1)

  @inline(__always)
  private func isSame(_ slot: Slot, _ text: ByteView, _ range: Range<Int>) -> Bool {
    // The length stands before the bytes, in two bytes; the first eight are known to be the same.
    let place = Int(slot.tokens.z)
    guard Int(longBytes[place]) | Int(longBytes[place + 1]) << 8 == range.count else {
      return false
    }
    return longBytes.hasBytes(of: text[range.lowerBound + 8..<range.upperBound], at: place + 10)
  }

  /// Keeps the tokens of a word, the last of those already found.
  mutating func insert(
    _ key: Key,
    _ text: ByteView,
    _ found: borrowing FlatArray<TokenID>,
    from start: Int
  ) {
    let count = found.count - start
    let length = key.end - key.start
    if length > Self.longestWord || count == 0 { return }
    if 4 * (used + 1) > 3 * slots.count { growOrForget() }
    var slot = Slot(head: key.head, tail: key.tail)
    let isLong = length > 16
    let room = isLong ? 2 : 3
    var filled = UInt32(truncatingIfNeeded: count)
    if count <= room {
      for index in 0..<count { slot.tokens[index] = found[start + index] }
    } else {
      slot.tokens.x = UInt32(ids.count)
      slot.tokens.y = filled
      filled = Self.listed
      for index in start..<found.count { ids.append(found[index]) }
    }
    if isLong {
      slot.tokens.z = UInt32(longBytes.count)
      longBytes.append(UInt8(truncatingIfNeeded: length))
      longBytes.append(UInt8(truncatingIfNeeded: length >> 8))
      longBytes.append(text[key.range])
    }
    slot.tokens.w = (isLong ? Self.longWord : UInt32(length)) | filled << 8
    place(slot, key.hash)
    used += 1
  }

  private mutating func place(_ slot: Slot, _ hash: UInt64) {
    var place = Int(truncatingIfNeeded: hash) & (slots.count - 1)
    while slots[place].length != 0 { place = (place + 1) & (slots.count - 1) }
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
    for index in 0..<old.count where old[index].length != 0 {
      let slot = old[index]
      let isLong = slot.length == Self.longWord
      place(slot, isLong ? slot.tail : Self.hash(slot.head, slot.tail, Int(slot.length)))
    }
  }
}
