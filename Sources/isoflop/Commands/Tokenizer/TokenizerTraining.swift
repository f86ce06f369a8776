import Files
import Tokenization
import UnicodeText

/// What `tokenizer train` does between its options and its report.
struct TokenizerTraining {
  let words: WordOptions
  let counts: [String]
  let balancing: BalanceOptions
  let sizes: [Int]
  var trainer: BPETrainer
  let superwords: (from: Int, length: Int)?
  let example: TokenizerConfiguration
  let scratch: String
  /// Whether rare words are left out where learning would not fit.
  let fitsMemory: Bool
  let progress: DelayedProgress

  /// The words of one language; of all where languages are not kept apart.
  private struct Language {
    let name: String
    let words: any CountedWords
  }

  /// How texts become words: special tokens in the text are ordinary text at a first training.
  private var wordConfiguration: TokenizerConfiguration {
    words.like == nil && counts.isEmpty ? example.withoutAddedTokens : example
  }

  private var source: WordSource {
    WordSource(
      options: words,
      configuration: wordConfiguration,
      scratch: scratch,
      progress: progress
    )
  }

  func run() throws -> TrainingResult {
    if balancing.parityCorpus != nil { return try runParity() }
    if superwords != nil { return try runSuperwords() }
    let languages = try self.languages()
    var trainer = trainer
    var measured: [TrainingResult.Language] = []
    let counted: any CountedWords
    if let rule = balancing.balance {
      let sizes = try languages.map { language in
        (name: language.name, characters: try characters(language.words))
      }
      let weights = try rule.read().weights(of: sizes)
      trainer.countScale = Int64(weights.scale)
      counted = try together(languages, weights.multipliers)
      measured = sizes.enumerated().map { index, size in
        TrainingResult.Language(
          name: size.name,
          characters: size.characters,
          factor: weights.factor(index)
        )
      }
    } else {
      counted = try together(languages, languages.map { _ in 1 })
    }
    return try finish(trainer, counted, measured, of: languages)
  }

  private func finish(
    _ trainer: BPETrainer,
    _ counted: any CountedWords,
    _ measured: [TrainingResult.Language],
    of languages: [Language]
  ) throws -> TrainingResult {
    var trainer = trainer
    let pruning = try prune(counted, &trainer)
    let memory = try memory(for: counted, minimumWordCount: trainer.minimumWordCount)
    let models = try trainer.train(
      on: counted,
      sizes: sizes,
      memory: memory,
      isInterrupted: { Interruption.isRequested },
      progress: showMerges
    )
    let tokenizers = try models.map { model in
      try Tokenizer(learned: model, by: trainer, words: wordConfiguration, like: example)
    }
    return TrainingResult(
      tokenizers: tokenizers,
      byteCount: languages.reduce(0) { $0 + $1.words.byteCount },
      total: languages.reduce(0) { $0 + $1.words.total },
      uniqueCount: counted.uniqueCount,
      languages: measured,
      pruning: pruning
    )
  }

  /// The bound that learning keeps within, or nil; throws where the words alone do not fit.
  private func memory(
    for counted: any CountedWords,
    minimumWordCount: UInt64 = 0
  ) throws -> TrainingMemory? {
    try words.memory.map { bound in
      try TrainingMemory(
        bound: bound.bytes,
        size: LearningSize(of: counted, minimumWordCount: minimumWordCount),
        vocabularySize: sizes.max() ?? 0,
        canPrune: superwords == nil
      )
    }
  }

  /// Leaves out rare words where that was asked for and learning would not fit.
  private func prune(
    _ counted: any CountedWords,
    _ trainer: inout BPETrainer
  ) throws -> WordPruning? {
    guard let bound = words.memory, fitsMemory else { return nil }
    let pruning = try WordPruning(
      counted,
      vocabularySize: sizes.max() ?? 0,
      minimumWordCount: trainer.minimumWordCount,
      bound: bound.bytes
    )
    trainer.minimumWordCount = pruning.minimumWordCount
    return pruning
  }

  /// Shows how far the learning is.
  private func showMerges(_ tokens: Int, _ wanted: Int) {
    progress.update(
      stage: "Learning merges",
      done: tokens,
      of: wanted,
      detail: "\(tokens) of \(wanted) tokens"
    )
  }

  // MARK: - Words

  /// The words of each language, or of all together where they need not be apart.
  private func languages() throws -> [Language] {
    if counts.isEmpty {
      let texts = languageTexts(try words.texts.inputs(), apart: balancing.needsLanguages)
      return try texts.map { text in
        Language(name: text.name, words: try source.words(of: text.inputs, name: text.name))
      }
    }
    let files = try counts.map { path in try CountFile(contentsOf: path) }
    for file in files.dropFirst() { try file.checkAgrees(with: files[0]) }
    return files.map { Language(name: textStem(of: $0.path), words: $0) }
  }

  private func characters(_ words: any CountedWords) throws -> Int {
    if let file = words as? CountFile { return file.characterCount }
    return try words.countCharacters()
  }

