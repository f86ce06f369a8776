import UnicodeText

/// Finds words and grapheme clusters of texts.
///
/// Words are those of Unicode's word boundaries with a letter or a digit in them, which ICU finds by
/// dictionary where a script writes no spaces. One value is used by one thread at a time.
///
/// - Source: Unicode Standard Annex #29.
final class TextSegmenter {
  private let word: RegularExpression
  private let grapheme: RegularExpression

  init() throws(UnicodeTextError) {
    word = try RegularExpression("(?w)[\\p{L}\\p{N}].*?\\b")
    grapheme = try RegularExpression("\\X")
  }

  /// The words of a text in UTF-8.
  func words(in text: RawSpan) throws(UnicodeTextError) -> [Range<Int>] {
    try word.matches(in: text)
  }

  /// How many grapheme clusters a text has.
  func graphemeCount(in text: RawSpan) throws(UnicodeTextError) -> Int {
    try grapheme.matches(in: text).count
  }
}
