import Files
import Synchronization

/// Hands out the lines of texts in blocks to any number of threads, in constant memory.
///
/// A block ends with a line. Parts that were counted before are passed over. Unlike `TextBlocks` it
/// maps no file, so that resident memory holds what is being counted and no more.
final class LineBlocks: Sendable {
  /// Lines of one text.
  struct Block {
    let lines: TextBlock
    /// Where they lie in the text, unpacked.
    let range: Range<Int>
  }

  private let inputs: [TextInput]
  private let blockSize: Int
  private let lineLimit: Int
  private let state: Mutex<State>

  private struct State {
    var file = -1
    var stream: ByteStream?
    /// What was read and not yet handed out, where it begins, and the number of its first line.
    var pending: [UInt8] = []
    var start = 0
    var line = 1
    /// How much of the file, as it is stored, was read for what was handed out.
    var storedBytes = 0
    /// Up to where there is no line end in what waits.
    var searched = 0
    var isAtEnd = true
    /// Sorted and apart from each other, of each text.
    var covered: [[Range<Int>]]

    /// Lets go of the first bytes that wait.
    mutating func drop(_ count: Int) {
      for index in 0..<count where pending[index] == 0x0A { line += 1 }
      pending.removeSubrange(..<count)
      start += count
      searched = 0
    }
  }

  /// Prepares to read texts.
  ///
  /// - Parameters:
  ///   - inputs: The texts, each once or more often.
  ///   - covered: The parts of each text that are passed over, which begin and end with lines.
  ///   - blockSize: About how many bytes a block has.
  ///   - lineLimit: How many bytes a line has at most.
  init(_ inputs: [TextInput], covered: [[Range<Int>]], blockSize: Int, lineLimit: Int) {
    self.inputs = inputs
    self.blockSize = blockSize
    self.lineLimit = lineLimit
    state = Mutex(State(covered: covered))
  }

  /// Gives the next block, or nil at the end of the last text.
  ///
  /// - Throws: ``FilesError/lineTooLong(path:line:limit:)``, or what is wrong with a file.
  func next() throws(FilesError) -> Block? {
    try state.withLock { (state) throws(FilesError) in
      while true {
        if state.isAtEnd, state.pending.isEmpty {
          guard state.file + 1 < inputs.count else { return nil }
          try open(&state)
        }
        if try !skipCovered(&state), let end = try endOfBlock(&state) { return take(end, &state) }
      }
    }
  }

  private func open(_ state: inout State) throws(FilesError) {
    state.file += 1
    state.stream = try ByteStream(inputs[state.file].path)
    (state.start, state.line, state.storedBytes, state.isAtEnd) = (0, 1, 0, false)
    while state.pending.count < 3, !state.isAtEnd { try read(&state) }
    // A byte order mark belongs to no line.
    if state.pending.starts(with: [0xEF, 0xBB, 0xBF]) { state.drop(3) }
  }

  private func take(_ end: Int, _ state: inout State) -> Block {
    let stored = state.stream?.storedBytes ?? 0
    let block = Block(
      lines: TextBlock(
        Array(state.pending[..<end]),
        firstLine: state.line,
        of: inputs[state.file],
        inputIndex: state.file,
        storedBytes: stored - state.storedBytes
      ),
      range: state.start..<state.start + end
    )
    state.storedBytes = stored
    state.drop(end)
    return block
  }

  /// Passes over a part that was counted before; false where none begins here.
  private func skipCovered(_ state: inout State) throws(FilesError) -> Bool {
    guard let first = state.covered[state.file].first, first.lowerBound <= state.start else {
      return false
    }
    while state.start < first.upperBound {
      if state.pending.isEmpty {
        if state.isAtEnd { break }
        try read(&state)
      }
      state.drop(min(first.upperBound - state.start, state.pending.count))
    }
    state.covered[state.file].removeFirst()
    return true
  }

  /// Reads until there is a block, and gives its end; nil where nothing is left of the text.
  private func endOfBlock(_ state: inout State) throws(FilesError) -> Int? {
    let limit = state.covered[state.file].first.map { $0.lowerBound - state.start } ?? Int.max
    while true {
      if state.pending.count >= min(blockSize, limit) || state.isAtEnd {
        if limit <= min(state.pending.count, blockSize) { return limit }
        let wanted = state.pending.prefix(min(limit, blockSize))
        if state.searched < wanted.count, let last = wanted.lastIndex(of: 0x0A) { return last + 1 }
        // As fast as memory is read: an endless line is found out soon.
        if let next = unsafe state.pending.span.bytes.lineEnd(from: state.searched) {
          return min(next, limit)
        }
        state.searched = state.pending.count
        if state.isAtEnd { return state.pending.isEmpty ? nil : min(state.pending.count, limit) }
        if state.pending.count > lineLimit {
          throw .lineTooLong(path: inputs[state.file].path, line: state.line, limit: lineLimit)
        }
      }
      try read(&state)
    }
  }

  private func read(_ state: inout State) throws(FilesError) {
    guard let stream = state.stream else { return }
    state.isAtEnd = try !stream.read(into: &state.pending)
  }
}
