/// Byte strings numbered in the order of their insertion, found by their bytes.
///
/// One arena of bytes, one array of ends and one open-addressing table of hashes and numbers.
struct StringTable: ~Copyable {
  private var bytes: FlatArray<UInt8>
  /// Where each string ends in the arena.
  private var ends: FlatArray<UInt32>
  /// The upper half of the hash above the number + 1; 0 is free.
  private var slots: FlatArray<UInt64>

  init(capacity: Int = 0, byteCapacity: Int = 0) {
    bytes = FlatArray(capacity: byteCapacity)
    ends = FlatArray(capacity: capacity)
    slots = FlatArray(repeating: 0, count: tableSize(for: capacity))
  }

  var count: Int { ends.count }

  /// The bytes of all strings together.
  var byteCount: Int { bytes.count }

  /// Where a string lies in the arena.
  @inline(__always)
  private func range(_ number: Int) -> Range<Int> {
    Int(number == 0 ? 0 : ends[number - 1])..<Int(ends[number])
  }

  /// Lends the bytes of a string.
  @inline(__always)
  func withString<Result>(_ number: Int, _ body: (ByteView) -> Result) -> Result {
    withArena { arena in body(arena[range(number)]) }
  }

  /// Copies a string.
  func string(_ number: Int) -> [UInt8] {
    withString(number) { $0.toArray() }
  }

  /// The length of a string in bytes.
  @inline(__always)
  func length(_ number: Int) -> Int { range(number).count }

  @inline(__always)
  private func withArena<Result>(_ body: (ByteView) -> Result) -> Result {
    unsafe bytes.withElements { buffer in
      // subtle: an arena has room for at least one element, hence an address.
      guard let start = buffer.baseAddress else { preconditionFailure("an arena without memory") }
      return unsafe body(ByteView(start: start, count: buffer.count))
    }
  }

  /// The number of a string, or nil.
  func find(_ string: ByteView) -> Int? {
    let hash = string.hash()
    var place = Int(truncatingIfNeeded: hash) & (slots.count - 1)
    while slots[place] != 0 {
      let slot = slots[place]
      if slot >> 32 == hash >> 32 {
        let number = Int(slot & 0xFFFF_FFFF) - 1
        if withString(number, { $0.isEqual(to: string) }) { return number }
      }
      place = (place + 1) & (slots.count - 1)
    }
    return nil
  }

  /// Adds a string that is not there yet and gives its number; nil where it is there already.
  ///
  /// - Precondition: The strings hold fewer than 2³² bytes together.
  mutating func insert(_ string: ByteView) -> Int? {
    if 4 * (ends.count + 1) > 3 * slots.count { grow() }
    let hash = string.hash()
    var place = Int(truncatingIfNeeded: hash) & (slots.count - 1)
    while slots[place] != 0 {
      let slot = slots[place]
      if slot >> 32 == hash >> 32 {
        let number = Int(slot & 0xFFFF_FFFF) - 1
        if withString(number, { $0.isEqual(to: string) }) { return nil }
      }
      place = (place + 1) & (slots.count - 1)
    }
    precondition(bytes.count + string.count < 1 << 32, "\(bytes.count) bytes of strings")
    bytes.append(string)
    ends.append(UInt32(bytes.count))
    slots[place] = (hash >> 32) << 32 | UInt64(ends.count)
    return ends.count - 1
  }

  private mutating func grow() {
    let size = 2 * slots.count
    var larger = FlatArray<UInt64>(repeating: 0, count: size)
    for number in 0..<ends.count {
      let hash = withString(number) { $0.hash() }
      var place = Int(truncatingIfNeeded: hash) & (size - 1)
      while larger[place] != 0 { place = (place + 1) & (size - 1) }
      larger[place] = (hash >> 32) << 32 | UInt64(number + 1)
    }
    slots = larger
  }
}

/// The power of two that holds some entries at three quarters of its places.
func tableSize(for count: Int) -> Int {
  var size = 16
  while 3 * size < 4 * count + 4 { size *= 2 }
  return size
}
