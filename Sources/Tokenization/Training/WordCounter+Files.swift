public import Files
import UnicodeText

extension WordCounter {
  /// Counts the words of texts on several threads.
  ///
  /// A line with its line feed is a sequence of its own, as in Hugging Face's `train(files)`; so is
  /// the text of a record. The counts do not depend on the number of threads.
  ///
  /// - Parameters:
  ///   - inputs: Texts in UTF-8.
  ///   - configuration: What says how lines become words.
  ///   - threads: How many threads at most.
  ///   - isInterrupted: Asked from any thread about every megabyte.
  ///   - progress: Called from any thread with the stored bytes counted so far and in all; the latter
  ///     is nil for a pipe.
  /// - Returns: The counter of all texts.
  /// - Throws: ``TokenizationError/file(_:)`` for the first place of the texts where something is
  ///   wrong, ``TokenizationError/interrupted``.
  public static func count(
    _ inputs: [TextInput],
    _ configuration: TokenizerConfiguration = TokenizerConfiguration(),
    threads: Int = 1,
    isInterrupted: @Sendable () -> Bool = { false },
    progress: @Sendable (_ bytes: Int, _ total: Int?) -> Void = { _, _ in }
  ) throws(TokenizationError) -> WordCounter {
    let blocks = TextBlocks(inputs)
    let done = SharedTotal()
    let pattern = try WordCounter(configuration)
    // A thread with nothing to read would still fill a table.
    let threads = max(1, min(threads, (blocks.storedBytes ?? .max) >> 20 + 1))
    let workers = parallelStates(threads, threads: threads) {
      Worker(pattern.empty())
    } body: { worker, _ in
      while !isInterrupted(), let block = worker.next(of: blocks) {
        worker.count(block)
        progress(done.add(block.storedBytes), blocks.storedBytes)
      }
    }
    if isInterrupted() { throw .interrupted }
    if let failure = workers.compactMap(\.failure).min(by: { $0.block < $1.block }) {
      throw failure.error
    }
    let counter = workers[0].counter
    for worker in workers.dropFirst() { counter.add(worker.counter) }
    return counter
  }

  /// One thread's counter and its first error.
  private final class Worker {
    let counter: WordCounter
    var failure: (block: Int, error: TokenizationError)?

    init(_ counter: WordCounter) {
      self.counter = counter
    }

    /// The next block; after an error there is none for anybody.
    func next(of blocks: TextBlocks) -> TextBlock? {
      if failure != nil {
        blocks.stop()
        return nil
      }
      do throws(FilesError) {
        return try blocks.next()
      } catch {
        // What cannot be read stands behind all that was read.
        failure = (Int.max, .file(error))
        return nil
      }
    }

    func count(_ block: TextBlock) {
      do throws(TokenizationError) {
        switch block.input.form {
        case .lines:
          try block.withBytes { (text) throws(TokenizationError) in
            if let offset = firstInvalidUTF8(in: text) { throw .file(block.notUTF8(at: offset)) }
            try counter.add(linesOf: text)
          }
        case .records: try countRecords(of: block)
        }
      } catch {
        failure = (block.index, error)
      }
    }

    private func countRecords(of block: TextBlock) throws(TokenizationError) {
      let documents: [[UInt8]]
      do { documents = try block.documents() } catch { throw .file(error) }
      for document in documents { try unsafe counter.add(document.span.bytes) }
    }
  }
}
