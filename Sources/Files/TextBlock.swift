/// Some whole lines of a text, in one piece, or a part of a line.
public struct TextBlock: Sendable {
  /// What a block holds.
  public enum Extent: Sendable, Hashable {
    /// Whole lines.
    case lines
    /// A part of a line, which begins with the line or where the part before ended, between two
    /// characters. The last one has the line's end, where there is one, and may have nothing else.
    case part(isLast: Bool)
  }

  /// The text the lines are from.
  public let input: TextInput
  /// Which of the texts it is, counted from 0.
  public let inputIndex: Int
  /// The block's number among all, counted from 0.
  public let index: Int
  /// How many bytes of the file, as it is stored, were read for it.
  public let storedBytes: Int
  /// Whether the block holds whole lines; parts have no documents of their own, see ``LongLine``.
  public let extent: Extent

  enum Storage {
    case mapped(MappedFile, Range<Int>)
    case owned([UInt8], firstByte: Int, firstLine: Int)
  }

  let storage: Storage

  init(
    input: TextInput,
    inputIndex: Int,
    index: Int,
    storedBytes: Int,
    storage: Storage,
    extent: Extent = .lines
  ) {
    self.input = input
    self.inputIndex = inputIndex
    self.index = index
    self.storedBytes = storedBytes
    self.storage = storage
    self.extent = extent
  }

  /// Creates a block of lines that somebody else read.
  ///
  /// - Parameters:
  ///   - bytes: The lines.
  ///   - firstLine: The number of the first in its file, counted from 1.
  ///   - input: The text the lines are from.
  ///   - inputIndex: Which of the texts it is, counted from 0.
  ///   - storedBytes: How many bytes of the file, as it is stored, were read for it.
  public init(
    _ bytes: [UInt8],
    firstLine: Int,
    of input: TextInput,
    inputIndex: Int,
    storedBytes: Int
  ) {
    self.init(
      input: input,
      inputIndex: inputIndex,
      index: 0,
      storedBytes: storedBytes,
      storage: .owned(bytes, firstByte: 0, firstLine: firstLine)
    )
  }

  /// Runs a body on the block's bytes.
  public func withBytes<Result, Failure: Error>(
    _ body: (RawSpan) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    switch storage {
    case .mapped(let file, let range):
      try file.withBytes { (bytes) throws(Failure) in try body(bytes.extracting(range)) }
    case .owned(let bytes, let first, _):
      try unsafe body(bytes.span.bytes.extracting(first..<bytes.count))
    }
  }

  /// The line of the file, and the byte in it, both counted from 1, of an offset in the block.
  ///
  /// - Complexity: Reads the file up to that place; for errors.
  public func place(of offset: Int) -> (line: Int, byte: Int) {
    switch storage {
    case .mapped(let file, let range):
      file.withBytes { Files.place(of: range.lowerBound + offset, in: $0, firstLine: 1) }
    case .owned(let bytes, let first, let line):
      unsafe Files.place(of: first + offset, in: bytes.span.bytes, firstLine: line)
    }
  }

  /// The error that says that a byte of the block is not UTF-8.
  public func notUTF8(at offset: Int) -> FilesError {
    let place = place(of: offset)
    let value = withBytes { bytes in
      unsafe bytes.unsafeLoad(fromByteOffset: offset, as: UInt8.self)
    }
    return .notUTF8(path: input.path, line: place.line, byte: place.byte, value: value)
  }

  /// Visits the block's documents, empty ones left out: lines without their ends, or texts of
  /// records.
  ///
  /// - Parameter body: Gets the bytes of a document in UTF-8 and the offset of its line in the
  ///   block.
  /// - Throws: ``FilesError/notUTF8(path:line:byte:value:)``,
  ///   ``FilesError/wrongRecord(path:line:byte:problem:)``, or what the body throws.
  public func forEachDocument(
    _ body: (_ document: RawSpan, _ offset: Int) throws(FilesError) -> Void
  ) throws(FilesError) {
    try checkUTF8()
    try forEachLine { (line) throws(FilesError) in
      try check(line)
      if !line.isEmpty {
        try line.withText { (text) throws(FilesError) in try body(text, line.range.lowerBound) }
      }
    }
  }

  /// The block's documents, empty ones left out.
  public func documents() throws(FilesError) -> [[UInt8]] {
    var documents: [[UInt8]] = []
    try forEachDocument { document, _ in
      documents.append(unsafe document.withUnsafeBytes { unsafe Array($0) })
    }
    return documents
  }

  /// Checks that all lines hold documents in UTF-8.
  ///
  /// - Throws: ``FilesError/notUTF8(path:line:byte:value:)`` or
  ///   ``FilesError/wrongRecord(path:line:byte:problem:)``.
  public func checkDocuments() throws(FilesError) {
    try checkUTF8()
    if input.form != .lines {
      try forEachLine { (line) throws(FilesError) in try check(line) }
    }
  }

  private func check(_ line: TextLine) throws(FilesError) {
    guard let fault = line.fault else { return }
    let place = place(of: fault.offset)
    throw .wrongRecord(
      path: input.path,
      line: place.line,
      byte: place.byte,
      problem: fault.problem
    )
  }

  private func checkUTF8() throws(FilesError) {
    let bad: Int? = withBytes { bytes in
      unsafe bytes.withUnsafeBytes { buffer -> Int? in
        let span = unsafe Span<UInt8>(_unsafeElements: buffer.bindMemory(to: UInt8.self))
        do throws(UTF8.ValidationError) {
          _ = try UTF8Span(validating: span)
          return nil
        } catch {
          return error.byteOffsets.lowerBound
        }
      }
    }
    if let bad { throw notUTF8(at: bad) }
  }
}
