/// How much there is to learn from, and what memory that takes.
public struct LearningSize: Sendable, Hashable {
  /// How many distinct words there are.
  public private(set) var wordCount = 0
  /// How many bytes they have together.
  public private(set) var byteCount = 0
  /// How many pairs of bytes the words have, each once a word.
  public private(set) var listedCount = 0

  /// The size of nothing.
  init() {}

  /// The size of some words.
  ///
  /// - Parameters:
  ///   - words: The words.
  ///   - minimumWordCount: Words that occur less often are passed over.
  /// - Throws: ``TokenizationError`` for a damaged file of words.
  /// - Complexity: One pass over the words.
  public init(
    of words: some CountedWords,
    minimumWordCount: UInt64 = 0
  ) throws(TokenizationError) {
    var pairs = PairsOfWord()
    try words.forEachWord { (word, count) throws(TokenizationError) in
      if count >= minimumWordCount { add(word, pairs.count(in: word)) }
    }
  }

  /// Adds a word.
  mutating func add(_ word: RawSpan, _ pairCount: Int) {
    wordCount += 1
    byteCount += word.byteCount
    listedCount += pairCount
  }

  /// Adds words.
  mutating func add(_ other: LearningSize) {
    wordCount += other.wordCount
    byteCount += other.byteCount
    listedCount += other.listedCount
  }

  /// Takes words away.
  mutating func remove(_ other: LearningSize) {
    wordCount -= other.wordCount
    byteCount -= other.byteCount
    listedCount -= other.listedCount
  }

  /// The bytes of the words and of the lists of the words of each pair, exactly where words are made
  /// of bytes: a word is a number a byte and four more, the lists have ``listRoom(for:)`` and a bit
  /// for each number.
  var wordsAndLists: Int {
    let lists = 4 * Self.listRoom(for: listedCount)
    return 4 * byteCount + 16 * wordCount + lists + lists / 32
  }

  /// The bytes of memory that are enough for learning from words of bytes.
  ///
  /// How many distinct pairs there are at a time depends on the text. The formula lies 2 to 10 % above
  /// what was measured with 8,192 to 131,072 tokens on 6 to 121 MB of text in one and in 36 languages,
  /// and up to 32 % where the table of pairs just did not have to double.
  public func enough(vocabularySize: Int) -> Int {
    let mean = (Double(listedCount) * Double(min(vocabularySize, 40_960))).squareRoot()
    let pairs = Int(min(Double(listedCount) / 6, 1.9 * mean))
    let tables = MemoryLayout<PairTable.Entry>.stride * tableSize(for: pairs / 5 * 6)
    // What a merge notes in the words that have it, most where a merge is in every other word.
    let events = 20 * wordCount
    return Self.program + wordsAndLists + events + tables + 20 * pairs
      + Self.bytesOfToken * vocabularySize
  }

  /// The bytes of memory that are enough for learning for parity between languages, each of which
  /// has tables of its own that forget nothing: about 30 % above what was measured.
  func enoughForParity(vocabularySize: Int) -> Int {
    Self.program + 24 * byteCount + 48 * wordCount + 4 * Self.bytesOfToken * vocabularySize
  }

  /// What the program and its libraries take.
  private static let program = 24 << 20
  /// What a token and its merge take.
  static let bytesOfToken = 128

  /// How long the array of lists is where it begins with a length.
  static func listRoom(for count: Int) -> Int { count + count / 2 }
}

/// Counts the different pairs of bytes of a word.
struct PairsOfWord {
  /// The word in which each pair was seen last.
  private var words = [UInt64](repeating: 0, count: 1 << 16)
  private var word: UInt64 = 0

  mutating func count(in bytes: RawSpan) -> Int {
    word += 1
    var count = 0
    var pair = 0
    bytes.withByteView { bytes in
      for index in 0..<bytes.count {
        pair = (pair & 0xFF) << 8 | Int(bytes[index])
        if index > 0, words[pair] != word {
          words[pair] = word
          count += 1
        }
      }
    }
    return count
  }
}
