import UnicodeText

/// Learns more merges where a vocabulary has some already.
///
/// Words are encoded by the vocabulary as it is; what stands side by side then is merged further by
/// the rule of ``BPETrainer``. New tokens get the numbers behind all others, and new merges the ranks
/// behind all others, so that a text is first merged as it was before.
struct ContinuedTraining {
  /// The tokens that there are, by number.
  var tokens: [[UInt8]]
  /// The vocabulary that encodes words; its numbers are those of ``tokens``.
  var model: BPEModel
  /// Whether a word that is a token is that token, whatever the merges say.
  var ignoresMerges = false
  /// How often a pair must occur to be merged.
  var minimumFrequency = 0
  /// Merged tokens have fewer bytes than this.
  var maximumTokenLength: Int?
  /// How words are encoded where more than bytes are merged; nil elsewhere.
  var spelling: ContinuedSpelling?
  /// Says by the spelling of a merged token which pairs are passed over; nil for none.
  var isForbidden: ((_ spelling: [UInt8]) -> Bool)?
  /// The bound to keep within; nil where memory need not be spared.
  var memory: TrainingMemory?

  /// Learns until there are so many tokens, or no pair is frequent enough.
  ///
  /// - Parameters:
  ///   - words: The words.
  ///   - size: How many tokens there shall be, those that there are included.
  ///   - isInterrupted: Asked before every merge.
  ///   - progress: Called now and then with the number of tokens so far and wanted.
  /// - Returns: All tokens and the new merges.
  /// - Throws: ``TokenizationError``.
  func learn(
    from words: some CountedWords,
    size: Int,
    isInterrupted: () -> Bool,
    progress: (_ tokens: Int, _ wanted: Int) -> Void
  ) throws(TokenizationError) -> (tokens: [[UInt8]], merges: [Merge]) {
    guard words.uniqueCount > 0 else { throw .emptyCorpus }
    var training = self
    if let spelling {
      training.tokens += try spelling.newCharacters(
        in: words,
        tokens,
        count: size - tokens.count,
        minimumCount: UInt64(max(minimumFrequency, 1))
      )
    }
    return try training.learnMerges(
      from: words,
      size: size,
      isInterrupted: isInterrupted,
      progress: progress
    )
  }

  private func learnMerges(
    from words: some CountedWords,
    size: Int,
    isInterrupted: () -> Bool,
    progress: (_ tokens: Int, _ wanted: Int) -> Void
  ) throws(TokenizationError) -> (tokens: [[UInt8]], merges: [Merge]) {
    var table = StringTable(capacity: size)
    var lengths = FlatArray<UInt32>(capacity: size)
    for token in tokens {
      _ = token.withByteView { table.insert($0) }
      lengths.append(UInt32(String(decoding: token, as: UTF8.self).unicodeScalars.count))
    }
    let list: WordList
    if let spelling {
      list = try spelling.encoded(words, tokens, model.merges)
    } else {
      list = try encoded(words)
    }
    var learner = try MergeLearner(
      words: list,
      tokens: table,
      characterCounts: lengths,
      maximumLength: maximumTokenLength ?? .max,
      minimumCount: Int64(max(minimumFrequency, 1)),
      continuingPrefix: Array((spelling?.options.continuingSubwordPrefix ?? "").utf8),
      memory: memory
    )
    learner.isForbidden = isForbidden
    while learner.tokenCount < size {
      if isInterrupted() { throw .interrupted }
      if !(try learner.step()) { break }
      if learner.merges.count & 0x1F == 0 { progress(learner.tokenCount, size) }
    }
    progress(learner.tokenCount, size)
    let merges = learner.merges
    let learned = learner.finish()
    return ((0..<learned.count).map { learned.string($0) }, merges)
  }

  /// The words in tokens of the vocabulary.
  private func encoded(_ words: some CountedWords) throws(TokenizationError) -> WordList {
    var configuration = TokenizerConfiguration(normalization: .none, ignoresMerges: ignoresMerges)
    configuration.splits = []
    let tokenizer = try Tokenizer(model: model, configuration: configuration)
    var encoder = PieceEncoder(tokenizer, LearnedWords())
    var list = WordList(capacity: words.uniqueCount, tokenCapacity: words.uniqueByteCount / 3)
    var bound = OccurrenceBound()
    try words.forEachWord { (word, count) throws(TokenizationError) in
      try bound.add(word, count)
      encoder.output.removeAll()
      try word.withByteView { (word) throws(TokenizationError) in try encoder.encode(word) }
      try list.startWord(count: count)
      for index in 0..<encoder.output.count { list.append(encoder.output[index]) }
      list.finishWord()
    }
    return list
  }
}
