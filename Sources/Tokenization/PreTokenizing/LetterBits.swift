import UnicodeText

/// Which characters of two and three bytes are letters of a kind, a bit each: what runs of letters are
/// followed by.
///
/// Bytes that are not well-formed have no bit, so that two or three bytes of the right upper bits need
/// no other look.
@safe struct LetterBits: Sendable {
  /// The bits of all letters, of capitals and of small letters as ``LetterRun`` has them.
  static let letter = LetterBits(.letter)
  static let head = LetterBits(.head)
  static let tail = LetterBits(.tail)

  /// 64 characters each that share all bytes but the last: by the first of two bytes, then by the first
  /// two of three.
  // subtle: written only by the initializer, never freed, as the values live with the process.
  private nonisolated(unsafe) let bits: UnsafePointer<UInt64>
  private static let threeByteStart = 32

  private init(_ kind: CharacterClass) {
    let count = Self.threeByteStart + 1024
    let memory = UnsafeMutablePointer<UInt64>.allocate(capacity: count)
    unsafe memory.initialize(repeating: 0, count: count)
    // Below 2 and 32 stand bytes that spell a shorter character; nothing in the surrogates is a letter.
    for upper in 2..<1024 {
      var word: UInt64 = 0
      for lower in 0..<64
      where !CharacterClassTable.shared[upper: upper, lower: lower].isDisjoint(with: kind) {
        word |= 1 << UInt64(lower)
      }
      if upper < 32 {
        unsafe memory[upper] = word
      } else {
        unsafe memory[Self.threeByteStart + upper] = word
      }
    }
    unsafe bits = UnsafePointer(memory)
  }

  /// Whether two bytes, the first one lowest, are a character of the kind; bits above them do not count.
  ///
  /// - Precondition: They have the upper bits of a character of two bytes.
  @inline(__always)
  func hasTwo(_ bytes: UInt64) -> Bool {
    let upper = Int(truncatingIfNeeded: bytes & 0x1F)
    return unsafe bits[upper] &>> (bytes &>> 8) & 1 != 0
  }

  /// Whether eight bytes, the first one lowest, are four characters of the kind.
  ///
  /// - Precondition: They have the upper bits of characters of two bytes.
  @inline(__always)
  func hasFourOfTwo(_ bytes: UInt64) -> Bool {
    var all: UInt64 = 1
    for shift: UInt64 in [0, 16, 32, 48] {
      let upper = Int(truncatingIfNeeded: bytes &>> shift & 0x1F)
      all &= unsafe bits[upper] &>> (bytes &>> (shift &+ 8))
    }
    return all != 0
  }

  /// Whether three bytes, the first one lowest, are a character of the kind; bits above them do not
  /// count.
  ///
  /// - Precondition: They have the upper bits of a character of three bytes.
  @inline(__always)
  func hasThree(_ bytes: UInt64) -> Bool {
    let upper =
      Int(truncatingIfNeeded: bytes & 0x0F) << 6 | Int(truncatingIfNeeded: bytes &>> 8 & 0x3F)
    return unsafe bits[Self.threeByteStart &+ upper] &>> (bytes &>> 16) & 1 != 0
  }
}

/// The length that the upper bits of some bytes are of.
enum UpperBits {
  /// Whether the lowest two bytes have the upper bits of a character of two bytes.
  @inline(__always)
  static func areOfTwo(_ bytes: UInt64) -> Bool { bytes & 0xC0E0 == 0x80C0 }

  /// Whether eight bytes have the upper bits of four characters of two bytes.
  @inline(__always)
  static func areFourOfTwo(_ bytes: UInt64) -> Bool {
    bytes & 0xC0E0_C0E0_C0E0_C0E0 == 0x80C0_80C0_80C0_80C0
  }

  /// Whether the lowest six bytes have the upper bits of two characters of three bytes.
  @inline(__always)
  static func areTwoOfThree(_ bytes: UInt64) -> Bool {
    bytes & 0xC0_C0F0_C0C0_F0 == 0x80_80E0_8080_E0
  }

  /// Whether the lowest three bytes have the upper bits of a character of three bytes.
  @inline(__always)
  static func areOfThree(_ bytes: UInt64) -> Bool { bytes & 0xC0_C0F0 == 0x80_80E0 }
}
