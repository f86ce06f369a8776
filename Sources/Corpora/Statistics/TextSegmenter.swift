import UnicodeText

/// Finds words and grapheme clusters of texts.
///
/// Words are the segments between Unicode's word boundaries that are words or numbers, which ICU
/// finds by dictionary where a script writes no spaces. One value is used by one thread at a time.
///
/// - Source: Unicode Standard Annex #29.
final class TextSegmenter {
  private let wordFinder: TextBoundaries
  private let graphemeFinder: TextBoundaries

  init() throws(UnicodeTextError) {
    wordFinder = try TextBoundaries(.words)
    graphemeFinder = try TextBoundaries(.graphemes)
  }

  /// The words of a text in UTF-8.
  func words(in text: RawSpan) throws(UnicodeTextError) -> [Range<Int>] {
    try wordFinder.segments(of: text).compactMap { $0.isWord ? $0.range : nil }
  }

  /// How many grapheme clusters a text has.
  func graphemeCount(in text: RawSpan) throws(UnicodeTextError) -> Int {
    try graphemeFinder.count(in: text).segments
  }
}