  /// The words of all languages, each so many times.
  private func together(
    _ languages: [Language],
    _ multipliers: [UInt64]
  ) throws -> any CountedWords {
    if languages.count == 1, multipliers[0] == 1 { return languages[0].words }
    let files = languages.compactMap { $0.words as? CountFile }
    if files.count == languages.count, words.usesDisk {
      try prepareOutputFolder(scratch)
      return try mergeCounts(
        zip(files, multipliers).map { (file: $0, weight: $1) },
        to: joined(scratch, "sum.counts"),
        isInterrupted: { Interruption.isRequested },
        progress: { done, total in
          progress.update(
            stage: "Merging counts",
            done: done,
            of: total,
            detail: "\(done) of \(total) words"
          )
        }
      )
    }
    let sum = try WordCounter(languages[0].words.configuration)
    for (language, multiplier) in zip(languages, multipliers) {
      try sum.add(language.words, times: multiplier)
    }
    return sum
  }

  /// Removes what was written on the way.
  func removeScratch() throws {
    guard words.usesDisk, try fileKind(scratch) == .folder else { return }
    for name in try fileNames(in: scratch) where name.hasSuffix(".counts") {
      try removeFile(joined(scratch, name))
    }
    try removeEmptyFolder(scratch)
  }

  // MARK: - Other ways to choose merges

  private func runParity() throws -> TrainingResult {
    let languages = try self.languages()
    let folder = balancing.parityCorpus ?? ""
    let texts = languageTexts(try TextInput.inputs(at: [folder]), apart: true)
    var pairs: [ParityTrainer.Language] = []
    for language in languages {
      guard let text = texts.first(where: { $0.name == language.name }) else {
        throw CorpusError.noParallelText(language: language.name, folder: folder)
      }
      pairs.append(
        ParityTrainer.Language(
          name: language.name,
          words: language.words,
          parallel: try source.words(of: text.inputs, name: "\(language.name).parallel")
        )
      )
    }
    let memory = try words.memory.map { bound in
      try TrainingMemory(
        bound: bound.bytes,
        languages: pairs,
        minimumWordCount: trainer.minimumWordCount,
        vocabularySize: sizes.max() ?? 0
      )
    }
    let parity = ParityTrainer(
      trainer,
      globalMerges: balancing.globalMerges,
      window: balancing.window.map { ParityTrainer.Window(size: $0, alpha: balancing.alpha) }
    )
    let result = try parity.train(
      on: pairs,
      sizes: sizes,
      memory: memory,
      isInterrupted: { Interruption.isRequested },
      progress: showMerges
    )
    let measured = try languages.indices.map { index in
      TrainingResult.Language(
        name: languages[index].name,
        characters: try characters(languages[index].words),
        parallelTokens: result.parallelTokens[index],
        merges: result.merges[index]
      )
    }
    return TrainingResult(
      tokenizers: try result.models.map { model in
        try Tokenizer(learned: model, by: trainer, words: wordConfiguration, like: example)
      },
      byteCount: languages.reduce(0) { $0 + $1.words.byteCount },
      total: languages.reduce(0) { $0 + $1.words.total },
      uniqueCount: languages.reduce(0) { $0 + $1.words.uniqueCount },
      languages: measured
    )
  }

  private func runSuperwords() throws -> TrainingResult {
    let inputs = try words.texts.inputs()
    let second = SuperwordTrainer.secondStage(of: wordConfiguration)
    let counted = try source.words(of: inputs, name: "")
    let lines = try WordSource(
      options: words,
      configuration: second,
      scratch: scratch,
      progress: progress
    ).words(of: inputs, name: "lines")
    let memory = try memory(for: lines)
    let superwords = SuperwordTrainer(
      trainer,
      transitionSize: self.superwords?.from ?? 0,
      maximumWords: self.superwords?.length ?? 4
    )
    let models = try superwords.train(
      on: counted,
      lines: lines,
      sizes: sizes,
      memory: memory,
      isInterrupted: { Interruption.isRequested },
      progress: showMerges
    )
    return TrainingResult(
      tokenizers: try models.map { model in
        try Tokenizer(learned: model, by: trainer, words: second, like: example)
      },
      byteCount: counted.byteCount,
      total: counted.total,
      uniqueCount: counted.uniqueCount,
      languages: []
    )
  }

  // MARK: - What would be done

  /// What a run would read and write.
  func describe(json: Bool) throws -> String {
    let paths = counts.isEmpty ? try words.texts.inputs().map(\.path) : counts
    let least = CountingJob.leastMemory(threads: words.work.threads)
    if json {
      return JSONText.object([
        ("files", JSONText.array(paths.map(JSONText.string))),
        ("normalization", JSONText.string(example.normalization.name)),
        ("pre_tokenizer", JSONText.string(example.splitName)),
        ("vocabulary_sizes", JSONText.array(sizes.map { "\($0)" })),
        ("least_memory_bytes", "\(least)"),
      ])
    }
    return """
      would train \(sizes.map { "\($0)" }.joined(separator: ", ")) tokens on \(paths.count) \
      file\(paths.count == 1 ? "" : "s") with normalization \(example.normalization.name) and \
      pre-tokenizer \(example.splitName); counting works with --memory \(least >> 20)MiB or more
      """
  }
}

/// What a training learned and saw.
struct TrainingResult {
  struct Language {
    let name: String
    let characters: Int
    /// How often the text counted; nil where merges were chosen by language.
    var factor: Double?
    /// The tokens of the parallel text at the end.
    var parallelTokens: Int?
    /// How many merges were chosen for it.
    var merges: Int?
  }

  let tokenizers: [Tokenizer]
  let byteCount: Int
  let total: UInt64
  let uniqueCount: Int
  let languages: [Language]
  /// What was left out, where that was allowed.
  var pruning: WordPruning?
}
