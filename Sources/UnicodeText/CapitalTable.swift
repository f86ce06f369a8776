import CICU

/// The characters that have a small letter: a text without them has nothing to be made small.
///
/// Built at first use in about two milliseconds.
struct CapitalTable: Sendable {
  /// The one table.
  static let shared = CapitalTable()

  /// A bit for each code point of the first two planes; in the others nothing has case.
  private let bits: [UInt64]

  private init() {
    var bits = [UInt64](repeating: 0, count: 0x2_0000 >> 6)
    for value in UInt32(0)..<0x2_0000 {
      // Ideographs and Hangul, whose many code points never have case.
      if (0x3400..<0xA000).contains(value) || (0xAC00..<0xD7A4).contains(value) { continue }
      guard let scalar = Unicode.Scalar(value) else { continue }
      // The two may know different versions of Unicode.
      if scalar.properties.changesWhenLowercased || icu_changes_when_lowercased(value) {
        bits[Int(value >> 6)] |= 1 << (value & 63)
      }
    }
    self.bits = bits
  }

  /// Whether a character has a small letter.
  @inline(__always)
  func contains(_ scalar: UInt32) -> Bool {
    scalar < 0x2_0000 && bits[Int(scalar >> 6)] >> (scalar & 63) & 1 != 0
  }

  /// Visits the characters of a text that have a small letter.
  @inline(__always)
  func forEachCapital(in text: RawSpan, _ body: (Unicode.Scalar, Range<Int>) -> Void) {
    unsafe text.withUnsafeBytes { buffer in
      let bytes = unsafe address(of: buffer)
      var position = 0
      while position < buffer.count {
        if position + 8 <= buffer.count {
          let word = unsafe buffer.loadUnaligned(fromByteOffset: position, as: UInt64.self)
          if isPlain(word) {
            position += 8
            continue
          }
        }
        let byte = unsafe bytes[position]
        if byte < 0x80 {
          if (0x41...0x5A).contains(byte) {
            body(Unicode.Scalar(byte), position..<position + 1)
          }
          position += 1
          continue
        }
        let step = unsafe UTF8Decoding.step(bytes, at: position, limit: buffer.count)
        let range = position..<position + step.length
        position = range.upperBound
        if step.isWellFormed, contains(step.scalar), let scalar = Unicode.Scalar(step.scalar) {
          body(scalar, range)
        }
      }
    }
  }
}

/// Whether a text is ASCII without capitals.
func isSmallASCII(_ text: RawSpan) -> Bool {
  unsafe text.withUnsafeBytes { buffer in
    var position = 0
    while position + 8 <= buffer.count {
      let word = unsafe buffer.loadUnaligned(fromByteOffset: position, as: UInt64.self)
      if !isPlain(word) { return false }
      position += 8
    }
    while position < buffer.count {
      let byte = unsafe buffer[position]
      if byte >= 0x80 || (0x41...0x5A).contains(byte) { return false }
      position += 1
    }
    return true
  }
}

/// Whether eight bytes are ASCII and none a capital.
@inline(__always)
private func isPlain(_ word: UInt64) -> Bool {
  let ones: UInt64 = 0x0101_0101_0101_0101
  let low = word & (0x7F &* ones)
  // The upper bit of each sum says whether the byte reaches A, and goes beyond Z.
  let reaches = low &+ (0x80 - 0x41) &* ones
  let exceeds = low &+ (0x80 - 0x5B) &* ones
  return ((reaches & ~exceeds) | word) & (0x80 &* ones) == 0
}
