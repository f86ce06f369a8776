import CICU

/// Finds the boundaries of grapheme clusters or words in UTF-8.
///
/// Words of Thai, Lao, Khmer, Burmese, Chinese and Japanese, which write no spaces, are found with
/// ICU's dictionaries. One value is used by one thread at a time, hence not `Sendable`.
///
/// - Source: Unicode Standard Annex #29.
@safe public final class TextBoundaries {
  /// What lies between two boundaries.
  public enum Kind: Sendable, Hashable {
    /// What people take for one character: `क्षि`, a flag, a family.
    case graphemes
    /// Words, and what lies between them: spaces, punctuation.
    case words
  }

  /// A stretch between two boundaries.
  public struct Segment: Sendable, Hashable {
    /// Its bytes.
    public let range: Range<Int>
    /// Whether it is a word or a number; never for a grapheme cluster.
    public let isWord: Bool
  }

  private let handle: OpaquePointer

  /// Opens a finder.
  ///
  /// - Parameters:
  ///   - kind: What is looked for.
  ///   - locale: A BCP 47 tag for the rules that differ by language; the usual rules where empty.
  /// - Throws: ``UnicodeTextError/locale(_:)`` for a text that is no tag.
  public init(_ kind: Kind, locale: String = "") throws(UnicodeTextError) {
    try checkLocale(locale)
    var code: Int32 = 0
    let boundary = kind == .words ? ICU_WORDS : ICU_GRAPHEMES
    guard
      let handle = unsafe icu_breaker_open(
        boundary,
        locale.isEmpty ? "und" : locale,
        &code
      )
    else {
      let name = unsafe String(cString: icu_error_name(code))
      throw .icu(operation: "open the rules for boundaries", code: name)
    }
    unsafe self.handle = handle
  }

  deinit {
    unsafe icu_breaker_close(handle)
  }

  /// The segments of a text, in order: they touch and cover it.
  ///
  /// - Throws: ``UnicodeTextError/icu(operation:code:)`` where ICU gives up.
  public func segments(of text: RawSpan) throws(UnicodeTextError) -> [Segment] {
    var collected = CollectedSegments()
    for part in lineParts(of: text) {
      collected.start = part.lowerBound
      let code = unsafe withUnsafeMutablePointer(to: &collected) { context in
        unsafe text.extracting(part).withUnsafeBytes { buffer in
          unsafe icu_breaker_find_all(
            handle,
            address(of: buffer),
            Int32(buffer.count),
            context,
            receiveBoundary
          )
        }
      }
      if code > 0 {
        throw .icu(operation: "find boundaries", code: unsafe String(cString: icu_error_name(code)))
      }
    }
    return collected.segments
  }

  /// The segments of a text as texts.
  public func segments(of text: String) throws(UnicodeTextError) -> [String] {
    let utf8 = Array(text.utf8)
    return try unsafe segments(of: utf8.span.bytes).map {
      String(decoding: utf8[$0.range], as: UTF8.self)
    }
  }

  /// How many segments a text has, all of them and those that are words.
  public func count(in text: RawSpan) throws(UnicodeTextError) -> (segments: Int, words: Int) {
    let segments = try segments(of: text)
    return (segments.count, segments.reduce(0) { $0 + ($1.isWord ? 1 : 0) })
  }
}

private struct CollectedSegments {
  var segments: [TextBoundaries.Segment] = []
  var start = 0
}

private let receiveBoundary: @convention(c) (UnsafeMutableRawPointer?, Int32, Bool) -> Void = {
  context,
  end,
  isWord in
  guard let context = unsafe context else { return }
  let collected = unsafe context.assumingMemoryBound(to: CollectedSegments.self)
  let lower = unsafe collected.pointee.segments.last?.range.upperBound ?? 0
  let upper = unsafe Int(end) + collected.pointee.start
  guard lower < upper else { return }
  unsafe collected.pointee.segments.append(
    TextBoundaries.Segment(range: lower..<upper, isWord: isWord)
  )
}
