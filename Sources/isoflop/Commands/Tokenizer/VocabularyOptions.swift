import ArgumentParser
import Files
import Tokenization

extension BPETrainer.BaseOrder: ExpressibleByArgument {}
extension BPETrainer.Alphabet: ExpressibleByArgument {}

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
    help: ArgumentHelp(
      "What words are made of: bytes, or characters as in SentencePiece (default: bytes, or what"
        + " --like has).",
      valueName: "unit"
    )
  )
  var alphabet: BPETrainer.Alphabet?

  @Flag(
    name: .customLong("byte-fallback"),
    help: "Give the vocabulary a token for each byte, <0x00> to <0xFF>, for other characters."
  )
  var byteFallback = false

  @Option(
    name: .customLong("unknown"),
    help: ArgumentHelp(
      "The token of characters that have none, <unk> say; becomes a special token.",
      valueName: "text"
    )
  )
  var unknownToken: String?

  @Option(
    name: .customLong("continuing-subword-prefix"),
    help: ArgumentHelp(
      "What is written before tokens that do not begin a word, ## say.",
      valueName: "text"
    )
  )
  var continuingSubwordPrefix: String?

  @Option(
    name: .customLong("end-of-word-suffix"),
    help: ArgumentHelp("What is written after tokens that end a word, </w> say.", valueName: "text")
  )
  var endOfWordSuffix: String?

  @Option(
    name: .customLong("initial-alphabet"),
    help: ArgumentHelp(
      "Bytes that are tokens even where the text has none: bytes (all 256, the default), none, or"
        + " those of a file; its characters with --alphabet characters (default: none).",
      valueName: "bytes|none|file"
    )
  )
  var initialAlphabet: String?

  @Option(
    name: .customLong("limit-alphabet"),
    help: ArgumentHelp("How many bytes or characters the alphabet has at most.", valueName: "count")
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
    if baseOrder == .bytes,
      initialAlphabet ?? "bytes" != "bytes" || alphabetLimit != nil
        || alphabet == .characters || continuingSubwordPrefix != nil || endOfWordSuffix != nil
    {
      throw ValidationError("--base-ids bytes numbers all 256 bytes; leave the alphabet as it is.")
    }
    if alphabet == .characters, initialAlphabet == "bytes" {
      throw ValidationError("--initial-alphabet bytes is for --alphabet bytes.")
    }
    if alphabet == .bytes, byteFallback || unknownToken != nil {
      throw ValidationError("--byte-fallback and --unknown are for --alphabet characters.")
    }
    if [continuingSubwordPrefix, endOfWordSuffix, unknownToken].contains("") {
      throw ValidationError("A prefix, a suffix or an unknown token must hold some text.")
    }
    if specialTokens.contains("") || Set(specialTokens).count < specialTokens.count {
      throw ValidationError("Special tokens must differ from each other and hold some text.")
    }
  }

  /// The largest size asked for.
  var largest: Int { sizes.counts.max() ?? 1 }

  /// The special tokens that are asked for; nil for the usual ones.
  var wantedSpecialTokens: [String]? {
    let unknown = unknownToken.map { [$0] } ?? []
    if specialTokens.isEmpty, unknown.isEmpty { return nil }
    let others = specialTokens.isEmpty ? ["<|endoftext|>"] : specialTokens
    return unknown.filter { !others.contains($0) } + others
  }

  /// Takes the settings over that are part of a tokenizer.
  ///
  /// - Parameters:
  ///   - configuration: What takes them over.
  ///   - isLike: Whether it is that of another tokenizer, whose settings stay where there are no
  ///     others.
  /// - Throws: A validation error where they contradict it.
  func apply(to configuration: inout TokenizerConfiguration, isLike: Bool) throws {
    if let alphabet { configuration.isByteLevel = alphabet == .bytes }
    if configuration.isByteLevel, byteFallback || unknownToken != nil {
      throw ValidationError("--byte-fallback and --unknown need --alphabet characters.")
    }
    let before = configuration
    if byteFallback { configuration.options.byteFallback = true }
    if let unknownToken { configuration.options.unknownToken = unknownToken }
    if let prefix = continuingSubwordPrefix {
      configuration.options.continuingSubwordPrefix = prefix
    }
    if let suffix = endOfWordSuffix { configuration.options.endOfWordSuffix = suffix }
    if !isLike || configuration != before { configuration.decoding = configuration.usualDecoding }
  }

  /// The trainer of a tokenizer with these settings.
  func trainer(of configuration: TokenizerConfiguration) throws -> BPETrainer {
    let alphabet = configuration.isByteLevel ? BPETrainer.Alphabet.bytes : .characters
    var trainer = BPETrainer(
      vocabularySize: largest,
      minimumFrequency: minimumFrequency,
      maximumTokenLength: maximumTokenLength,
      specialTokens: configuration.addedTokens.filter(\.isSpecial).map(\.content),
      initialAlphabet: alphabet == .bytes ? try initialBytes() : []
    )
    trainer.alphabet = alphabet
    if alphabet == .characters {
      trainer.initialCharacters = try initialCharacters()
      trainer.byteFallback = configuration.options.byteFallback
    }
    trainer.continuingSubwordPrefix = configuration.options.continuingSubwordPrefix
    trainer.endOfWordSuffix = configuration.options.endOfWordSuffix
    trainer.alphabetLimit = alphabetLimit
    trainer.baseOrder = baseOrder
    trainer.minimumWordCount = UInt64(minimumWordCount)
    return trainer
  }

  private func initialBytes() throws -> Set<UInt8> {
    switch initialAlphabet {
    case nil, "bytes": alphabetLimit == nil ? Set(0...255) : []
    case "none": []
    case let file?: Set(try readFile(file))
    }
  }

  private func initialCharacters() throws -> Set<Unicode.Scalar> {
    switch initialAlphabet {
    case nil, "none": []
    case let file?: Set(String(decoding: try readFile(file), as: UTF8.self).unicodeScalars)
    }
  }
}
