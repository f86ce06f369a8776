import Randomness

/// Changes files in the ways that readers stumble over.
struct Mutator {
  private var generator: Xoshiro256

  /// Numbers that overflow, name too much, or stand at a border.
  private static let numbers = [
    "0", "-1", "1", "127", "255", "256", "65535", "65536", "2147483647", "2147483648",
    "4294967295", "4294967296", "9007199254740993", "9223372036854775807", "9223372036854775808",
    "18446744073709551616", "1e309", "-1e309", "1e-400", "0.5", "NaN", "null", "true", "\"\"",
    "[]", "{}", "99999999999999999999999999999999",
  ].map { Array($0.utf8) }

  /// Bytes that mean something in one format or another.
  private static let signs =
    Array("{}[]\":,\\\n\r\t \0ueE+-./#".utf8) + [
      0x7F, 0x80, 0xC0, 0xED, 0xF4, 0xFE, 0xFF,
    ]

  init(_ generator: Xoshiro256) {
    self.generator = generator
  }

  /// A file with one to four changes.
  mutating func mutate(_ bytes: [UInt8], beside others: [[UInt8]]) -> [UInt8] {
    var bytes = bytes
    for _ in 0...generator.below(4) { change(&bytes, others) }
    return bytes
  }

  private mutating func change(_ bytes: inout [UInt8], _ others: [[UInt8]]) {
    let place = generator.below(bytes.count + 1)
    switch generator.below(12) {
    case 0:
      if place < bytes.count { bytes[place] ^= 1 << UInt8(generator.below(8)) }
    case 1:
      if place < bytes.count { bytes[place] = UInt8(generator.below(256)) }
    case 2:
      if place < bytes.count { bytes[place] = pick(Self.signs) }
    case 3: bytes.insert(pick(Self.signs), at: place)
    case 4: bytes.removeSubrange(place...)
    case 5: bytes.removeSubrange(range(in: bytes, from: place))
    case 6:
      let copied = Array(bytes[range(in: bytes, from: place)])
      bytes.insert(contentsOf: copied, at: generator.below(bytes.count + 1))
    case 7: replaceNumber(in: &bytes, near: place)
    case 8: overwriteWord(in: &bytes, at: place)
    case 9:
      let count = [3, 130, 5000, 100_000][generator.below(4)]
      bytes.insert(contentsOf: repeatElement(pick(Self.signs), count: count), at: place)
    case 10:
      guard let other = others.isEmpty ? nil : others[generator.below(others.count)] else { return }
      bytes.insert(
        contentsOf: other[range(in: other, from: generator.below(other.count + 1))],
        at: place
      )
    default: swapParts(of: &bytes)
    }
  }

  private mutating func pick(_ choices: [UInt8]) -> UInt8 {
    choices[generator.below(choices.count)]
  }

  /// A range from a place on, short ones more often.
  private mutating func range(in bytes: [UInt8], from place: Int) -> Range<Int> {
    let longest = [4, 16, 64, 4096][generator.below(4)]
    return place..<min(bytes.count, place + 1 + generator.below(longest))
  }

  /// Puts another number in the place of the next one.
  private mutating func replaceNumber(in bytes: inout [UInt8], near place: Int) {
    let isDigit: (UInt8) -> Bool = { (0x30...0x39).contains($0) }
    guard let start = bytes[place...].firstIndex(where: isDigit) else { return }
    let end = bytes[start...].firstIndex { !isDigit($0) } ?? bytes.count
    bytes.replaceSubrange(start..<end, with: Self.numbers[generator.below(Self.numbers.count)])
  }

  /// Writes a little-endian number of 2, 4 or 8 bytes.
  private mutating func overwriteWord(in bytes: inout [UInt8], at place: Int) {
    let values: [UInt64] = [
      0, 1, 0x7F, 0xFF, 0xFFFF, 0x7FFF_FFFF, 0xFFFF_FFFF, 0x1_0000_0000, 1 << 40, .max >> 1, .max,
    ]
    let value = values[generator.below(values.count)]
    let width = [2, 4, 8][generator.below(3)]
    for offset in 0..<width where place + offset < bytes.count {
      bytes[place + offset] = UInt8(truncatingIfNeeded: value >> UInt64(8 * offset))
    }
  }

  private mutating func swapParts(of bytes: inout [UInt8]) {
    guard bytes.count > 1 else { return }
    let cut = 1 + generator.below(bytes.count - 1)
    bytes = Array(bytes[cut...] + bytes[..<cut])
  }
}
