/// Learns a BPE vocabulary from counted words.
///
/// The rule, which gives the merges, their order and the numbers of Hugging Face's `BpeTrainer`:
/// - Numbers go to the special tokens in their order, then to the alphabet sorted by code point (of
///   the characters that spell the bytes, ``ByteAlphabet``), then to merged tokens in the order of
///   their merges.
/// - The most frequent pair of adjacent tokens is merged next; of equally frequent ones the one
///   with the smaller left number, then the smaller right number. A pair occurs at every place it
///   could be merged at: `aaa` has two pairs `aa`.
/// - A merged token spelled like one that exists already is that token: no number is given, the
///   merge counts all the same.
/// - It ends when the vocabulary is full or no pair occurs `max(1, minimumFrequency)` times.
/// - A vocabulary smaller than special tokens and alphabet has all of them and no merges.
///
/// Where Hugging Face's result changes from run to run, this one does not: an alphabet's limit drops
/// the larger of equally rare code points, and the decorated characters that a prefix or a suffix
/// makes get their numbers in the order in which they are met in the words sorted by their bytes.
///
/// The result depends on nothing but the words, their counts and these settings.
///
/// - Source: Sennrich et al. 2016, arXiv:1508.07909, algorithm 1; Gage 1994.
public struct BPETrainer: Sendable, Hashable {
  /// What words are made of before any merge.
  public enum Alphabet: String, CaseIterable, Sendable {
    /// Bytes: every text can be encoded with 256 of them.
    case bytes
    /// Characters, as in SentencePiece.
    case characters
  }

  /// How the bytes or characters get their numbers.
  public enum BaseOrder: String, CaseIterable, Sendable {
    /// By the code point that spells them, after the special tokens, as Hugging Face's.
    case characters
    /// The number of a byte is its value, and special tokens come last, as in tiktoken's files.
    case bytes
  }

  /// How many tokens the vocabulary gets at most, special tokens and alphabet included.
  public var vocabularySize: Int
  /// How often a pair must occur to be merged.
  public var minimumFrequency: Int
  /// Merged tokens have fewer characters than this (of a byte-level model: bytes), but two of the
  /// alphabet always may merge.
  public var maximumTokenLength: Int?
  /// The special tokens, which get the first numbers, or the last with ``BaseOrder/bytes``.
  public var specialTokens: [String]
  /// The bytes that are tokens even where the corpus has none of them; all 256 by default, without
  /// which a tokenizer can not encode every text.
  public var initialAlphabet: Set<UInt8>
  /// What words are made of.
  public var alphabet = Alphabet.bytes
  /// The characters that are tokens even where the corpus has none of them, in an alphabet of
  /// characters.
  public var initialCharacters: Set<Unicode.Scalar> = []
  /// Whether the vocabulary has a token for each byte beside an alphabet of characters.
  public var byteFallback = false
  /// How many bytes or characters the alphabet has at most: the most frequent ones.
  ///
  /// What is left out of the alphabet is left out of the words.
  public var alphabetLimit: Int?
  /// What is written before tokens that do not begin a word, such as `##`.
  public var continuingSubwordPrefix: String?
  /// What is written after tokens that end a word, such as `</w>`.
  public var endOfWordSuffix: String?
  /// How the alphabet is numbered.
  public var baseOrder = BaseOrder.characters
  /// Words that occur less often are not looked at.
  public var minimumWordCount: UInt64 = 0
  /// How many counted occurrences are one occurrence for ``minimumFrequency``, which is more than
  /// one where counts were multiplied to balance languages.
  public var countScale: Int64 = 1

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
  ///   - words: The words.
  ///   - isInterrupted: Asked before every merge.
  ///   - progress: Called now and then with the number of tokens so far and wanted.
  /// - Returns: The model; it has fewer tokens than asked for where the words ran out of pairs.
  /// - Throws: ``TokenizationError`` for settings that make no sense, an empty corpus or one beyond
  ///   2³² distinct symbols; ``TokenizationError/interrupted``.
  public func train(
    on words: some CountedWords,
    isInterrupted: () -> Bool = { false },
    progress: (_ tokens: Int, _ wanted: Int) -> Void = { _, _ in }
  ) throws(TokenizationError) -> BPEModel {
    let models = try train(
      on: words,
      sizes: [vocabularySize],
      isInterrupted: isInterrupted,
      progress: progress
    )
    return models[0]
  }

