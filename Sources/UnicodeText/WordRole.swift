import CICU

/// What a character is to the rules for word boundaries, as far as two characters in a row tell
/// surely that a word ends between them, whatever stands around them.
///
/// ICU gives a dictionary only what lies between two boundaries of its rules. Where the rules surely
/// have a boundary, no dictionary looks across it.
///
/// - Source: Unicode Standard Annex #29, section 4.1.1.
public enum WordRole: Sendable, Hashable {
  /// The end of a line.
  case newline
  /// A space; only spaces are joined to it.
  case space
  /// A sign that is joined to no other, and that no dictionary looks at.
  case apart
  /// A sign that may stand inside of words and numbers: `'`, `.`, `,`.
  case middle
  /// A letter or a digit, those of scripts with dictionaries included.
  case letter
  /// An ideograph or a letter of kana, which signs inside of words are never joined to.
  case ideograph
  /// A letter or syllable of Hangul, which is no word where marks follow.
  case syllable
  /// A mark, which belongs to what is before it.
  case mark
  /// Anything else.
  case other

  /// The role of a character.
  public init(of scalar: Unicode.Scalar) {
    self =
      switch icu_word_role_of(scalar.value) {
      case ICU_WORD_NEWLINE: .newline
      case ICU_WORD_SPACE: .space
      case ICU_WORD_APART: .apart
      case ICU_WORD_MIDDLE: .middle
      case ICU_WORD_LETTER: .letter
      case ICU_WORD_IDEOGRAPH: .ideograph
      case ICU_WORD_SYLLABLE: .syllable
      case ICU_WORD_MARK: .mark
      default: .other
      }
  }

  /// Whether a word surely ends between this character and another.
  ///
  /// - Parameters:
  ///   - next: The other one.
  ///   - hasMarks: Whether marks stand between the two.
  /// - Returns: False where that depends on more.
  public func endsWord(before next: WordRole, hasMarks: Bool = false) -> Bool {
    switch next {
    case .newline, .space, .apart:
      self == .letter || self == .ideograph || (self == .syllable && !hasMarks)
    case .middle: self == .ideograph
    default: false
    }
  }
}
