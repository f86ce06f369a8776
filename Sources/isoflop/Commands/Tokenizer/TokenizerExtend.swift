import ArgumentParser
import Files
import Tokenization

/// `isoflop tokenizer extend`: adds tokens for new text to a tokenizer.
struct TokenizerExtend: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "extend",
    abstract: "Add tokens for a new language; what there is stays.",
    discussion: """
      isoflop tokenizer extend --tokenizer old.json --corpus sw.txt --add 4k \\
        -o new.json

      All tokens keep their numbers, special ones too, and new ones follow. All
      merges keep their ranks, and new ones follow: a text is merged as before
      and then further where new merges apply.
      """
  )

  @Option(help: ArgumentHelp("The tokenizer.json to extend.", valueName: "file"))
  var tokenizer: String

  @OptionGroup var texts: TextOptions

  @Option(help: ArgumentHelp("How many tokens are added: 4096, 4k.", valueName: "count"))
  var add: VocabularySize

  @Option(
    name: .customLong("min-frequency"),
    help: ArgumentHelp("How often a pair must occur to be merged.", valueName: "count")
  )
  var minimumFrequency = 0

  @Option(
    name: .customLong("max-token-length"),
    help: ArgumentHelp("New tokens stay shorter than this many bytes.", valueName: "bytes")
  )
  var maximumTokenLength: Int?

  @Option(
    name: [.short, .long],
    help: ArgumentHelp("The tokenizer.json to write.", valueName: "file")
  )
  var output: String

  @Flag(name: [.customShort("n"), .long], help: "Say what would be done, and do nothing.")
  var dryRun = false

  @Flag(help: "Print the facts as JSON.")
  var json = false

  @OptionGroup var work: WorkOptions

  func validate() throws {
    if texts.corpus.isEmpty { throw ValidationError("Name a text with --corpus.") }
    if minimumFrequency < 0 { throw ValidationError("--min-frequency must be 0 or more.") }
    if maximumTokenLength ?? 1 < 1 {
      throw ValidationError("--max-token-length must be 1 or more.")
    }
  }

  func run() throws {
    try work.run { try extend($0) }
  }

  private func extend(_ progress: DelayedProgress) throws {
    try checkWritable(output)
    let old = try Tokenizer(contentsOf: tokenizer).withPairs()
    let inputs = try texts.inputs()
    if dryRun {
      print(
        """
        \(output): would add up to \(add.count) tokens from \(inputs.count) \
        file\(inputs.count == 1 ? "" : "s") to the \(old.vocabularySize) of \(tokenizer)
        """
      )
      return
    }
    let counter = try WordCounter.count(
      inputs,
      old.configuration.withoutAddedTokens,
      threads: work.threads,
      isInterrupted: { Interruption.isRequested },
      progress: { done, total in
        progress.update(stage: "Counting words", done: done, of: total)
      }
    )
    let new = try old.extended(
      on: counter,
      by: add.count,
      minimumFrequency: minimumFrequency,
      maximumTokenLength: maximumTokenLength,
      isInterrupted: { Interruption.isRequested },
      progress: { tokens, wanted in
        progress.update(
          stage: "Learning merges",
          done: tokens - old.vocabularySize,
          of: wanted - old.vocabularySize,
          detail: "\(tokens) of \(wanted) tokens"
        )
      }
    )
    progress.finish()
    try new.save(to: output)
    let added = new.vocabularySize - old.vocabularySize
    if json {
      print(
        JSONText.object([
          ("vocabulary_size", "\(new.vocabularySize)"), ("added_tokens", "\(added)"),
          ("added_merges", "\(new.model.merges.count - old.model.merges.count)"),
          ("corpus_bytes", "\(counter.byteCount)"), ("words", "\(counter.total)"),
          ("distinct_words", "\(counter.uniqueCount)"),
          ("sha256", JSONText.string(new.digest)), ("output", JSONText.string(output)),
        ])
      )
      return
    }
    print("\(output): \(new.vocabularySize) tokens, \(added) of them new")
    if added < add.count { Console.note("The text has pairs for \(added) new tokens only.\n") }
  }
}
