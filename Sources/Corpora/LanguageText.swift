import Files

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

  /// Reads the segments of a file, one a line or a record.
  ///
  /// Both LF and CR LF end a line; a byte order mark at the start is dropped.
  ///
  /// - Throws: ``CorporaError/file(_:)`` or ``CorporaError/emptyText(path:)``.
  init(
    tag: String,
    name: String,
    script: String?,
    path: String,
    form: TextInput.Form
  ) throws(CorporaError) {
    self.tag = tag
    self.name = name
    self.script = script
    var segments: [Segment] = []
    var count = 0
    do {
      let blocks = TextBlocks([try TextInput(path, form: form)])
      while let block = try blocks.next() {
        try block.checkDocuments()
        block.forEachLine { line in
          if !line.isEmpty {
            let text = line.withText { text in
              unsafe text.withUnsafeBytes { unsafe String(decoding: $0, as: UTF8.self) }
            }
            segments.append(Segment(index: count, text: text))
          }
          count += 1
        }
      }
    } catch {
      throw .file(error)
    }
    guard !segments.isEmpty else { throw .emptyText(path: path) }
    self.segments = segments
    lineCount = count
  }
}
