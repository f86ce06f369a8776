import Synchronization
import UnicodeText

/// Hands out the lines of files in blocks to any number of threads, in constant memory.
///
/// A block ends with a line. Parts that were counted before are passed over.
final class LineBlocks: Sendable {
  /// Lines of one file.
  struct Block {
    var bytes: [UInt8] = []
    /// Which file they are from.
    var file = 0
    /// Where they begin in the text of that file.
    var start = 0

    var range: Range<Int> { start..<start + bytes.count }
  }

  private let paths: [String]
  private let blockSize: Int
  private let lineLimit: Int
  private let state: Mutex<State>

  private struct State {
    var file = -1
    var source: TextSource?
    /// What was read and not yet handed out, and where it begins.
    var pending: [UInt8] = []
    var start = 0
    /// Up to where there is no line end in it.
    var searched = 0
    var isAtEnd = true
    /// Sorted and apart from each other, of each file.
    var covered: [[Range<Int>]]
  }

  /// Prepares to read files.
  ///
  /// - Parameters:
  ///   - paths: The files, each once or more often; `-` is standard input.
  ///   - covered: The parts of each file that are passed over, which begin and end with lines.
  ///   - blockSize: About how many bytes a block has.
  ///   - lineLimit: How many bytes a line has at most.
  init(_ paths: [String], covered: [[Range<Int>]], blockSize: Int, lineLimit: Int) {
    self.paths = paths
    self.blockSize = blockSize
    self.lineLimit = lineLimit
    state = Mutex(State(covered: covered))
  }

  /// Gives the next block; false at the end of the last file.
  ///
  /// - Throws: ``TokenizationError/lineTooLong(path:offset:limit:)``, or that a file can not be read.
  func next(_ block: inout Block) throws(TokenizationError) -> Bool {
    try state.withLock { (state) throws(TokenizationError) in
      while true {
        if state.isAtEnd, state.pending.isEmpty {
          guard state.file + 1 < paths.count else { return false }
          state.file += 1
          state.source = try TextSource(paths[state.file])
          state.start = 0
          state.isAtEnd = false
        }
        if try !skipCovered(&state), let end = try endOfBlock(&state) {
          block.file = state.file
          block.start = state.start
          block.bytes.replaceSubrange(block.bytes.startIndex..., with: state.pending[..<end])
          state.pending.removeSubrange(..<end)
          state.start += end
          state.searched = 0
          return true
        }
      }
    }
  }

  /// Passes over a part that was counted before; false where none begins here.
  private func skipCovered(_ state: inout State) throws(TokenizationError) -> Bool {
    guard let first = state.covered[state.file].first, first.lowerBound <= state.start else {
      return false
    }
    let count = first.upperBound - state.start
    while state.pending.count < count, !state.isAtEnd {
      // What is passed over need not be kept.
      let dropped = state.pending.count
      state.pending.removeAll(keepingCapacity: true)
      state.start += dropped
      try read(&state)
      if first.upperBound <= state.start + state.pending.count { break }
    }
    let rest = min(max(0, first.upperBound - state.start), state.pending.count)
    state.pending.removeSubrange(..<rest)
    state.start += rest
    state.searched = 0
    if state.start >= first.upperBound || state.isAtEnd { state.covered[state.file].removeFirst() }
    return true
  }

  /// Reads until there is a block, and gives its end; nil where nothing is left of the file.
  private func endOfBlock(_ state: inout State) throws(TokenizationError) -> Int? {
    while true {
      let covered = state.covered[state.file].first
      let limit = covered.map { $0.lowerBound - state.start } ?? Int.max
      if state.pending.count >= min(blockSize, limit) || state.isAtEnd {
        if limit <= min(state.pending.count, blockSize) { return limit }
        let wanted = state.pending.prefix(min(limit, max(blockSize, 1)))
        if state.searched < wanted.count, let last = wanted.lastIndex(of: 0x0A) { return last + 1 }
        if let next = state.pending[state.searched...].firstIndex(of: 0x0A) {
          return min(next + 1, limit)
        }
        state.searched = state.pending.count
        if state.isAtEnd { return state.pending.isEmpty ? nil : min(state.pending.count, limit) }
        if state.pending.count > lineLimit {
          throw .lineTooLong(path: paths[state.file], offset: state.start, limit: lineLimit)
        }
      }
      try read(&state)
    }
  }

  private func read(_ state: inout State) throws(TokenizationError) {
    guard let source = state.source else { return }
    state.isAtEnd = try !source.read(into: &state.pending)
  }
}
