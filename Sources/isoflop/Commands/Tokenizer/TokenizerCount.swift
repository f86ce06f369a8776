import ArgumentParser
import Files
import Tokenization
import UnicodeText

/// `isoflop tokenizer count`: counts the words of a part of a corpus.
struct TokenizerCount: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "count",
    abstract: "Count the words of a part of a corpus, for training elsewhere.",
    discussion: """
      isoflop tokenizer count shard-07.txt -o shard-07.counts
      isoflop tokenizer count web.jsonl.zst --memory 2GiB -o web.counts
      isoflop tokenizer train --counts *.counts --vocab-size 32k -o tokenizer.json

      Counts of parts add up: training on their files gives the same bytes as
      training on the text at once. Count every part with the same settings;
      files that differ in them are refused. --memory bounds the whole
      process; an interrupted counting goes on with --resume.
      """
  )

  @Argument(help: ArgumentHelp("More text files or folders.", valueName: "file|folder"))
  var files: [String] = []

  @OptionGroup var words: WordOptions

  @Option(
    name: [.short, .long],
    help: ArgumentHelp("The file of counts to write.", valueName: "file")
  )
  var output: String

  @Flag(name: [.customShort("n"), .long], help: "Say what would be counted, and count nothing.")
  var dryRun = false

  @Flag(help: "Print the facts as JSON.")
  var json = false

  func validate() throws {
    if files.isEmpty, words.texts.corpus.isEmpty { throw ValidationError("Name a text to count.") }
  }

  func run() throws {
    Interruption.listen()
    let progress = DelayedProgress(quiet: words.work.quiet)
    defer { progress.finish() }
    do {
      try count(progress)
    } catch TokenizationError.interrupted {
      progress.finish()
      Console.note(
        "Interrupted. What was counted waits in \(words.scratchFolder(for: output)); go on with"
          + " --resume.\n"
      )
      throw ExitStatus.interrupted
    }
  }

  private func count(_ progress: DelayedProgress) throws {
    try checkWritable(output)
    var texts = words.texts
    texts.corpus = files + texts.corpus
    let inputs = try texts.inputs()
    var configuration = try words.configuration()
    if words.like == nil { configuration.addedTokens = [] }
    let scratch = words.scratchFolder(for: output)
    if dryRun {
      try describe(inputs, configuration)
      return
    }
    let source = WordSource(
      options: words,
      configuration: configuration,
      scratch: scratch,
      progress: progress
    )
    let counts = try source.count(inputs, to: output)
    progress.finish()
    report(counts)
  }

  private func describe(_ inputs: [TextInput], _ configuration: TokenizerConfiguration) throws {
    let least = CountingJob.leastMemory(threads: words.work.threads)
    if json {
      print(
        JSONText.object([
          ("files", JSONText.array(inputs.map { JSONText.string($0.path) })),
          ("normalization", JSONText.string(configuration.normalization.name)),
          ("pre_tokenizer", JSONText.string(configuration.splitName)),
          ("least_memory_bytes", "\(least)"), ("output", JSONText.string(output)),
        ])
      )
      return
    }
    print(
      """
      \(output): would count \(inputs.count) file\(inputs.count == 1 ? "" : "s") with normalization \
      \(configuration.normalization.name) and pre-tokenizer \(configuration.splitName); \
      --memory \(least >> 20)MiB is the least that works
      """
    )
  }

  private func report(_ counts: CountFile) {
    if json {
      print(
        JSONText.object([
          ("corpus_bytes", "\(counts.byteCount)"), ("words", "\(counts.total)"),
          ("distinct_words", "\(counts.uniqueCount)"),
          ("distinct_word_bytes", "\(counts.uniqueByteCount)"),
          ("characters", "\(counts.characterCount)"),
          ("normalization", JSONText.string(counts.configuration.normalization.name)),
          ("pre_tokenizer", JSONText.string(counts.configuration.splitName)),
          ("peak_memory_bytes", peakMemory().map { "\($0)" } ?? "null"),
          ("output", JSONText.string(output)),
        ])
      )
      return
    }
    print(
      """
      \(output): \(counts.total) words, \(counts.uniqueCount) distinct, of \(counts.byteCount) \
      bytes
      """
    )
  }
}