  /// Learns the vocabularies of several sizes in one run.
  ///
  /// Each is the one that a run of its own with that ``vocabularySize`` gives: the merges of a
  /// smaller vocabulary are the first ones of a larger.
  ///
  /// - Parameters:
  ///   - words: The words.
  ///   - sizes: The sizes, special tokens included, instead of ``vocabularySize``; at least one.
  ///   - memory: The bound to keep within; nil where memory need not be spared.
  ///   - isInterrupted: Asked before every merge.
  ///   - progress: Called now and then with the number of tokens so far and wanted.
  /// - Returns: The models in the order of the sizes.
  /// - Throws: ``TokenizationError`` as ``train(on:isInterrupted:progress:)``.
  public func train(
    on words: some CountedWords,
    sizes: [Int],
    memory: TrainingMemory? = nil,
    isInterrupted: () -> Bool = { false },
    progress: (_ tokens: Int, _ wanted: Int) -> Void = { _, _ in }
  ) throws(TokenizationError) -> [BPEModel] {
    precondition(!sizes.isEmpty, "no vocabulary size")
    for size in sizes { try with(size).check() }
    guard words.uniqueCount > 0 else { throw .emptyCorpus }
    let base = try BaseVocabulary(self, words)
    let last = baseOrder == .bytes ? specialTokens.count : 0
    let wanted = (sizes.max() ?? vocabularySize) - last
    var tokens = StringTable(capacity: max(wanted, base.tokens.count))
    var lengths = FlatArray<UInt32>(capacity: max(wanted, base.tokens.count))
    for token in base.tokens {
      _ = token.spelling.withByteView { tokens.insert($0) }
      lengths.append(UInt32(token.length))
    }
    var learner = try MergeLearner(
      words: try wordList(of: words, base),
      tokens: tokens,
      characterCounts: lengths,
      maximumLength: maximumTokenLength ?? .max,
      minimumCount: Int64(max(minimumFrequency, 1)).multipliedReportingOverflow(by: countScale)
        .partialValue,
      continuingPrefix: Array((continuingSubwordPrefix ?? "").utf8),
      memory: memory
    )
    while learner.tokenCount < wanted {
      if isInterrupted() { throw .interrupted }
      if !(try learner.step()) { break }
      if learner.merges.count & 0x3F == 0 { progress(learner.tokenCount, wanted) }
    }
    progress(learner.tokenCount, wanted)
    let merges = learner.merges
    let learned = learner.finish()
    let spellings = (0..<learned.count).map { learned.string($0) }
    return sizes.map { size in
      Self.model(spellings, merges, base: base.tokens.count, size: size - last)
    }
  }

  /// The model of some size, of the merges of a larger one.
  static func model(
    _ tokens: [[UInt8]],
    _ merges: [Merge],
    base: Int,
    size: Int
  ) -> BPEModel {
    if size >= tokens.count { return BPEModel(tokens: tokens, merges: withoutRepeats(merges)) }
    if size <= base { return BPEModel(tokens: Array(tokens[..<base]), merges: []) }
    // The last merge is the one that made the last token.
    let end = merges.firstIndex { Int($0.merged) == size - 1 } ?? 0
    return BPEModel(
      tokens: Array(tokens[..<size]),
      merges: withoutRepeats(Array(merges[...end]))
    )
  }

  /// The same settings with another vocabulary size.
  func with(_ size: Int) -> BPETrainer {
    var trainer = self
    trainer.vocabularySize = size
    return trainer
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
    if let limit = alphabetLimit, limit < 1 {
      throw .wrongOption(
        name: "The alphabet limit",
        value: "\(limit)",
        remedy: "choose 1 or more"
      )
    }
    if baseOrder == .bytes, alphabet != .bytes || initialAlphabet.count < 256 {
      throw .wrongOption(
        name: "The order of the base tokens",
        value: "bytes",
        remedy: "only all 256 bytes can be numbered by their values"
      )
    }
    if baseOrder == .bytes, continuingSubwordPrefix != nil || endOfWordSuffix != nil {
      throw .wrongOption(
        name: "The order of the base tokens",
        value: "bytes",
        remedy: "leave out prefix and suffix"
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

  private func wordList(
    of words: some CountedWords,
    _ base: BaseVocabulary
  ) throws(TokenizationError) -> WordList {
    var list = WordList(capacity: words.uniqueCount, tokenCapacity: words.uniqueByteCount)
    var bound = OccurrenceBound()
    try words.forEachWord { (word, count) throws(TokenizationError) in
      if count < minimumWordCount { return }
      try bound.add(word, count)
      try word.withByteView { (word) throws(TokenizationError) in
        try base.append(word, count: count, to: &list)
      }
    }
    return list
  }

  /// The merges without those that come again later, as a list in a file can name a pair only once.
  static func withoutRepeats(_ merges: [Merge]) -> [Merge] {
    var last: [PairKey: Int] = [:]
    last.reserveCapacity(merges.count)
    for (index, merge) in merges.enumerated() { last[pairKey(merge.left, merge.right)] = index }
    if last.count == merges.count { return merges }
    return merges.enumerated().filter { last[pairKey($1.left, $1.right)] == $0 }.map(\.element)
  }
}
