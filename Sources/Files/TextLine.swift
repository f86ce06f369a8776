/// A line of a block as it stands, and the document in it.
///
/// Nothing is checked but the form of a record: a text may be no UTF-8.
public struct TextLine: Sendable {
  /// Why there is no document in a line of records.
  public struct Fault: Sendable, Hashable {
    /// Where, in bytes of the block.
    public let offset: Int
    /// What is wrong.
    public let problem: String
  }

  /// The line in bytes of the block, without its end.
  public let range: Range<Int>
  /// What is wrong with a record.
  public let fault: Fault?

  let block: TextBlock
  let record: JSONRecord.Found?

  /// Whether the document has no text.
  public var isEmpty: Bool {
    switch block.input.form {
    case .lines: range.isEmpty
    case .records: record?.text.isEmpty ?? true
    }
  }

  /// Runs a body on the bytes of the document; where there is none, on those of the line.
  public func withText<Result, Failure: Error>(
    _ body: (RawSpan) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    if let record { return try unsafe body(record.text.span.bytes) }
    return try block.withBytes { (bytes) throws(Failure) in try body(bytes.extracting(range)) }
  }

  /// The line with another text in the document's place, without a line end.
  ///
  /// What else a record holds stays as it is.
  public func replacingText(with text: [UInt8]) -> [UInt8] {
    guard let record else { return text }
    return block.withBytes { bytes in
      unsafe bytes.extracting(range).withUnsafeBytes { line in
        unsafe line[..<record.place.lowerBound] + jsonString(text)
          + line[record.place.upperBound...]
      }
    }
  }

  /// The line as it stands, without its end.
  public var bytes: [UInt8] {
    block.withBytes { bytes in
      unsafe bytes.extracting(range).withUnsafeBytes { unsafe Array($0) }
    }
  }
}

extension TextBlock {
  /// Visits the lines, empty ones included.
  public func forEachLine<Failure: Error>(
    _ body: (TextLine) throws(Failure) -> Void
  ) throws(Failure) {
    try withBytes { (bytes) throws(Failure) in
      try bytes.forEachLine { (range) throws(Failure) in
        var fault: TextLine.Fault?
        var record: JSONRecord.Found?
        if case .records(let field) = input.form {
          do throws(JSONRecord.Fault) {
            record = try JSONRecord.text(of: Array(field.utf8), in: bytes.extracting(range))
          } catch {
            fault = TextLine.Fault(
              offset: range.lowerBound + error.offset,
              problem: error.problem
            )
          }
        }
        try body(TextLine(range: range, fault: fault, block: self, record: record))
      }
    }
  }
}
