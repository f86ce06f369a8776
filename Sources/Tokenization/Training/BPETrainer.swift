/// Learns a byte-level BPE vocabulary from counted words.
///
/// The rule, which gives the merges, their order and the numbers of Hugging Face's `BpeTrainer`:
/// - Numbers go to the special tokens in their order, then to the alphabet sorted by the characters
///   that spell the bytes (``ByteAlphabet``), then to merged tokens in the order of their merges.
/// - The most frequent pair of adjacent tokens is merged next; of equally frequent ones the one
///   with the smaller left number, then the smaller right number. A pair occurs at every place it
///   could be merged at: `aaa` has two pairs `aa`.
/// - A merged token spelled like one that exists already is that token: no number is given, the
///   merge counts all the same.
/// - It ends when the vocabulary is full or no pair occurs `max(1, minimumFrequency)` times.
/// - A vocabulary smaller than special tokens and alphabet has all of them and no merges.
///
/// The result depends on nothing but the words, their counts and these settings.
///
/// - Source: Sennrich et al. 2016, arXiv:1508.07909, algorithm 1; Gage 1994.
public struct BPETrainer: Sendable, Hashable {
  /// How many tokens the vocabulary gets at most, special tokens and alphabet included.
  public var vocabularySize: Int
  /// How often a pair must occur to be merged.
  public var minimumFrequency: Int
  /// Merged tokens have fewer bytes than this, but two of the alphabet always may merge.
  public var maximumTokenLength: Int?
  /// The special tokens, which get the first numbers.
  public var specialTokens: [String]
  /// The bytes that are tokens even where the corpus has none of them; all 256 by default, without
  /// which a tokenizer can not encode every text.
  public var initialAlphabet: Set<UInt8>

  /// Creates a trainer.
  public init(
    vocabularySize: Int,
    minimumFrequency: Int = 0,
    maximumTokenLength: Int? = nil,
    specialTokens: [String] = ["<|endoftext|>"],
    initialAlphabet: Set<UInt8> = Set(0...255)
  ) {
    self.vocabularySize = vocabularySize
    self.minimumFrequency = minimumFrequency
    self.maximumTokenLength = maximumTokenLength
    self.specialTokens = specialTokens
    self.initialAlphabet = initialAlphabet
  }

  /// Learns the vocabulary and its merges.
  ///
  /// - Parameters:
  ///   - counter: The words.
  ///   - isInterrupted: Asked before every merge.
  ///   - progress: Called now and then with the number of tokens so far and wanted.
  /// - Returns: The model; it has fewer tokens than asked for where the words ran out of pairs.
  /// - Throws: ``TokenizationError`` for settings that make no sense, an empty corpus or one beyond
  ///   2³² distinct symbols; ``TokenizationError/interrupted``.
  public func train(
    on counter: WordCounter,
    isInterrupted: () -> Bool = { false },
    progress: (_ tokens: Int, _ wanted: Int) -> Void = { _, _ in }
  ) throws(TokenizationError) -> BPEModel {
    try check()
    guard counter.uniqueCount > 0 else { throw .emptyCorpus }
    let base = baseTokens(of: counter)
    var byteTokens = [TokenID](repeating: 0, count: 256)
    var tokens = StringTable(capacity: vocabularySize)
    var lengths = FlatArray<UInt32>(capacity: vocabularySize)
    for token in base {
      guard token.spelling.withByteView({ tokens.insert($0) }) != nil else { continue }
      lengths.append(UInt32(String(decoding: token.spelling, as: UTF8.self).unicodeScalars.count))
    }
    for token in base {
      guard let byte = token.byte else { continue }
      byteTokens[Int(byte)] = TokenID(token.spelling.withByteView { tokens.find($0) } ?? 0)
    }
    let words = try wordList(of: counter, byteTokens)
    var learner = try MergeLearner(
      words: words,
      tokens: tokens,
      characterCounts: lengths,
      maximumLength: maximumTokenLength ?? .max,
      minimumCount: Int64(minimumFrequency)
    )
    while learner.tokenCount < vocabularySize {
      if isInterrupted() { throw .interrupted }
      if !(try learner.step()) { break }
      if learner.merges.count & 0x3F == 0 { progress(learner.tokenCount, vocabularySize) }
    }
    progress(learner.tokenCount, vocabularySize)
    let merges = withoutRepeats(learner.merges)
    let learned = learner.finish()
    return BPEModel(tokens: (0..<learned.count).map { learned.string($0) }, merges: merges)
  }

  func check() throws(TokenizationError) {
    if vocabularySize < 1 || vocabularySize > Self.largestVocabulary {
      throw .wrongOption(
        name: "The vocabulary size",
        value: "\(vocabularySize)",
        remedy: "choose 1 to \(Self.largestVocabulary) tokens"
      )
    }
    if minimumFrequency < 0 {
      throw .wrongOption(
        name: "The minimum frequency",
        value: "\(minimumFrequency)",
        remedy: "choose 0 or more"
      )
    }
    if let length = maximumTokenLength, length < 1 {
      throw .wrongOption(
        name: "The maximum token length",
        value: "\(length)",
        remedy: "choose 1 or more bytes"
      )
    }
    var seen: Set<String> = []
    for token in specialTokens {
      if token.isEmpty {
        throw .wrongOption(name: "A special token", value: "empty", remedy: "give it a text")
      }
      if !seen.insert(token).inserted {
        throw .wrongOption(
          name: "The special token \(token)",
          value: "named twice",
          remedy: "name it once"
        )
      }
    }
  }

  /// The largest vocabulary, far above any in use.
  public static let largestVocabulary = 1 << 24

  /// The tokens before any merge in the order of their numbers: special ones, then the alphabet.
  func baseTokens(of counter: WordCounter) -> [(spelling: [UInt8], byte: UInt8?)] {
    var alphabet = initialAlphabet
    if alphabet.count < 256 {
      counter.table.forEach { word, _ in
        for index in 0..<word.count { alphabet.insert(word[index]) }
      }
    }
    return specialTokens.map { (Array($0.utf8), nil) }
      + ByteAlphabet.bytesByCharacter.filter(alphabet.contains).map {
        (ByteAlphabet.spelling(of: [$0]), $0)
      }
  }

  private func wordList(
    of counter: WordCounter,
    _ byteTokens: [TokenID]
  ) throws(TokenizationError) -> WordList {
    var words = WordList(
      capacity: counter.table.uniqueCount,
      tokenCapacity: counter.table.uniqueByteCount
    )
    try counter.table.forEach { (word, count) throws(TokenizationError) in
      try words.startWord(count: count)
      for index in 0..<word.count { words.append(byteTokens[Int(word[index])]) }
      words.finishWord()
    }
    return words
  }

  /// The merges without those that come again later, as a list in a file can name a pair only once.
  func withoutRepeats(_ merges: [Merge]) -> [Merge] {
    var last: [PairKey: Int] = [:]
    last.reserveCapacity(merges.count)
    for (index, merge) in merges.enumerated() { last[pairKey(merge.left, merge.right)] = index }
    if last.count == merges.count { return merges }
    return merges.enumerated().filter { last[pairKey($1.left, $1.right)] == $0 }.map(\.element)
  }
}
