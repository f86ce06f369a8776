import CICU

/// A regular expression of ICU over UTF-8.
///
/// For patterns that no scanner knows, and to hold the scanners to. One value is used by one
/// thread at a time, hence not `Sendable`.
@safe public final class RegularExpression {
  private let handle: OpaquePointer

  /// Compiles a pattern.
  ///
  /// - Throws: ``UnicodeTextError/pattern(_:place:code:)`` with the place of the mistake.
  public init(_ pattern: String) throws(UnicodeTextError) {
    let utf8 = Array(pattern.utf8)
    guard let length = Int32(exactly: utf8.count) else {
      throw .patternTooLong(byteCount: utf8.count)
    }
    var code: Int32 = 0
    var place: Int32 = 0
    guard let handle = unsafe icu_regex_open(utf8, length, &code, &place) else {
      let name = unsafe String(cString: icu_error_name(code))
      throw .pattern(pattern, place: Int(place), code: name)
    }
    unsafe self.handle = handle
  }

  deinit {
    unsafe icu_regex_close(handle)
  }

  /// All matches from left to right, in bytes of the text.
  ///
  /// - Throws: ``UnicodeTextError/icu(operation:code:)`` where matching takes too much memory.
  public func matches(in text: RawSpan) throws(UnicodeTextError) -> [Range<Int>] {
    var found: [Range<Int>] = []
    let code = unsafe withUnsafeMutablePointer(to: &found) { context in
      unsafe text.withUnsafeBytes { buffer in
        guard let start = buffer.baseAddress else { return Int32(0) }
        let bytes = unsafe start.assumingMemoryBound(to: UInt8.self)
        return unsafe icu_regex_find_all(handle, bytes, Int64(buffer.count), context, receiveMatch)
      }
    }
    if code > 0 {
      let name = unsafe String(cString: icu_error_name(code))
      throw .icu(operation: "match the regular expression", code: name)
    }
    return found
  }
}

private let receiveMatch: @convention(c) (UnsafeMutableRawPointer?, Int64, Int64) -> Void = {
  context,
  start,
  limit in
  guard let context = unsafe context, start <= limit else { return }
  unsafe context.assumingMemoryBound(to: [Range<Int>].self).pointee.append(
    Int(start)..<Int(limit)
  )
}
