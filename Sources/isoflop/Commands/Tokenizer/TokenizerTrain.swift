import ArgumentParser
import Files
import Tokenization
import UnicodeText

/// `isoflop tokenizer train`: learns a vocabulary from text.
struct TokenizerTrain: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "Learn a byte-level BPE vocabulary from text.",
    discussion: """
      isoflop tokenizer train --corpus texts --vocab-size 8k -o tokenizer.json
      isoflop tokenizer train --corpus a.txt --corpus b.txt --vocab-size 32768 \\
        --normalization nfkc --pre-tokenizer cl100k -o tokenizer.json

      The most frequent pair of tokens is merged first; of equally frequent
      ones the pair with the smaller left number, then the smaller right
      number. The result depends on nothing but the text and the options. The
      file opens in Hugging Face's tokenizers with the same token ids.
      """
  )

  @Option(
    name: .long,
    help: ArgumentHelp(
      "A text file in UTF-8, a folder of .txt files, or - for standard input; may be repeated.",
      valueName: "file|folder"
    )
  )
  var corpus: [String]

  @Option(
    name: .customLong("vocab-size"),
    help: ArgumentHelp("How many tokens, special ones included: 8192, 32k.", valueName: "count")
  )
  var vocabularySize: VocabularySize

  @Option(help: ArgumentHelp("The normal form of the text.", valueName: "form"))
  var normalization: NormalizationForm = .nfc

  @Option(
    name: .customLong("pre-tokenizer"),
    help: ArgumentHelp("The rule that cuts text into pieces.", valueName: "rule")
  )
  var preTokenizer: SplitPattern = .o200k

  @Option(
    name: .customLong("min-frequency"),
    help: ArgumentHelp("How often a pair must occur to be merged.", valueName: "count")
  )
  var minimumFrequency = 0

  @Option(
    name: .customLong("max-token-length"),
    help: ArgumentHelp("Merged tokens stay shorter than this many bytes.", valueName: "bytes")
  )
  var maximumTokenLength: Int?

  @Option(
    name: .customLong("special"),
    help: ArgumentHelp(
      "A special token; may be repeated. <|endoftext|> where none is given.",
      valueName: "text"
    )
  )
  var specialTokens: [String] = []

  @Option(help: ArgumentHelp("How many threads count words.", valueName: "count"))
  var threads = processorCount

  @Option(
    name: [.short, .long],
    help: ArgumentHelp("The tokenizer.json to write.", valueName: "file")
  )
  var output: String

  @Flag(help: "Print the facts as JSON.")
  var json = false

  func validate() throws {
    if corpus.isEmpty { throw ValidationError("Name a text with --corpus.") }
    if normalization == .nfkcCasefold {
      throw ValidationError("tokenizer.json has no word for nfkc-casefold; use nfkc.")
    }
    if vocabularySize.count > BPETrainer.largestVocabulary {
      throw ValidationError("A vocabulary has at most \(BPETrainer.largestVocabulary) tokens.")
    }
    if minimumFrequency < 0 { throw ValidationError("--min-frequency must be 0 or more.") }
    if maximumTokenLength ?? 1 < 1 {
      throw ValidationError("--max-token-length must be 1 or more.")
    }
    if threads < 1 { throw ValidationError("--threads must be 1 or more.") }
    if specialTokens.contains("") || Set(specialTokens).count < specialTokens.count {
      throw ValidationError("Special tokens must differ from each other and hold some text.")
    }
  }

  func run() throws {
    try checkWritable(output)
    let files = try corpusFiles(corpus)
    let counter = try WordCounter.count(
      files,
      normalization: normalization,
      pattern: preTokenizer,
      threads: threads
    )
    let trainer = BPETrainer(
      vocabularySize: vocabularySize.count,
      minimumFrequency: minimumFrequency,
      maximumTokenLength: maximumTokenLength,
      specialTokens: specialTokens.isEmpty ? ["<|endoftext|>"] : specialTokens
    )
    let tokenizer = try Tokenizer.train(trainer, on: counter)
    try tokenizer.save(to: output)
    report(tokenizer, counter)
  }

  private func report(_ tokenizer: Tokenizer, _ counter: WordCounter) {
    let merges = tokenizer.vocabularySize - 256 - tokenizer.configuration.addedTokens.count
    if json {
      print(
        JSONText.object([
          ("vocabulary_size", "\(tokenizer.vocabularySize)"),
          ("merges", "\(tokenizer.model.merges.count)"),
          ("corpus_bytes", "\(counter.byteCount)"), ("words", "\(counter.total)"),
          ("distinct_words", "\(counter.uniqueCount)"),
          ("normalization", JSONText.string(normalization.rawValue)),
          ("pre_tokenizer", JSONText.string(preTokenizer.rawValue)),
          ("sha256", JSONText.string(tokenizer.digest)), ("output", JSONText.string(output)),
        ])
      )
      return
    }
    print(
      """
      \(output): \(tokenizer.vocabularySize) tokens, \(merges) of them merged, from \
      \(counter.byteCount) bytes, \(counter.total) words, \(counter.uniqueCount) distinct
      """
    )
    if tokenizer.vocabularySize < vocabularySize.count {
      Console.note("The text has pairs for \(tokenizer.vocabularySize) tokens only.\n")
    }
    if tokenizer.vocabularySize > vocabularySize.count {
      Console.note("All 256 bytes and the special tokens are tokens, more than were asked for.\n")
    }
  }
}
