import ArgumentParser
import Files
import Tokenization

extension BPETrainer.BaseOrder: ExpressibleByArgument {}

/// What a vocabulary is made of.
struct VocabularyOptions: ParsableArguments {
  @Option(
    name: .customLong("vocab-size"),
    help: ArgumentHelp(
      "How many tokens, special ones included: 8192, 32k; several, 8k,16k,32k, write one file each.",
      valueName: "count"
    )
  )
  var sizes: VocabularySizes

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
    name: .customLong("limit-alphabet"),
    help: ArgumentHelp("How many bytes the alphabet has at most.", valueName: "count")
  )
  var alphabetLimit: Int?

  @Option(
    name: .customLong("base-ids"),
    help: ArgumentHelp(
      "How bytes are numbered: by the characters that spell them, or bytes (tiktoken's order).",
      valueName: "order"
    )
  )
  var baseOrder = BPETrainer.BaseOrder.characters

  @Option(
    name: .customLong("min-frequency"),
    help: ArgumentHelp("How often a pair must occur to be merged.", valueName: "count")
  )
  var minimumFrequency = 0

  @Option(
    name: .customLong("min-word-frequency"),
    help: ArgumentHelp("Words that occur less often are passed over.", valueName: "count")
  )
  var minimumWordCount = 0

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

  func validate() throws {
    for size in sizes.counts where size > BPETrainer.largestVocabulary {
      throw ValidationError("A vocabulary has at most \(BPETrainer.largestVocabulary) tokens.")
    }
    if minimumFrequency < 0 { throw ValidationError("--min-frequency must be 0 or more.") }
    if minimumWordCount < 0 { throw ValidationError("--min-word-frequency must be 0 or more.") }
    if maximumTokenLength ?? 1 < 1 {
      throw ValidationError("--max-token-length must be 1 or more.")
    }
    if alphabetLimit ?? 1 < 1 { throw ValidationError("--limit-alphabet must be 1 or more.") }
    if baseOrder == .bytes, initialAlphabet != "bytes" || alphabetLimit != nil {
      throw ValidationError("--base-ids bytes numbers all 256 bytes; leave the alphabet as it is.")
    }
    if specialTokens.contains("") || Set(specialTokens).count < specialTokens.count {
      throw ValidationError("Special tokens must differ from each other and hold some text.")
    }
  }

  /// The largest size asked for.
  var largest: Int { sizes.counts.max() ?? 1 }

  /// The trainer with these settings.
  func trainer(specialTokens: [String]) throws -> BPETrainer {
    var trainer = BPETrainer(
      vocabularySize: largest,
      minimumFrequency: minimumFrequency,
      maximumTokenLength: maximumTokenLength,
      specialTokens: specialTokens,
      initialAlphabet: try alphabet()
    )
    trainer.alphabetLimit = alphabetLimit
    trainer.baseOrder = baseOrder
    trainer.minimumWordCount = UInt64(minimumWordCount)
    return trainer
  }

  private func alphabet() throws -> Set<UInt8> {
    switch initialAlphabet {
    case "bytes": alphabetLimit == nil ? Set(0...255) : []
    case "none": []
    default: Set(try readFile(initialAlphabet))
    }
  }
}
