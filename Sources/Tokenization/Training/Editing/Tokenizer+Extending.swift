extension Tokenizer {
  /// Adds tokens for new text without changing what there is.
  ///
  /// All tokens keep their numbers, added and special ones too; new ones follow. All merges keep
  /// their ranks; new ones follow, so that a text is first merged as before and then further where
  /// new merges apply. Tokens that were only added become part of the vocabulary under the number
  /// they have, since no number may be missing below the new ones. Numbers without a token stay so.
  ///
  /// Where words are made of characters, those that have no token yet get the first new ones, the
  /// most frequent if they are too many. A SentencePiece model becomes pairs.
  ///
  /// - Parameters:
  ///   - words: Words of the new text, counted with this tokenizer's configuration.
  ///   - count: How many tokens are added at most.
  ///   - minimumFrequency: How often a pair must occur to be merged.
  ///   - maximumTokenLength: New tokens have fewer bytes than this.
  ///   - isInterrupted: Asked before every merge.
  ///   - progress: Called now and then with the number of tokens so far and wanted.
  /// - Returns: The tokenizer, with fewer new tokens where the words ran out of pairs.
  /// - Throws: ``TokenizationError`` for an empty corpus, or more tokens than a vocabulary may have;
  ///   ``TokenizationError/interrupted``;
  ///   ``TokenizationError/notExpressible(format:what:)`` for a SentencePiece model without pairs.
  public func extended(
    on words: some CountedWords,
    by count: Int,
    minimumFrequency: Int = 0,
    maximumTokenLength: Int? = nil,
    isInterrupted: () -> Bool = { false },
    progress: (_ tokens: Int, _ wanted: Int) -> Void = { _, _ in }
  ) throws(TokenizationError) -> Tokenizer {
    guard count >= 1, count <= BPETrainer.largestVocabulary - vocabularySize else {
      throw .wrongOption(
        name: "The number of new tokens",
        value: "\(count)",
        remedy: "choose 1 to \(BPETrainer.largestVocabulary - vocabularySize)"
      )
    }
    if sentencePiece != nil {
      return try withPairs().extended(
        on: words,
        by: count,
        minimumFrequency: minimumFrequency,
        maximumTokenLength: maximumTokenLength,
        isInterrupted: isInterrupted,
        progress: progress
      )
    }
    var training = ContinuedTraining(
      tokens: (0..<vocabularySize).map { tables.tokens.string($0) },
      model: model
    )
    if !isPlainByteLevel || !tables.coversAllBytes {
      training.spelling = ContinuedSpelling(configuration)
    }
    training.ignoresMerges = configuration.ignoresMerges
    training.minimumFrequency = minimumFrequency
    training.maximumTokenLength = maximumTokenLength
    let (tokens, learned) = try training.learn(
      from: words,
      size: vocabularySize + count,
      isInterrupted: isInterrupted,
      progress: progress
    )
    let known = Set(merges.map { pairKey($0.left, $0.right) })
    let new = BPETrainer.withoutRepeats(learned)
      .filter { !known.contains(pairKey($0.left, $0.right)) }
    return try Tokenizer(
      model: BPEModel(tokens: tokens, merges: merges + new),
      configuration: configuration
    )
  }
}
