/// Distinct words with their counts, wherever they lie: what training reads instead of the text.
///
/// A ``WordCounter`` has them in memory, a ``CountFile`` on disk; training gives the same on both.
public protocol CountedWords {
  /// What said how texts became words.
  var configuration: TokenizerConfiguration { get }
  /// How many bytes of text were counted, before normalization.
  var byteCount: Int { get }
  /// How many words were counted.
  var total: UInt64 { get }
  /// How many distinct words there are.
  var uniqueCount: Int { get }
  /// How many bytes the distinct words have together.
  var uniqueByteCount: Int { get }

  /// Visits the distinct words, each once, in any order.
  ///
  /// - Throws: What the body throws; ``TokenizationError`` where the words can not be read.
  func forEachWord(
    _ body: (RawSpan, UInt64) throws(TokenizationError) -> Void
  ) throws(TokenizationError)
}

extension WordCounter: CountedWords {
  /// How many bytes the distinct words have together.
  public var uniqueByteCount: Int { table.uniqueByteCount }

  /// Visits the distinct words in an order that means nothing.
  public func forEachWord(
    _ body: (RawSpan, UInt64) throws(TokenizationError) -> Void
  ) throws(TokenizationError) {
    try table.forEach { (word, count) throws(TokenizationError) in
      try word.withSpan { (span) throws(TokenizationError) in try body(span, count) }
    }
  }
}
