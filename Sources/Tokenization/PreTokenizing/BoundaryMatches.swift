import UnicodeText

/// Cuts texts at the boundaries that ICU finds.
///
/// One value is used by one thread at a time, as ICU's iterators are.
final class BoundaryMatches {
  private let boundaries: TextBoundaries

  /// Finds words by the rules of a language.
  init(wordsIn locale: String) throws(UnicodeTextError) {
    boundaries = try TextBoundaries(.words, locale: locale)
  }

  /// Finds grapheme clusters.
  init() throws(UnicodeTextError) {
    boundaries = try TextBoundaries(.graphemes)
  }

  /// All segments.
  func segments(of text: ByteView) throws(UnicodeTextError) -> [Range<Int>] {
    try text.withSpan { (span) throws(UnicodeTextError) in
      try boundaries.segments(of: span).map(\.range)
    }
  }

  /// Pieces that are cut where words begin and end, a space before a word staying with it.
  ///
  /// What lies between two words is one piece otherwise: `hello, world` gives `hello`, `,`, ` world`.
  func words(of text: ByteView) throws(UnicodeTextError) -> [Range<Int>] {
    let segments = try text.withSpan { (span) throws(UnicodeTextError) in
      try boundaries.segments(of: span)
    }
    var cuts: [Int] = []
    for segment in segments where segment.isWord {
      let start = segment.range.lowerBound
      let hasSpace =
        start > cuts.last ?? 0 && text[start - 1] == UInt8(ascii: " ")
      cuts.append(hasSpace ? start - 1 : start)
      cuts.append(segment.range.upperBound)
    }
    cuts.append(text.count)
    var pieces: [Range<Int>] = []
    var position = 0
    for cut in cuts where cut > position {
      pieces.append(position..<cut)
      position = cut
    }
    return pieces
  }

  /// Pieces that touch inside a grapheme cluster are joined to one.
  func joined(_ pieces: [Range<Int>], in text: ByteView) throws(UnicodeTextError) -> [Range<Int>] {
    if text.isPlain { return pieces }
    var ends = try segments(of: text).map(\.upperBound)[...]
    var joined: [Range<Int>] = []
    for piece in pieces {
      // The first boundary at or after the piece's start.
      while let end = ends.first, end < piece.lowerBound { ends.removeFirst() }
      let isBoundary = piece.lowerBound == 0 || ends.first == piece.lowerBound
      if !isBoundary, let last = joined.last, last.upperBound == piece.lowerBound {
        joined[joined.count - 1] = last.lowerBound..<piece.upperBound
      } else {
        joined.append(piece)
      }
    }
    return joined
  }
}

extension ByteView {
  /// Whether every byte is a grapheme cluster of its own: ASCII without a carriage return.
  fileprivate var isPlain: Bool {
    for index in 0..<count where self[index] >= 0x80 || self[index] == 0x0D { return false }
    return true
  }
}
