public import Files
import UnicodeText

extension WordCounter {
  /// Counts the words of files on several threads.
  ///
  /// A line with its line feed is a sequence of its own, as in Hugging Face's `train(files)`. The
  /// counts do not depend on the number of threads.
  ///
  /// - Parameters:
  ///   - files: Texts in UTF-8.
  ///   - configuration: What says how lines become words.
  ///   - threads: How many threads at most.
  ///   - isInterrupted: Asked from any thread about every megabyte.
  ///   - progress: Called from any thread with the bytes counted so far and in all.
  /// - Returns: The counter of all files.
  /// - Throws: ``TokenizationError/invalidUTF8(path:offset:byte:)`` for the first bad byte of the
  ///   first file that has one, ``TokenizationError/interrupted``.
  public static func count(
    _ files: [MappedFile],
    _ configuration: TokenizerConfiguration = TokenizerConfiguration(),
    threads: Int = 1,
    isInterrupted: @Sendable () -> Bool = { false },
    progress: @Sendable (_ bytes: Int, _ total: Int) -> Void = { _, _ in }
  ) throws(TokenizationError) -> WordCounter {
    let total = files.reduce(0) { $0 + $1.count }
    var parts: [(file: MappedFile, range: Range<Int>)] = []
    for file in files { parts += file.lineParts().map { (file, $0) } }
    let done = SharedTotal()
    let pattern = try WordCounter(configuration)
    let workers = parallelStates(parts.count, threads: threads) {
      Worker(pattern.empty())
    } body: { worker, index in
      if isInterrupted() { return }
      worker.count(parts[index].file, parts[index].range, part: index)
      progress(done.add(parts[index].range.count), total)
    }
    if isInterrupted() { throw .interrupted }
    if let failure = workers.compactMap(\.failure).min(by: { $0.part < $1.part }) {
      throw failure.error
    }
    let counter = workers[0].counter
    for worker in workers.dropFirst() { counter.add(worker.counter) }
    return counter
  }

  /// One thread's counter and its first error.
  private final class Worker {
    let counter: WordCounter
    var failure: (part: Int, error: TokenizationError)?

    init(_ counter: WordCounter) {
      self.counter = counter
    }

    func count(_ file: MappedFile, _ range: Range<Int>, part: Int) {
      if failure != nil { return }
      file.withBytes { bytes in
        let text = bytes.extracting(range)
        do throws(TokenizationError) {
          try file.validateUTF8(text, from: range.lowerBound)
          try counter.add(linesOf: text)
        } catch {
          failure = (part, error)
        }
      }
    }
  }
}

extension MappedFile {
  /// Checks that a part of a file is UTF-8; the part ends at the ends of characters.
  func validateUTF8(_ text: RawSpan, from start: Int) throws(TokenizationError) {
    do {
      try UnicodeText.validateUTF8(text)
    } catch {
      guard case .invalidUTF8(let offset, let byte) = error else { throw .text(error) }
      throw .invalidUTF8(path: path, offset: start + offset, byte: byte)
    }
  }

  /// The file in parts of about a megabyte that end with lines.
  func lineParts() -> [Range<Int>] {
    withBytes { bytes in
      bytes.withByteView { bytes in
        var parts: [Range<Int>] = []
        var start = 0
        while start < bytes.count {
          let end = bytes.endOfLine(from: min(start + 1 << 20, bytes.count - 1))
          parts.append(start..<end)
          start = end
        }
        return parts
      }
    }
  }
}
