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
    let counters = try blocks.forEach(threads: threads) {
      pattern.empty()
    } failure: { error in
      TokenizationError.file(error)
    } body: { (counter, block) throws(TokenizationError) in
      if isInterrupted() { return false }
      try counter.add(block)
      progress(done.add(block.storedBytes), blocks.storedBytes)
      return true
    }
    if isInterrupted() { throw .interrupted }
    let counter = counters[0]
    for other in counters.dropFirst() { counter.add(other) }
    return counter
  }

  /// Counts the lines or records of a block.
  func add(_ block: TextBlock) throws(TokenizationError) {
    switch block.input.form {
    case .lines:
      try block.withBytes { (text) throws(TokenizationError) in
        if let offset = firstInvalidUTF8(in: text) { throw .file(block.notUTF8(at: offset)) }
        try add(linesOf: text)
      }
    case .records:
      let documents: [[UInt8]]
      do { documents = try block.documents() } catch { throw .file(error) }
      for document in documents { try unsafe add(document.span.bytes) }
    }
  }
}
