import Synchronization

/// Texts in blocks of whole lines, which threads take one after the other.
///
/// Blocks come in the order of the text, each about as long as asked. A byte order mark at the start
/// of a file belongs to no block. Packed files and pipes are read as they are asked for, so that
/// memory holds a few blocks and no more. Lines that are too long for that are an error, or come in
/// parts (``TextBlock/extent``).
public final class TextBlocks: Sendable {
  /// The texts.
  public let inputs: [TextInput]
  /// The bytes of all files as they are stored; nil where nobody knows.
  public let storedBytes: Int?

  private let size: Int
  private let longestLine: Int
  private let splitsLines: Bool
  private let state = Mutex(State())

  /// Where the reading stands.
  private struct State {
    var input = 0
    var index = 0
    var isStopped = false
    /// The position in a mapped file, or in a stream's text.
    var offset = 0
    var line = 1
    var stream: ByteStream?
    /// What a stream gave and no block has.
    var rest: [UInt8] = []
    /// Whether the last block ended inside a line.
    var isInsideLine = false
  }

  /// Prepares the reading of texts.
  ///
  /// - Parameters:
  ///   - inputs: The texts, read one after the other.
  ///   - size: About how many bytes a block has.
  ///   - longestLine: How many bytes a line may have.
  ///   - splitsLines: Whether longer lines come in parts instead. Files are then read and not mapped,
  ///     so that the process never holds more than a few blocks of them.
  public init(
    _ inputs: [TextInput],
    size: Int = 1 << 20,
    longestLine: Int = 256 << 20,
    splitsLines: Bool = false
  ) {
    self.inputs = inputs
    self.size = max(splitsLines ? Self.shortestPart : 1, size)
    self.longestLine = max(splitsLines ? Self.shortestPart : 1, longestLine)
    self.splitsLines = splitsLines
    var total: Int? = 0
    for input in inputs {
      total = total.flatMap { sum in input.storedBytes.map { sum + $0 } }
    }
    storedBytes = total
  }

  /// The next block, or nil after the last; may be called from any thread.
  ///
  /// After an error there are no more blocks.
  ///
  /// - Throws: ``FilesError`` for a file that cannot be read, is damaged, or has an endless line.
  public func next() throws(FilesError) -> TextBlock? {
    try state.withLock { (state) throws(FilesError) in try next(&state) }
  }

  /// Gives no more blocks: somebody has seen enough.
  public func stop() {
    state.withLock { $0.isStopped = true }
  }

  private func next(_ state: inout State) throws(FilesError) -> TextBlock? {
    guard !state.isStopped else { return nil }
    do throws(FilesError) {
      while state.input < inputs.count {
        let input = inputs[state.input]
        if let block = try block(of: input, &state) {
          state.index += 1
          return block
        }
        let index = state.index
        state = State(input: state.input + 1, index: index)
      }
    } catch {
      state.isStopped = true
      throw error
    }
    return nil
  }

  private func block(of input: TextInput, _ state: inout State) throws(FilesError) -> TextBlock? {
    if let mapped = input.mapped, !splitsLines {
      let start = state.offset == 0 && mapped.withBytes(hasMark) ? 3 : state.offset
      guard start < mapped.count else { return nil }
      let end = mapped.withBytes { bytes in
        bytes.lineEnd(from: min(start + size, mapped.count) - 1) ?? mapped.count
      }
      if end - start > longestLine + size {
        let line = mapped.withBytes { place(of: end - 1, in: $0, firstLine: 1).line }
        throw .lineTooLong(path: input.path, line: line, limit: longestLine)
      }
      state.offset = end
      return TextBlock(
        input: input,
        inputIndex: state.input,
        index: state.index,
        storedBytes: end - start,
        storage: .mapped(mapped, start..<end)
      )
    }
    return try streamedBlock(of: input, &state)
  }

