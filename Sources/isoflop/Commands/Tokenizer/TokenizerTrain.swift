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
        --normalizer nfkc --pre-tokenizer cl100k -o tokenizer.json
      isoflop tokenizer train --corpus web.jsonl.zst --field content \\
        --vocab-size 32k -o tokenizer.json
      isoflop tokenizer train --corpus th.txt --vocab-size 8k \\
        --pre-tokenizer o200k --pre-tokenizer words:th -o tokenizer.json

      The most frequent pair of tokens is merged first; of equally frequent
      ones the pair with the smaller left number, then the smaller right
      number. The result depends on nothing but the text and the options. The
      file opens in Hugging Face's tokenizers with the same token ids.
      """
  )

  @OptionGroup var texts: TextOptions

  @Option(
    name: .customLong("vocab-size"),
    help: ArgumentHelp("How many tokens, special ones included: 8192, 32k.", valueName: "count")
  )
  var vocabularySize: VocabularySize

  @Option(
    help: ArgumentHelp(
      "A tokenizer.json whose normal form, pre-tokenizer and special tokens the new one gets.",
      valueName: "file"
    )
  )
  var like: String?

  @Option(
    name: [.customLong("normalizer"), .customLong("normalization")],
    help: ArgumentHelp(
      "What is done to the text first (default: nfc); may be repeated, in order: none, nfc, nfd, nfkc,"
        + " nfkd, nfkc-casefold, lowercase, lowercase:LANGUAGE, strip-accents, strip, strip-left,"
        + " strip-right, collapse-whitespace, prepend:TEXT, replace:/FROM/TO/, regex:/PATTERN/TO/,"
        + " transform:ICU-ID.",
      valueName: "step"
    ),
    transform: { try Normalization.Step(spelling: $0) }
  )
  var normalizers: [Normalization.Step] = []

  @Option(
    name: .customLong("pre-tokenizer"),
    help: ArgumentHelp(
      "A rule that cuts text into pieces (default: o200k); may be repeated, each cuts the pieces of"
        + " the one before: o200k, cl100k or llama3, gpt2, qwen2, nanochat, whitespace,"
        + " whitespace-split, punctuation, digits, digits:1, digits:3, scripts, words,"
        + " words:LANGUAGE, graphemes, whole-graphemes, split:/TEXT/, regex:/PATTERN/BEHAVIOR.",
      valueName: "rule"
    ),
    transform: { try TextSplit(spelling: $0) }
  )
  var preTokenizers: [TextSplit] = []

  @Option(
    name: .customLong("initial-alphabet"),
    help: ArgumentHelp(
      "Bytes that are tokens even where the text has none: bytes (all 256), none, or those of a"
        + " file.",
      valueName: "bytes|none|file"
    )
  )
  var initialAlphabet = "bytes"

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

  @Flag(name: [.short, .long], help: "Show no progress.")
  var quiet = false

  @Flag(help: "Print the facts as JSON.")
  var json = false

  func validate() throws {
    if texts.corpus.isEmpty { throw ValidationError("Name a text with --corpus.") }
    if vocabularySize.count > BPETrainer.largestVocabulary {
      throw ValidationError("A vocabulary has at most \(BPETrainer.largestVocabulary) tokens.")
    }
    if like != nil, !normalizers.isEmpty || !preTokenizers.isEmpty || !specialTokens.isEmpty {
      throw ValidationError(
        "--like brings the normalizers, the pre-tokenizer and the special tokens along."
      )
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
    Interruption.listen()
    let progress = DelayedProgress(quiet: quiet)
    defer { progress.finish() }
    do {
      try train(progress)
    } catch TokenizationError.interrupted {
      progress.finish()
      Console.note("Interrupted. Nothing was written.\n")
      throw ExitStatus.interrupted
    }
  }

  private func train(_ progress: DelayedProgress) throws {
    try checkWritable(output)
    let example = try configuration()
    let alphabet = try alphabet()
    let inputs = try texts.inputs()
    let counter = try WordCounter.count(
      inputs,
      like == nil ? example.withoutAddedTokens : example,
      threads: threads,
      isInterrupted: { Interruption.isRequested },
      progress: { done, total in
        progress.update(stage: "Counting words", done: done, of: total)
      }
    )
    let trainer = BPETrainer(
      vocabularySize: vocabularySize.count,
      minimumFrequency: minimumFrequency,
      maximumTokenLength: maximumTokenLength,
      specialTokens: example.addedTokens.filter(\.isSpecial).map(\.content),
      initialAlphabet: alphabet
    )
    let tokenizer = try Tokenizer.train(
      trainer,
      on: counter,
      like: example,
      isInterrupted: { Interruption.isRequested },
      progress: { tokens, wanted in
        progress.update(
          stage: "Learning merges",
          done: tokens,
          of: wanted,
          detail: "\(tokens) of \(wanted) tokens"
        )
      }
    )
    progress.finish()
    try tokenizer.save(to: output)
    report(tokenizer, counter)
  }

  /// What the new tokenizer is like.
  private func configuration() throws -> TokenizerConfiguration {
    var configuration = TokenizerConfiguration()
    if let like {
      configuration = try Tokenizer(contentsOf: like).configuration
    } else {
      let texts = specialTokens.isEmpty ? ["<|endoftext|>"] : specialTokens
      configuration.addedTokens = texts.enumerated().map {
        AddedToken(id: TokenID($0), content: $1)
      }
      if !normalizers.isEmpty { configuration.normalization = Normalization(normalizers) }
      if !preTokenizers.isEmpty { configuration.splits = preTokenizers }
    }
    return configuration
  }

  private func alphabet() throws -> Set<UInt8> {
    switch initialAlphabet {
    case "bytes": Set(0...255)
    case "none": []
    default: Set(try readFile(initialAlphabet))
    }
  }

  private func report(_ tokenizer: Tokenizer, _ counter: WordCounter) {
    let merges = tokenizer.model.merges.count
    if json {
      print(
        JSONText.object([
          ("vocabulary_size", "\(tokenizer.vocabularySize)"),
          ("merges", "\(tokenizer.model.merges.count)"),
          ("corpus_bytes", "\(counter.byteCount)"), ("words", "\(counter.total)"),
          ("distinct_words", "\(counter.uniqueCount)"),
          ("normalization", JSONText.string(counter.normalization.name)),
          ("pre_tokenizer", JSONText.string(counter.configuration.splitName)),
          ("sha256", JSONText.string(tokenizer.digest)), ("output", JSONText.string(output)),
        ])
      )
      return
    }
    print(
      """
      \(output): \(tokenizer.vocabularySize) tokens, \(merges) merges, from \
      \(counter.byteCount) bytes, \(counter.total) words, \(counter.uniqueCount) distinct
      """
    )
    for substitute in tokenizer.configuration.substitutes {
      Console.note("Other programs that read \(output) do \(substitute).\n")
    }
    if tokenizer.vocabularySize < vocabularySize.count {
      Console.note("The text has pairs for \(tokenizer.vocabularySize) tokens only.\n")
    }
    if tokenizer.vocabularySize > vocabularySize.count {
      Console.note("All 256 bytes and the special tokens are tokens, more than were asked for.\n")
    }
  }
}
