/// The rarest words left out so that learning fits into memory.
///
/// The merges are exactly those of a text without these words. Each pair counts less than in the
/// whole text by its occurrences in them, which are ``pairOccurrences`` at most: a merge that is more
/// frequent than any other pair by more than that is the whole text's as well.
public struct WordPruning: Sendable, Hashable {
  /// Words that occur less often are left out.
  public var minimumWordCount: UInt64 = 0
  /// How many distinct words are left out.
  public var wordCount = 0
  /// How often these words occur together.
  public var occurrences: UInt64 = 0
  /// How many bytes these occurrences have.
  public var occurrenceBytes: UInt64 = 0
  /// How many bytes all words have, repeats included.
  public var allBytes: UInt64 = 0

  /// How many pairs of adjacent bytes these occurrences have.
  public var pairOccurrences: UInt64 { occurrenceBytes &- occurrences }

  /// The share of the text that is left out, by bytes.
  public var share: Double { allBytes == 0 ? 0 : Double(occurrenceBytes) / Double(allBytes) }

  /// Finds the smallest count from which on words fit.
  ///
  /// It follows from the words, the vocabulary and the bound alone, not from the machine.
  ///
  /// - Parameters:
  ///   - words: The words.
  ///   - vocabularySize: How many tokens there shall be.
  ///   - minimumWordCount: Words that occur less often are passed over anyway; they are not counted
  ///     as left out.
  ///   - bound: The bytes that the process may have.
  /// - Throws: ``TokenizationError/memoryTooSmall(work:bound:needed:remedy:)`` where even words that
  ///   occur 1,000 times do not fit.
  public init(
    _ words: some CountedWords,
    vocabularySize: Int,
    minimumWordCount: UInt64,
    bound: Int
  ) throws(TokenizationError) {
    let least = max(minimumWordCount, 1)
    var pairs = PairsOfWord()
    // By count, those of 1,000 and more together at the end.
    var counts = [(size: LearningSize, bytes: UInt64, occurrences: UInt64)](
      repeating: (LearningSize(), 0, 0),
      count: Int(Self.largestCount) + 1
    )
    try words.forEachWord { (word, count) throws(TokenizationError) in
      if count < least { return }
      let index = Int(min(count, Self.largestCount))
      counts[index].size.add(word, pairs.count(in: word))
      counts[index].occurrences &+= count
      counts[index].bytes &+= count &* UInt64(word.byteCount)
    }
    allBytes = counts.reduce(0) { $0 &+ $1.bytes }
    var size = counts.reduce(into: LearningSize()) { $0.add($1.size) }
    self.minimumWordCount = minimumWordCount
    for count in 0..<Self.largestCount {
      if size.enough(vocabularySize: vocabularySize) <= bound { return }
      let rare = counts[Int(count)]
      if rare.size.wordCount == 0 { continue }
      self.minimumWordCount = count + 1
      size.remove(rare.size)
      wordCount += rare.size.wordCount
      occurrences &+= rare.occurrences
      occurrenceBytes &+= rare.bytes
    }
    let needed = size.enough(vocabularySize: vocabularySize)
    if needed <= bound { return }
    throw .memoryTooSmall(
      work: "learning merges even from words that occur \(Self.largestCount) times",
      bound: bound,
      needed: needed,
      remedy: "allow that much, or learn fewer tokens"
    )
  }

  private static let largestCount: UInt64 = 1000
}
