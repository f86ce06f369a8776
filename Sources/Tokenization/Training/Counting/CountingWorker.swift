import Files

/// One thread's counting in bounded memory.
final class CountingWorker {
  private(set) var failure: TokenizationError?

  private let pattern: WordCounter
  private var counter: WordCounter
  private let memory: CountingMemory
  private let folder: CountingFolder
  private let settings: [UInt8]
  private let spills: SpillNumbers
  /// The parts of the text that the table covers.
  private var coverage = Coverage()

  init(
    _ pattern: WordCounter,
    _ memory: CountingMemory,
    _ folder: CountingFolder,
    _ settings: [UInt8],
    _ spills: SpillNumbers
  ) {
    self.pattern = pattern
    counter = pattern.empty()
    self.memory = memory
    self.folder = folder
    self.settings = settings
    self.spills = spills
  }

  /// Counts blocks until there are no more, or until it is told to stop.
  func count(
    _ blocks: LineBlocks,
    stop: () -> Bool,
    progress: (_ storedBytes: Int) -> Void
  ) {
    do throws(TokenizationError) {
      while !stop(), let block = try next(of: blocks) {
        let size = block.range.count
        if memory.isFull(words: counter.uniqueCount, bytes: counter.uniqueByteCount, before: size) {
          try writeOut()
        }
        try counter.add(block.lines)
        coverage.add(block.lines.inputIndex, block.range)
        progress(block.lines.storedBytes)
      }
    } catch {
      failure = error
    }
  }

  private func next(of blocks: LineBlocks) throws(TokenizationError) -> LineBlocks.Block? {
    do {
      return try blocks.next()
    } catch {
      throw .file(error)
    }
  }

  /// Writes out what the table holds; a failure is noted.
  func spill() {
    do throws(TokenizationError) {
      try writeOut()
    } catch {
      if failure == nil { failure = error }
    }
  }

  private func writeOut() throws(TokenizationError) {
    if coverage.parts.isEmpty { return }
    try counter.write(
      to: folder.run(spills.next()),
      settings: settings,
      note: coverage.text
    )
    counter = pattern.empty()
    coverage = Coverage()
  }
}

/// Which parts of files were counted.
struct Coverage {
  private(set) var parts: [(file: Int, range: Range<Int>)] = []

  /// Adds a part, which comes after those before.
  mutating func add(_ file: Int, _ range: Range<Int>) {
    if let last = parts.last, last.file == file, last.range.upperBound == range.lowerBound {
      parts[parts.count - 1].range = last.range.lowerBound..<range.upperBound
    } else {
      parts.append((file, range))
    }
  }

  /// The parts as text, `0:0-1000 1:0-500`.
  var text: String {
    parts.map { "\($0.file):\($0.range.lowerBound)-\($0.range.upperBound)" }
      .joined(separator: " ")
  }

  /// The parts that a text names, or nil where it is none.
  static func parts(of text: String) -> [(file: Int, range: Range<Int>)]? {
    var parts: [(file: Int, range: Range<Int>)] = []
    for part in text.split(separator: " ") {
      let numbers = part.split { $0 == ":" || $0 == "-" }.map { Int($0) }
      guard numbers.count == 3, let file = numbers[0], let start = numbers[1],
        let end = numbers[2], start < end
      else { return nil }
      parts.append((file, start..<end))
    }
    return parts.isEmpty ? nil : parts
  }
}