  private func streamedBlock(
    of input: TextInput,
    _ state: inout State
  ) throws(FilesError) -> TextBlock? {
    let stream: ByteStream
    if let open = state.stream { stream = open } else { stream = try ByteStream(input.path) }
    state.stream = stream
    let before = stream.storedBytes
    var bytes: [UInt8] = []
    bytes.reserveCapacity(size + 1 << 19)
    bytes.append(contentsOf: state.rest)
    state.rest.removeAll(keepingCapacity: true)
    var searched = 0
    var cut: Cut?
    while true {
      cut = try self.cut(of: bytes, from: searched, input, state)
      if cut != nil { break }
      searched = bytes.count >= size || state.isInsideLine ? bytes.count : 0
      if try !stream.read(into: &bytes) { break }
    }
    if let cut {
      state.rest.append(contentsOf: bytes[cut.end...])
      bytes.removeSubrange(cut.end...)
    }
    guard !bytes.isEmpty || state.isInsideLine else { return nil }
    // The end of the file ends a line too.
    let isInsideLine = cut.map { !$0.endsLine } ?? false
    let isPart = isInsideLine || state.isInsideLine
    state.isInsideLine = isInsideLine
    let isMarked = unsafe hasMark(bytes.span.bytes) && state.offset == 0
    let first = state.line
    state.offset += bytes.count
    state.line += bytes.reduce(0) { $0 + ($1 == 0x0A ? 1 : 0) }
    return TextBlock(
      input: input,
      inputIndex: state.input,
      index: state.index,
      storedBytes: stream.storedBytes - before,
      storage: .owned(bytes, firstByte: isMarked ? 3 : 0, firstLine: first),
      extent: isPart ? .part(isLast: !isInsideLine) : .lines
    )
  }

  /// Where a block ends, and whether a line ends there.
  private struct Cut {
    let end: Int
    let endsLine: Bool
  }

  /// The end of a block in what was read, which has no line feed up to a place; nil where more must
  /// be read.
  private func cut(
    of bytes: [UInt8],
    from searched: Int,
    _ input: TextInput,
    _ state: State
  ) throws(FilesError) -> Cut? {
    if state.isInsideLine {
      if let end = unsafe bytes.span.bytes.lineEnd(from: searched), end <= size {
        return Cut(end: end, endsLine: true)
      }
      if bytes.count < size { return nil }
      return Cut(end: partEnd(in: bytes[..<size]), endsLine: false)
    }
    if bytes.count < size { return nil }
    // The last line feed ends the block; a long line has none for a while. Forward first: that is as
    // fast as memory is read, and an endless line has none.
    if unsafe bytes.span.bytes.lineEnd(from: searched) != nil {
      return bytes[searched...].lastIndex(of: 0x0A).map { Cut(end: $0 + 1, endsLine: true) }
    }
    if bytes.count <= longestLine { return nil }
    if splitsLines { return Cut(end: partEnd(in: bytes[...]), endsLine: false) }
    throw .lineTooLong(path: input.path, line: state.line, limit: longestLine)
  }

  /// Of this many bytes, some can be cut off as a part.
  private static let shortestPart = 4
}

/// Where some of a line can be cut off: between characters, whole or ill-formed, and not before what
/// may belong to the line's end.
private func partEnd(in bytes: ArraySlice<UInt8>) -> Int {
  if bytes.last == 0x0D { return bytes.endIndex - 1 }
  // Behind three bytes that go on with a character, none goes on.
  for back in 1..<4 where back <= bytes.count {
    let byte = bytes[bytes.endIndex - back]
    if byte & 0xC0 != 0x80 { return byte < 0xC0 ? bytes.endIndex : bytes.endIndex - back }
  }
  return bytes.endIndex
}

/// Whether a text starts with a byte order mark.
private func hasMark(_ bytes: RawSpan) -> Bool {
  guard bytes.byteCount >= 3 else { return false }
  return unsafe bytes.withUnsafeBytes { unsafe $0.starts(with: [0xEF, 0xBB, 0xBF]) }
}
