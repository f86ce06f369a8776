/// Learns one vocabulary for several languages so that all need about as many tokens for the same
/// content.
///
/// A parallel text says how well each language is compressed. At every step the language that needs
/// the most tokens there chooses: its most frequent pair of adjacent tokens in its own training text
/// is merged, in all languages. Ties between pairs go to the smaller (left id, right id), between
/// languages to the one that comes first. A language without pairs is passed over.
///
/// The first merges may be chosen by the counts of all languages together (``globalMerges``), and a
/// window may keep one language from choosing too often (``Window``).
///
/// Numbers, the length limit and the least frequency are ``BPETrainer``'s.
///
/// - Source: Foroutan et al. 2025, arXiv:2508.04796, algorithm 1 and section 3.
public struct ParityTrainer: Sendable, Hashable {
  /// Keeps a language from choosing again and again.
  public struct Window: Sendable, Hashable {
    /// How many of the last choices are looked at.
    public var size: Int
    /// A language that made more than this times its equal share of them is passed over, unless all
    /// are.
    public var alpha: Double

    /// Creates a window.
    public init(size: Int = 100, alpha: Double = 2) {
      self.size = size
      self.alpha = alpha
    }
  }

  /// A language.
  public struct Language {
    /// Its name.
    public let name: String
    /// The words it is trained on.
    public let words: any CountedWords
    /// The words of its side of the parallel text.
    public let parallel: any CountedWords

    /// Creates a language.
    public init(name: String, words: any CountedWords, parallel: any CountedWords) {
      self.name = name
      self.words = words
      self.parallel = parallel
    }
  }

  /// What was learned.
  public struct Result: Sendable {
    /// The models in the order of the sizes asked for.
    public let models: [BPEModel]
    /// How many merges each language chose.
    public let merges: [Int]
    /// How many tokens the parallel text of each language has with the largest vocabulary.
    public let parallelTokens: [Int]
  }

  /// The settings of the vocabulary.
  public var trainer: BPETrainer
  /// How many merges are chosen by the counts of all languages before.
  public var globalMerges: Int
  /// Keeps a language from choosing too often; nil for no limit.
  public var window: Window?

  /// Creates a trainer.
  public init(_ trainer: BPETrainer, globalMerges: Int = 0, window: Window? = nil) {
    self.trainer = trainer
    self.globalMerges = globalMerges
    self.window = window
  }

  /// Learns the vocabularies of several sizes in one run.
  ///
  /// - Parameters:
  ///   - languages: The languages, at least one.
  ///   - sizes: The sizes of the vocabularies, special tokens included; at least one.
  ///   - memory: The bound to keep within; nil for none.
  ///   - isInterrupted: Asked before every merge.
  ///   - progress: Called now and then with the number of tokens so far and wanted.
  /// - Returns: The models, and what became of each language.
  /// - Throws: ``TokenizationError`` for settings that make no sense, an empty corpus or an empty
  ///   parallel text; ``TokenizationError/interrupted``.
  public func train(
    on languages: [Language],
    sizes: [Int],
    memory: TrainingMemory? = nil,
    isInterrupted: () -> Bool = { false },
    progress: (_ tokens: Int, _ wanted: Int) -> Void = { _, _ in }
  ) throws(TokenizationError) -> Result {
    precondition(!sizes.isEmpty, "no vocabulary size")
    for size in sizes { try trainer.with(size).check() }
    try check(languages)
    let all = AllWords(languages)
    guard all.uniqueCount > 0 else { throw .emptyCorpus }
    let base = try BaseVocabulary(trainer, all)
    var run = ParityRun(self, base)
    for language in languages {
      try run.add(language, base)
      try memory?.checkGrowth()
    }
    let last = trainer.baseOrder == .bytes ? trainer.specialTokens.count : 0
    let wanted = (sizes.max() ?? trainer.vocabularySize) - last
    while run.tokens.count < wanted {
      if isInterrupted() { throw .interrupted }
      if !run.step() { break }
      if run.merges.count & 0x1F == 0 {
        try memory?.checkGrowth()
        progress(run.tokens.count, wanted)
      }
    }
    progress(run.tokens.count, wanted)
    return Result(
      models: sizes.map { size in
        BPETrainer.model(run.tokens, run.merges, base: base.tokens.count, size: size - last)
      },
      merges: run.choices,
      parallelTokens: run.parallel.map { Int($0.tokenCount) }
    )
  }

  private func check(_ languages: [Language]) throws(TokenizationError) {
    if languages.isEmpty { throw .emptyCorpus }
    for language in languages where language.parallel.uniqueCount == 0 {
      throw .wrongOption(
        name: "The parallel text of \(language.name)",
        value: "empty",
        remedy: "give every language the same content"
      )
    }
    if globalMerges < 0 {
      throw .wrongOption(
        name: "The number of global merges",
        value: "\(globalMerges)",
        remedy: "choose 0 or more"
      )
    }
    if let window, window.size < 1 || !(window.alpha > 0 && window.alpha.isFinite) {
      throw .wrongOption(
        name: "The window",
        value: "\(window.size) merges with α = \(window.alpha)",
        remedy: "choose 1 merge or more and a positive α"
      )
    }
  }
}

/// The words of all languages, training and parallel text, for finding the alphabet.
private struct AllWords: CountedWords {
  let languages: [ParityTrainer.Language]

  init(_ languages: [ParityTrainer.Language]) {
    self.languages = languages
  }

  private var parts: [any CountedWords] { languages.flatMap { [$0.words, $0.parallel] } }

  var configuration: TokenizerConfiguration { parts[0].configuration }
  var byteCount: Int { parts.reduce(0) { $0 + $1.byteCount } }
  var total: UInt64 { parts.reduce(0) { $0 &+ $1.total } }
  var uniqueCount: Int { languages.reduce(0) { $0 + $1.words.uniqueCount } }
  var uniqueByteCount: Int { parts.reduce(0) { $0 + $1.uniqueByteCount } }

  func forEachWord(
    _ body: (RawSpan, UInt64) throws(TokenizationError) -> Void
  ) throws(TokenizationError) {
    for part in parts { try part.forEachWord(body) }
  }
}
