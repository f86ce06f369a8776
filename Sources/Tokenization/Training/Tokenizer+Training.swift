public import UnicodeText

extension Tokenizer {
  /// Trains a tokenizer on counted words.
  ///
  /// - Parameters:
  ///   - trainer: The settings.
  ///   - words: The words; their normal form and pattern become the tokenizer's.
  ///   - example: A configuration whose other settings, and the flags of whose added tokens, become
  ///     the tokenizer's. Its added tokens that are not special follow the vocabulary.
  ///   - isInterrupted: Asked before every merge.
  ///   - progress: Called now and then with the number of tokens so far and wanted.
  /// - Returns: The tokenizer; the trainer's special tokens are its first tokens, or its last with
  ///   ``BPETrainer/BaseOrder/bytes``.
  /// - Throws: ``TokenizationError`` for settings that make no sense and for an empty corpus;
  ///   ``TokenizationError/interrupted``.
  public static func train(
    _ trainer: BPETrainer,
    on words: some CountedWords,
    like example: TokenizerConfiguration = TokenizerConfiguration(),
    isInterrupted: () -> Bool = { false },
    progress: (_ tokens: Int, _ wanted: Int) -> Void = { _, _ in }
  ) throws(TokenizationError) -> Tokenizer {
    let model = try trainer.train(
      on: words,
      isInterrupted: isInterrupted,
      progress: progress
    )
    return try Tokenizer(
      learned: model,
      by: trainer,
      words: words.configuration,
      like: example
    )
  }

  /// Creates the tokenizer of a model that was learned.
  ///
  /// - Parameters:
  ///   - model: The model.
  ///   - trainer: The settings it was learned by.
  ///   - words: What said how texts became words.
  ///   - example: A configuration whose other settings, and the flags of whose added tokens, become
  ///     the tokenizer's.
  /// - Throws: ``TokenizationError/wrongModel(place:problem:)`` where the parts do not fit together.
  public init(
    learned model: BPEModel,
    by trainer: BPETrainer,
    words: TokenizerConfiguration,
    like example: TokenizerConfiguration
  ) throws(TokenizationError) {
    var configuration = example
    configuration.normalization = words.normalization
    configuration.splits = words.splits
    configuration.addsPrefixSpace = words.addsPrefixSpace
    configuration.prefixSpaceStage = words.prefixSpaceStage
    configuration.metaspace = words.metaspace
    configuration.metaspaceStage = words.metaspaceStage
    configuration.characterMap = words.characterMap
    configuration.isByteLevel = trainer.alphabet == .bytes
    configuration.options.byteFallback = trainer.alphabet == .characters && trainer.byteFallback
    configuration.options.continuingSubwordPrefix = trainer.continuingSubwordPrefix
    configuration.options.endOfWordSuffix = trainer.endOfWordSuffix
    let (old, new) = (example, configuration)
    if old.isByteLevel != new.isByteLevel || old.options != new.options
      || old.metaspace != new.metaspace
    {
      configuration.decoding = configuration.usualDecoding
    }
    var numbers: [[UInt8]: Int] = [:]
    for (number, token) in model.tokens.enumerated() { numbers[token] = number }
    var added: [AddedToken] = []
    /// Adds a token under the number of its spelling, or behind all others.
    func add(_ token: AddedToken) {
      var token = token
      let extra = added.count { Int($0.id) >= model.tokens.count }
      token.id = TokenID(numbers[Array(token.content.utf8)] ?? model.tokens.count + extra)
      added.append(token)
    }
    for content in trainer.specialTokens {
      var token = AddedToken(id: 0, content: content)
      if let known = example.addedTokens.first(where: { $0.content == content }) { token = known }
      token.isSpecial = true
      add(token)
    }
    for token in example.addedTokens where !trainer.specialTokens.contains(token.content) {
      if !token.isSpecial { add(token) }
    }
    configuration.addedTokens = added
    try Self.renumberTemplates(of: &configuration)
    try self.init(model: model, configuration: configuration)
  }

  /// Gives the special tokens of templates the numbers they have among the added tokens.
  static func renumberTemplates(
    of configuration: inout TokenizerConfiguration
  ) throws(TokenizationError) {
    for (index, processor) in configuration.postProcessors.enumerated() {
      guard case .template(var template) = processor else { continue }
      for place in template.specialTokens.indices {
        let special = template.specialTokens[place]
        for (number, content) in special.tokens.enumerated() {
          guard let token = configuration.addedTokens.first(where: { $0.content == content })
          else {
            throw .wrongModel(
              place: "post_processor",
              problem: "\(content) is none of the new tokenizer's special tokens"
            )
          }
          template.specialTokens[place].ids[number] = token.id
        }
      }
      configuration.postProcessors[index] = .template(template)
    }
  }

  /// Trains a tokenizer on texts.
  ///
  /// Each text is a sequence of its own: no word crosses its ends.
  ///
  /// - Parameters:
  ///   - texts: The corpus.
  ///   - vocabularySize: How many tokens at most, the 256 bytes and special tokens included.
  ///   - normalization: The normal form texts are brought to.
  ///   - pattern: The rule that cuts texts into pieces.
  ///   - specialTokens: The special tokens, which get the first numbers.
  ///   - progress: Called now and then with the number of tokens so far and wanted.
  /// - Returns: The tokenizer.
  /// - Throws: ``TokenizationError`` for settings that make no sense and for an empty corpus.
  public static func train(
    on texts: some Sequence<String>,
    vocabularySize: Int,
    normalization: NormalizationForm = .nfc,
    pattern: SplitPattern = .o200k,
    specialTokens: [String] = ["<|endoftext|>"],
    progress: (_ tokens: Int, _ wanted: Int) -> Void = { _, _ in }
  ) throws(TokenizationError) -> Tokenizer {
    let counter = WordCounter(normalization: normalization, pattern: pattern)
    for text in texts { try counter.add(text) }
    return try train(
      BPETrainer(vocabularySize: vocabularySize, specialTokens: specialTokens),
      on: counter,
      progress: progress
    )
  }
}
