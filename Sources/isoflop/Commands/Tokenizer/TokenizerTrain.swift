import ArgumentParser
import Files
import Tokenization
import UnicodeText

/// `isoflop tokenizer train`: learns a vocabulary from text.
struct TokenizerTrain: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "Learn a BPE vocabulary from text.",
    discussion: """
      isoflop tokenizer train --corpus texts --vocab-size 8k -o tokenizer.json
      isoflop tokenizer train --corpus a.txt --corpus b.txt --vocab-size 32768 \\
        --normalizer nfkc --pre-tokenizer cl100k -o tokenizer.json
      isoflop tokenizer train --corpus web.jsonl.zst --field content \\
        --vocab-size 32k -o tokenizer.json
      isoflop tokenizer train --corpus th.txt --vocab-size 8k \\
        --pre-tokenizer o200k --pre-tokenizer words:th -o tokenizer.json
      isoflop tokenizer train --counts *.counts --vocab-size 8k,16k,32k -o t.json
      isoflop tokenizer train --corpus web.txt --memory 4GiB --vocab-size 64k \\
        -o t.json
      isoflop tokenizer train --corpus texts --balance temperature=0.3 \\
        --vocab-size 32k -o t.json
      isoflop tokenizer train --corpus texts --parity-corpus flores \\
        --vocab-size 32k -o t.json
      isoflop tokenizer train --corpus texts --vocab-size 32k \\
        --superwords-from 24k -o t.json
      isoflop tokenizer train --corpus texts --alphabet characters --byte-fallback \\
        --unknown '<unk>' --pre-tokenizer metaspace --vocab-size 32k -o t.json

      The most frequent pair of tokens is merged first; of equally frequent
      ones the pair with the smaller left number, then the smaller right
      number. The result depends on nothing but the text and the options. The
      file opens in Hugging Face's tokenizers with the same token ids.

      --memory bounds the whole process and changes no merge. Words that do not
      fit are counted on disk. Learning holds the distinct words; it forgets
      what is out of date before a table grows, and ends with an error instead
      of growing beyond the bound, naming what is enough. --fit-memory rather
      leaves out the rarest words: the merges are exactly those of the text
      without them.
      """
  )

  @OptionGroup var words: WordOptions

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp("Files of counts instead of text, LANGUAGE.counts.", valueName: "file")
  )
  var counts: [String] = []

  @OptionGroup var vocabulary: VocabularyOptions
  @OptionGroup var balancing: BalanceOptions

  @Option(
    name: .customLong("superwords-from"),
    help: ArgumentHelp(
      "The size of the vocabulary from which on tokens may cross the borders of words.",
      valueName: "count"
    )
  )
  var superwordsFrom: VocabularySize?

  @Option(
    name: .customLong("superword-length"),
    help: ArgumentHelp("How many words such a token has at most.", valueName: "words")
  )
  var superwordLength = 4

  @Flag(
    help: ArgumentHelp(
      "Where learning does not fit into --memory, leave out the rarest words until it does, and say"
        + " how many."
    )
  )
  var fitMemory = false

  @Option(
    name: [.short, .long],
    help: ArgumentHelp(
      "The tokenizer.json to write; of several sizes NAME-SIZE.json each.",
      valueName: "file"
    )
  )
  var output: String

  @Flag(name: [.customShort("n"), .long], help: "Say what would be trained, and train nothing.")
  var dryRun = false

  @Flag(help: "Print the facts as JSON.")
  var json = false

  func validate() throws {
    if words.texts.corpus.isEmpty == counts.isEmpty {
      throw ValidationError("Name a text with --corpus, or files of counts with --counts.")
    }
    if !counts.isEmpty {
      if words.like != nil || !words.normalizers.isEmpty || !words.preTokenizers.isEmpty {
        throw ValidationError("Counts know how they were made; leave out --like and the like.")
      }
      if superwordsFrom != nil {
        throw ValidationError(
          "Counts know no neighbors of words: --superwords-from needs --corpus."
        )
      }
    }
    if fitMemory, words.memory == nil {
      throw ValidationError("--fit-memory needs the bound, --memory.")
    }
    if fitMemory, superwordsFrom != nil || balancing.parityCorpus != nil {
      throw ValidationError(
        "--fit-memory goes with neither --superwords-from nor --parity-corpus; leave out rare words"
          + " by --min-word-frequency."
      )
    }
    if words.like != nil, vocabulary.wantedSpecialTokens != nil {
      throw ValidationError(
        "--like brings the normal form, the pre-tokenizer and the special tokens along."
      )
    }
    if let first = superwordsFrom?.count, vocabulary.sizes.counts.contains(where: { $0 < first }) {
      throw ValidationError("--superwords-from must not be above --vocab-size.")
    }
    if superwordsFrom != nil, balancing.needsLanguages {
      throw ValidationError("--superwords-from goes with neither --balance nor --parity-corpus.")
    }
    if superwordsFrom != nil,
      vocabulary.alphabet == .characters || words.metaspace != nil
        || vocabulary.continuingSubwordPrefix != nil || vocabulary.endOfWordSuffix != nil
    {
      throw ValidationError(
        "--superwords-from learns tokens of bytes: leave out --alphabet characters, metaspace,"
          + " prefix and suffix."
      )
    }
    if superwordLength < 2 { throw ValidationError("--superword-length must be 2 or more.") }
  }

  func run() throws {
    Interruption.listen()
    let progress = DelayedProgress(quiet: words.work.quiet)
    defer { progress.finish() }
    do {
      try train(progress)
    } catch TokenizationError.interrupted {
      progress.finish()
      let scratch = words.scratchFolder(for: output)
      if words.usesDisk, try fileKind(scratch) == .folder {
        Console.note("Interrupted. What was counted waits in \(scratch); go on with --resume.\n")
      } else {
        Console.note("Interrupted. Nothing was written.\n")
      }
      throw ExitStatus.interrupted
    }
  }

  private func train(_ progress: DelayedProgress) throws {
    for size in vocabulary.sizes.counts { try checkWritable(path(of: size)) }
    let example = try exampleConfiguration()
    let run = TokenizerTraining(
      words: words,
      counts: counts,
      balancing: balancing,
      sizes: vocabulary.sizes.counts,
      trainer: try vocabulary.trainer(of: example),
      superwords: superwordsFrom.map { ($0.count, superwordLength) },
      example: example,
      scratch: words.scratchFolder(for: output),
      fitsMemory: fitMemory,
      progress: progress
    )
    if dryRun {
      print(try run.describe(json: json))
      return
    }
    let result: TrainingResult
    do {
      result = try run.run()
    } catch {
      // What was counted stays for --resume; a folder without anything need not.
      try? removeEmptyFolder(run.scratch)
      throw error
    }
    progress.finish()
    for (size, tokenizer) in zip(vocabulary.sizes.counts, result.tokenizers) {
      try tokenizer.save(to: path(of: size))
    }
    try run.removeScratch()
    for (size, tokenizer) in zip(vocabulary.sizes.counts, result.tokenizers) {
      report(tokenizer, size, result)
    }
    if let pruning = result.pruning, pruning.wordCount > 0 {
      Console.note(pruning.summary + "\n")
    }
    if !json, !result.languages.isEmpty { print(result.table) }
  }

  /// Where the tokenizer of a size goes: `t.json`, or `t-8000.json` where there are several.
  private func path(of size: Int) -> String {
    if vocabulary.sizes.counts.count == 1 { return output }
    let stem = output.hasSuffix(".json") ? String(output.dropLast(5)) : output
    return "\(stem)-\(size).json"
  }

  /// What the new tokenizer is like beside its vocabulary.
  private func exampleConfiguration() throws -> TokenizerConfiguration {
    var configuration = try words.configuration()
    if let first = counts.first {
      configuration = try CountFile(contentsOf: first).configuration
    }
    try vocabulary.apply(to: &configuration, isLike: words.like != nil)
    if words.like == nil, configuration.addedTokens.isEmpty {
      let texts = vocabulary.wantedSpecialTokens ?? ["<|endoftext|>"]
      configuration.addedTokens = texts.enumerated().map {
        AddedToken(id: TokenID($0), content: $1)
      }
    }
    return configuration
  }

  private func report(_ tokenizer: Tokenizer, _ size: Int, _ result: TrainingResult) {
    let merges = tokenizer.model.merges.count
    let output = path(of: size)
    if json {
      var members = [
        ("vocabulary_size", "\(tokenizer.vocabularySize)"), ("merges", "\(merges)"),
        ("corpus_bytes", "\(result.byteCount)"), ("words", "\(result.total)"),
        ("distinct_words", "\(result.uniqueCount)"),
        ("normalization", JSONText.string(tokenizer.configuration.normalization.name)),
        ("pre_tokenizer", JSONText.string(tokenizer.configuration.splitName)),
      ]
      if let pruning = result.pruning { members.append(("pruning", pruning.json)) }
      if !result.languages.isEmpty { members.append(("languages", result.languagesJSON)) }
      members += [
        ("peak_memory_bytes", peakMemory().map { "\($0)" } ?? "null"),
        ("sha256", JSONText.string(tokenizer.digest)), ("output", JSONText.string(output)),
      ]
      print(JSONText.object(members))
      return
    }
    print(
      """
      \(output): \(tokenizer.vocabularySize) tokens, \(merges) merges, from \
      \(result.byteCount) bytes, \(result.total) words, \(result.uniqueCount) distinct
      """
    )
    for substitute in tokenizer.configuration.substitutes {
      Console.note("Other programs that read \(output) do \(substitute).\n")
    }
    if tokenizer.vocabularySize < size {
      Console.note("The text has pairs for \(tokenizer.vocabularySize) tokens only.\n")
    }
    if tokenizer.vocabularySize > size {
      Console.note("Alphabet and special tokens alone are more tokens than were asked for.\n")
    }
  }
}

extension WordPruning {
  /// What was left out, in a sentence or two.
  fileprivate var summary: String {
    let percent = (share * 10000).rounded() / 100
    return """
      To fit into memory, \(wordCount) words that occur less than \(minimumWordCount) times were left \
      out, \(percent) % of the text. The merges are exactly those of the text without them; a pair \
      may have counted \(pairOccurrences) less than in the whole text at most.
      """
  }

  fileprivate var json: String {
    JSONText.object([
      ("words_left_out", "\(wordCount)"), ("least_count", "\(minimumWordCount)"),
      ("occurrences_left_out", "\(occurrences)"), ("share_of_bytes", "\(share)"),
      ("largest_loss_of_a_pair", "\(pairOccurrences)"),
    ])
  }
}
