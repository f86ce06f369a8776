/// Reading one code point from bytes that may not be well-formed UTF-8.
///
/// Ill-formed bytes come out as U+FFFD, one for each maximal ill-formed part, as the Unicode
/// Standard recommends (section 3.9, "U+FFFD Substitution of Maximal Subparts").
public enum UTF8Decoding {
  /// A code point and how many bytes it takes.
  @frozen public struct Step: Sendable, Equatable {
    /// The code point, U+FFFD for ill-formed bytes.
    public let scalar: UInt32
    /// The bytes it takes: 1 to 4.
    public let length: Int
    /// False where the bytes are ill-formed.
    public let isWellFormed: Bool

    /// Creates a step.
    @inlinable @inline(__always)
    public init(scalar: UInt32, length: Int, isWellFormed: Bool) {
      self.scalar = scalar
      self.length = length
      self.isWellFormed = isWellFormed
    }
  }

  /// Reads the code point that starts at a position.
  ///
  /// - Parameters:
  ///   - bytes: The start of the text; `limit` bytes can be read.
  ///   - position: Where the code point starts, below `limit`.
  ///   - limit: The end of the text.
  /// - Returns: The code point and its length.
  @unsafe @inlinable @inline(__always)
  public static func step(
    _ bytes: UnsafePointer<UInt8>,
    at position: Int,
    limit: Int
  ) -> Step {
    let lead = unsafe bytes[position]
    if lead < 0x80 { return Step(scalar: UInt32(lead), length: 1, isWellFormed: true) }
    if lead < 0xC2 || lead > 0xF4 { return illFormed(1) }
    guard position + 1 < limit else { return illFormed(1) }
    let second = unsafe bytes[position + 1]
    if lead < 0xE0 {
      guard second & 0xC0 == 0x80 else { return illFormed(1) }
      let scalar = UInt32(lead & 0x1F) << 6 | UInt32(second & 0x3F)
      return Step(scalar: scalar, length: 2, isWellFormed: true)
    }
    guard second & 0xC0 == 0x80, isSecond(second, after: lead) else { return illFormed(1) }
    guard position + 2 < limit else { return illFormed(2) }
    let third = unsafe bytes[position + 2]
    guard third & 0xC0 == 0x80 else { return illFormed(2) }
    let upper = UInt32(second & 0x3F) << 6 | UInt32(third & 0x3F)
    if lead < 0xF0 {
      return Step(scalar: UInt32(lead & 0x0F) << 12 | upper, length: 3, isWellFormed: true)
    }
    guard position + 3 < limit else { return illFormed(3) }
    let fourth = unsafe bytes[position + 3]
    guard fourth & 0xC0 == 0x80 else { return illFormed(3) }
    let scalar = UInt32(lead & 0x07) << 18 | upper << 6 | UInt32(fourth & 0x3F)
    return Step(scalar: scalar, length: 4, isWellFormed: true)
  }

  /// Whether a continuation byte may follow a lead byte of three or four: no overlong forms, no
  /// surrogates, nothing above U+10FFFF.
  @inlinable @inline(__always)
  static func isSecond(_ second: UInt8, after lead: UInt8) -> Bool {
    switch lead {
    case 0xE0: second >= 0xA0
    case 0xED: second < 0xA0
    case 0xF0: second >= 0x90
    case 0xF4: second < 0x90
    default: true
    }
  }

  @inlinable @inline(__always)
  static func illFormed(_ length: Int) -> Step {
    Step(scalar: 0xFFFD, length: length, isWellFormed: false)
  }
}
