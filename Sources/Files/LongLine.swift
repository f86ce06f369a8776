/// The document of a line that comes in parts, of any length in constant memory.
///
/// Its parts, put together, are what a block of the whole line has as its document; they are empty
/// where it has none.
public struct LongLine {
  private let policy: UTF8Stream.Policy
  private var record: JSONRecordStream?
  /// How many bytes of the line were read, and how many a byte order mark has in front of it.
  private var byteCount = 0
  private var markLength: Int?

  /// Starts a line.
  ///
  /// - Parameters:
  ///   - form: What a document is.
  ///   - policy: What becomes of bytes that are not UTF-8; in records they are an error.
  public init(_ form: TextInput.Form, _ policy: UTF8Stream.Policy) {
    switch form {
    case .lines: self.policy = policy
    case .records(let field):
      self.policy = .refuse
      record = JSONRecordStream(field: Array(field.utf8))
    }
  }

  /// The bytes of the document in the next part of the line.
  ///
  /// - Throws: ``FilesError/notUTF8(path:line:byte:value:)`` where that is refused,
  ///   ``FilesError/wrongRecord(path:line:byte:problem:)``.
  public mutating func text(of part: TextBlock) throws(FilesError) -> [UInt8] {
    var bytes = part.withBytes { bytes in unsafe bytes.withUnsafeBytes { unsafe Array($0) } }
    let place = part.place(of: 0)
    let mark = markLength ?? place.byte - 1
    let start = mark + byteCount
    markLength = mark
    byteCount += bytes.count
    let isLast = part.extent != .part(isLast: false)
    if isLast {
      if bytes.last == 0x0A { bytes.removeLast() }
      // Lines of a file's end lose it too.
      if bytes.last == 0x0D { bytes.removeLast() }
    }
    switch policy {
    case .keep: return bytes
    case .replace: return Array(String(decoding: bytes, as: UTF8.self).utf8)
    case .refuse: break
    }
    do throws(UTF8.ValidationError) {
      _ = try UTF8Span(validating: bytes.span)
    } catch {
      let offset = error.byteOffsets.lowerBound
      throw .notUTF8(
        path: part.input.path,
        line: place.line,
        byte: start + offset + 1,
        value: bytes[offset]
      )
    }
    guard record != nil else { return bytes }
    do throws(JSONRecord.Fault) {
      let text = try record?.next(bytes) ?? []
      if isLast { try record?.finish() }
      return text
    } catch {
      throw .wrongRecord(
        path: part.input.path,
        line: place.line,
        byte: mark + error.offset + 1,
        problem: error.problem
      )
    }
  }
}
