/// One segment of a corpus: a line, and where it stands.
public struct Segment: Sendable, Hashable {
  /// The line's index in its file, counted from 0; on parallel text, the identity of the content.
  public let index: Int
  /// The line without its end.
  public let text: String

  /// Creates a segment.
  public init(index: Int, text: String) {
    self.index = index
    self.text = text
  }
}

/// The text of one language: its segments in file order.
///
/// Empty lines are kept in the numbering and left out of the segments: on parallel text they stand
/// for content that this language lacks.
public struct LanguageText: Sendable, Hashable {
  /// The BCP-47 tag, such as `zh-Hans`.
  public let tag: String
  /// The language's English name; the tag where nothing names it.
  public let name: String
  /// The ISO 15924 code of the script, where the manifest names it.
  public let script: String?
  /// The segments that are not empty.
  public let segments: [Segment]
  /// The number of lines, empty ones included.
  public let lineCount: Int

  /// Reads segments from UTF-8 bytes, one a line; both LF and CR LF end a line.
  ///
  /// A byte order mark at the start is dropped.
  ///
  /// - Throws: ``CorporaError/notUTF8(path:line:byteOffset:)`` or
  ///   ``CorporaError/emptyText(path:)``.
  init(
    tag: String,
    name: String,
    script: String?,
    path: String,
    bytes: [UInt8]
  ) throws(CorporaError) {
    self.tag = tag
    self.name = name
    self.script = script
    do {
      _ = try UTF8Span(validating: bytes.span)
    } catch {
      let offset = error.byteOffsets.lowerBound
      let line = bytes[..<offset].reduce(1) { $0 + ($1 == 0x0A ? 1 : 0) }
      throw .notUTF8(path: path, line: line, byteOffset: offset)
    }
    var segments: [Segment] = []
    var start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    var line = 0
    while start < bytes.count {
      let end = bytes[start...].firstIndex(of: 0x0A) ?? bytes.count
      var textEnd = end
      if textEnd > start, bytes[textEnd - 1] == 0x0D { textEnd -= 1 }
      if textEnd > start {
        segments.append(
          Segment(index: line, text: String(decoding: bytes[start..<textEnd], as: UTF8.self))
        )
      }
      line += 1
      start = end + 1
    }
    guard !segments.isEmpty else { throw .emptyText(path: path) }
    self.segments = segments
    lineCount = line
  }
}
