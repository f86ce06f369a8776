/// Finds the occurrences of a ``TextPattern``.
///
/// One value is used by one thread at a time.
public final class PatternMatcher {
  private enum Method {
    case literal([UInt8])
    case regularExpression(RegularExpression)
  }

  private let method: Method

  /// Creates a matcher.
  ///
  /// - Throws: ``UnicodeTextError/pattern(_:place:code:)`` for an empty text and for a regular
  ///   expression that is wrong.
  public init(_ pattern: TextPattern) throws(UnicodeTextError) {
    switch pattern {
    case .literal(let text):
      if text.isEmpty { throw .pattern(text, place: 0, code: "it is empty") }
      method = .literal(Array(text.utf8))
    case .regularExpression(let pattern):
      method = .regularExpression(try RegularExpression(portable: pattern))
    }
  }

  /// The occurrences from left to right, which do not overlap; some of a regular expression's may be
  /// empty.
  ///
  /// - Throws: ``UnicodeTextError/icu(operation:code:)`` where matching takes too much memory.
  public func matches(in text: RawSpan) throws(UnicodeTextError) -> [Range<Int>] {
    switch method {
    case .literal(let literal): return occurrences(of: literal, in: text)
    case .regularExpression(let expression):
      // An empty match right after another one does not count.
      var end = -1
      return try expression.matches(in: text).filter { match in
        defer { end = match.upperBound }
        return !match.isEmpty || match.lowerBound != end
      }
    }
  }

  private func occurrences(of literal: [UInt8], in text: RawSpan) -> [Range<Int>] {
    unsafe text.withUnsafeBytes { buffer in
      var found: [Range<Int>] = []
      var position = 0
      while position + literal.count <= buffer.count {
        var length = 0
        while length < literal.count, unsafe buffer[position + length] == literal[length] {
          length += 1
        }
        if length == literal.count {
          found.append(position..<position + length)
          position += length
        } else {
          position += 1
        }
      }
      return found
    }
  }
}
