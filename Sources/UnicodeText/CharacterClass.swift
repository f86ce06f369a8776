/// What the pre-tokenizers' patterns ask about a code point.
///
/// The classes are those of Unicode 16 whatever the version of the ICU below, so that one tokenizer
/// splits alike on every machine.
public struct CharacterClass: OptionSet, Sendable, Hashable {
  /// The bits.
  public let rawValue: UInt8

  /// Creates a class from its bits.
  @inlinable @inline(__always)
  public init(rawValue: UInt8) {
    self.rawValue = rawValue
  }

  /// `\p{L}`: letters.
  @inlinable @inline(__always)
  public static var letter: CharacterClass { CharacterClass(rawValue: 1) }
  /// `\p{M}`: combining marks.
  @inlinable @inline(__always)
  public static var combining: CharacterClass { CharacterClass(rawValue: 2) }
  /// `\p{N}`: numbers of all kinds.
  @inlinable @inline(__always)
  public static var number: CharacterClass { CharacterClass(rawValue: 4) }
  /// `\s`: white space, the property White_Space.
  @inlinable @inline(__always)
  public static var whitespace: CharacterClass { CharacterClass(rawValue: 8) }
  /// Carriage return and line feed, which are white space too.
  @inlinable @inline(__always)
  public static var newline: CharacterClass { CharacterClass(rawValue: 16) }
  /// `[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]`: what may stand where capitals stand.
  @inlinable @inline(__always)
  public static var head: CharacterClass { CharacterClass(rawValue: 32) }
  /// `[\p{Ll}\p{Lm}\p{Lo}\p{M}]`: what may stand where small letters stand.
  @inlinable @inline(__always)
  public static var tail: CharacterClass { CharacterClass(rawValue: 64) }

  /// Capitals and title case letters.
  static let upper: CharacterClass = [.letter, .head]
  /// Small letters.
  static let lower: CharacterClass = [.letter, .tail]
  /// Letters without case, and modifier letters.
  static let uncased: CharacterClass = [.letter, .head, .tail]
  /// Marks, which go with letters of either kind.
  static let mark: CharacterClass = [.combining, .head, .tail]

  /// The class of a code point.
  public init(of scalar: Unicode.Scalar) {
    self = CharacterClassTable.shared[scalar.value]
  }

  /// The class of a general category in ICU's numbering.
  init(category: UInt8) {
    switch category {
    case 1, 3: self = .upper
    case 2: self = .lower
    case 4, 5: self = .uncased
    case 6, 7, 8: self = .mark
    case 9, 10, 11: self = .number
    case 12, 13, 14: self = .whitespace
    default: self = []
    }
  }
}

/// The white space among the control characters, which categories do not tell.
let controlWhitespace: [(UInt32, CharacterClass)] = [
  (0x09, .whitespace), (0x0A, [.whitespace, .newline]), (0x0B, .whitespace), (0x0C, .whitespace),
  (0x0D, [.whitespace, .newline]), (0x85, .whitespace),
]

/// Letters, marks and numbers of Unicode 15.1 and 16.0, for an ICU that does not know them yet.
///
/// - Source: Unicode Character Database 16.0, DerivedGeneralCategory.txt against that of 15.0.
let laterClasses: [(first: UInt32, last: UInt32, CharacterClass)] = [
  (0x897, 0x897, .mark),
  (0x1C89, 0x1C89, .upper),
  (0x1C8A, 0x1C8A, .lower),
  (0xA7CB, 0xA7CC, .upper),
  (0xA7CD, 0xA7CD, .lower),
  (0xA7DA, 0xA7DA, .upper),
  (0xA7DB, 0xA7DB, .lower),
  (0xA7DC, 0xA7DC, .upper),
  (0x1_05C0, 0x1_05F3, .uncased),
  (0x1_0D40, 0x1_0D49, .number),
  (0x1_0D4A, 0x1_0D4F, .uncased),
  (0x1_0D50, 0x1_0D65, .upper),
  (0x1_0D69, 0x1_0D6D, .mark),
  (0x1_0D6F, 0x1_0D6F, .uncased),
  (0x1_0D70, 0x1_0D85, .lower),
  (0x1_0EC2, 0x1_0EC4, .uncased),
  (0x1_0EFC, 0x1_0EFC, .mark),
  (0x1_1380, 0x1_1389, .uncased),
  (0x1_138B, 0x1_138B, .uncased),
  (0x1_138E, 0x1_138E, .uncased),
  (0x1_1390, 0x1_13B5, .uncased),
  (0x1_13B7, 0x1_13B7, .uncased),
  (0x1_13B8, 0x1_13C0, .mark),
  (0x1_13C2, 0x1_13C2, .mark),
  (0x1_13C5, 0x1_13C5, .mark),
  (0x1_13C7, 0x1_13CA, .mark),
  (0x1_13CC, 0x1_13D0, .mark),
  (0x1_13D1, 0x1_13D1, .uncased),
  (0x1_13D2, 0x1_13D2, .mark),
  (0x1_13D3, 0x1_13D3, .uncased),
  (0x1_13E1, 0x1_13E2, .mark),
  (0x1_16D0, 0x1_16E3, .number),
  (0x1_1BC0, 0x1_1BE0, .uncased),
  (0x1_1BF0, 0x1_1BF9, .number),
  (0x1_1F5A, 0x1_1F5A, .mark),
  (0x1_3460, 0x1_43FA, .uncased),
  (0x1_6100, 0x1_611D, .uncased),
  (0x1_611E, 0x1_612F, .mark),
  (0x1_6130, 0x1_6139, .number),
  (0x1_6D40, 0x1_6D6C, .uncased),
  (0x1_6D70, 0x1_6D79, .number),
  (0x1_8CFF, 0x1_8CFF, .uncased),
  (0x1_CCF0, 0x1_CCF9, .number),
  (0x1_E5D0, 0x1_E5ED, .uncased),
  (0x1_E5EE, 0x1_E5EF, .mark),
  (0x1_E5F0, 0x1_E5F0, .uncased),
  (0x1_E5F1, 0x1_E5FA, .number),
  (0x2_EBF0, 0x2_EE5D, .uncased),
]
