import Testing
import UnicodeText

@testable import Tokenization

/// Vocabularies of characters, and with marks of words: learned, and changed afterwards.
@Suite struct CharacterTrainingTests {
  private let english = [
    "the house in the middle of the street of the town", "in the morning the street is of the town",
  ]
  private let greek = ["το σπίτι στη μέση του δρόμου της πόλης", "το πρωί ο δρόμος της πόλης"]
  private let samples = ["the town  of\tthe house", "το σπίτι", "x🙂\u{0} ", "naïve\n", ""]

  /// A tokenizer like those of SentencePiece.
  private func sentencePieceLike(_ texts: [String], size: Int) throws -> Tokenizer {
    var words = TokenizerConfiguration(normalization: .none)
    words.splits = []
    words.metaspace = Metaspace()
    let counter = try WordCounter(words)
    for text in texts { for _ in 0..<3 { try counter.add(text) } }
    var trainer = BPETrainer(vocabularySize: size, specialTokens: ["<unk>", "<s>"])
    trainer.alphabet = .characters
    trainer.byteFallback = true
    var example = words
    example.options.unknownToken = "<unk>"
    return try Tokenizer.train(trainer, on: counter, like: example)
  }

  private func copy(_ tokenizer: Tokenizer) throws -> Tokenizer {
    let copy = try Tokenizer(json: tokenizer.json, name: "copy")
    #expect(copy.model == tokenizer.model)
    #expect(copy.configuration == tokenizer.configuration)
    return copy
  }

  @Test func charactersWithByteFallbackGiveTextsBack() throws {
    let tokenizer = try copy(sentencePieceLike(english, size: 300))
    #expect(tokenizer.vocabularySize == 300)
    #expect(tokenizer.id(ofSpelling: "<0x00>") == 2)
    #expect(tokenizer.id(ofSpelling: "▁the") != nil)
    for text in samples {
      #expect(try tokenizer.decode(tokenizer.encode(text)) == text)
    }
    #expect(
      try tokenizer.encode("σ") == [#require(tokenizer.id(ofSpelling: "▁")), 2 + 0xCF, 2 + 0x83]
    )
  }

  @Test(arguments: [BPETrainer.Alphabet.bytes, .characters])
  func marksOfWordsAreTakenAwayAgain(alphabet: BPETrainer.Alphabet) throws {
    let words = TokenizerConfiguration(normalization: .none, pattern: .gpt2)
    let counter = try WordCounter(words)
    for text in english { for _ in 0..<3 { try counter.add(text) } }
    var trainer = BPETrainer(vocabularySize: 500)
    trainer.alphabet = alphabet
    trainer.continuingSubwordPrefix = "##"
    trainer.endOfWordSuffix = "</w>"
    let tokenizer = try copy(Tokenizer.train(trainer, on: counter))
    for text in english {
      let ids = try tokenizer.encode(text)
      #expect(ids.count < text.utf8.count / 2)
      #expect(try tokenizer.decode(ids) == text)
    }
  }

  @Test func extendingAddsTheCharactersOfTheNewText() throws {
    let old = try sentencePieceLike(english, size: 300)
    let counter = try WordCounter(old.configuration.withoutAddedTokens)
    for text in greek { for _ in 0..<3 { try counter.add(text) } }
    let new = try copy(old.extended(on: counter, by: 25))
    #expect(new.vocabularySize == 325)
    for id in 0..<old.vocabularySize {
      #expect(new.spelling(of: TokenID(id)) == old.spelling(of: TokenID(id)))
    }
    #expect(new.model.merges.starts(with: old.model.merges))
    for text in english { #expect(try new.encode(text) == old.encode(text)) }
    let letters = Set(greek.joined().unicodeScalars).subtracting([" "])
    for letter in letters { #expect(new.id(ofSpelling: String(letter)) != nil) }
    #expect(try new.encode(greek[0]).count * 2 < old.encode(greek[0]).count)
    // No token is made of the names of bytes or of the unknown token.
    for id in old.vocabularySize..<new.vocabularySize {
      #expect(!new.spelling(of: TokenID(id)).contains("<"))
    }
    // Too few numbers go to the most frequent characters.
    let few = try old.extended(on: counter, by: 3)
    #expect(few.model.merges == old.model.merges)
    #expect((300..<303).map { few.spelling(of: $0) } == ["η", "ο", "τ"])
  }

  @Test func pruningKeepsTheBytesAndDropsGaps() throws {
    let old = try sentencePieceLike(english, size: 300)
    var model = old.model
    model.tokens.append([])
    model.tokens.append(Array("∎".utf8))
    let gapped = try Tokenizer(model: model, configuration: old.configuration)
    #expect(gapped.isGap(300))
    var uses = [Int](repeating: 0, count: gapped.vocabularySize)
    for id in try gapped.encode("the town") { uses[Int(id)] += 1 }
    let pruned = try gapped.pruned(uses: uses, size: nil)
    let new = try copy(pruned.tokenizer)
    #expect(pruned.numbers[300] == nil)
    #expect(new.vocabularySize < 300 && !new.hasGaps)
    #expect(new.spelling(of: try #require(pruned.numbers[301])) == "∎")
    #expect(
      try new.encode("the town") == gapped.encode("the town").map { pruned.numbers[Int($0)] }
    )
    for text in samples {
      #expect(try new.decode(new.encode(text)) == old.decode(old.encode(text)))
    }
    // A number without a token is none of the second tokenizer's tokens, and stays one of the first's.
    let merged = try sentencePieceLike(english, size: 290).merged(with: gapped)
    #expect(merged.numbers[300] == nil)
    #expect(merged.tokenizer.vocabularySize == 301)
    #expect(try gapped.merged(with: old).tokenizer.isGap(300))
    #expect(try copy(gapped.extended(on: wordsOf(greek, old), by: 5)).isGap(300))
  }

  private func wordsOf(_ texts: [String], _ tokenizer: Tokenizer) throws -> WordCounter {
    let counter = try WordCounter(tokenizer.configuration.withoutAddedTokens)
    for text in texts { try counter.add(text) }
    return counter
  }

  @Test func mergedVocabulariesOfCharactersReachWhatTheySay() throws {
    let first = try sentencePieceLike(english, size: 300)
    let second = try sentencePieceLike(greek + ["those moths"], size: 330)
    let merged = try first.merged(with: second)
    let new = try copy(merged.tokenizer)
    #expect(!merged.unreachable.isEmpty && merged.unreachable.count < 40)
    for text in english { #expect(try new.encode(text).count <= first.encode(text).count) }
    #expect(try new.encode(greek[0]) == second.encode(greek[0]).map { merged.numbers[Int($0)] })
  }

  @Test(arguments: [
    "unk_token", "fuse_unk", "byte_fallback", "continuing_subword_prefix", "end_of_word_suffix",
    "dropout", "decoder", "pre-tokenizer", "alphabet", "ignore_merges",
  ])
  func whatDiffersIsNamed(setting: String) throws {
    let first = try sentencePieceLike(english, size: 300)
    var configuration = first.configuration
    switch setting {
    case "unk_token": configuration.options.unknownToken = nil
    case "fuse_unk": configuration.options.fusesUnknown = true
    case "byte_fallback": configuration.options.byteFallback = false
    case "continuing_subword_prefix": configuration.options.continuingSubwordPrefix = "##"
    case "end_of_word_suffix": configuration.options.endOfWordSuffix = "</w>"
    case "dropout": configuration.options.dropout = 0.1
    case "decoder": configuration.decoding = []
    case "pre-tokenizer": configuration.metaspace?.prependScheme = .never
    case "ignore_merges": configuration.ignoresMerges = true
    default:
      configuration.isByteLevel = true
      configuration.options.byteFallback = false
    }
    let second = try Tokenizer(model: first.model, configuration: configuration)
    let error = #expect(throws: TokenizationError.self) { try first.merged(with: second) }
    let names = setting == "alphabet" ? ["alphabet", "pre-tokenizer"] : [setting]
    let message = "\(try #require(error))"
    #expect(names.contains { message.contains($0) }, "\(message)")
  }

  @Test func superwordsOfCharactersAreRefused() throws {
    var trainer = SuperwordTrainer(BPETrainer(vocabularySize: 300), transitionSize: 290)
    trainer.trainer.alphabet = .characters
    let counter = try wordsOf(english, sentencePieceLike(english, size: 300))
    #expect(throws: TokenizationError.self) {
      try trainer.train(on: counter, lines: counter, sizes: [300])
    }
  }

  @Test(arguments: [Metaspace.PrependScheme.always, .first, .never])
  func countFilesKnowTheMetaspace(scheme: Metaspace.PrependScheme) throws {
    var configuration = TokenizerConfiguration(
      addedTokens: [AddedToken(id: 0, content: "<s>", isNormalized: scheme == .never)]
    )
    configuration.splits = [TextSplit(.digits(individual: false))]
    configuration.metaspace = Metaspace(prependScheme: scheme)
    configuration.metaspaceStage = 1
    configuration.isByteLevel = false
    let read = try Tokenizer(json: configuration.countingSettings(), name: "counts").configuration
    #expect(read == configuration.ofCounting)
    let counter = try WordCounter(read)
    try counter.add("ab 12<s>cd ef")
    let expected: [String: UInt64] =
      switch scheme {
      case .always: ["▁ab": 1, "▁": 1, "▁12": 1, "<s>": 1, "▁cd": 1, "▁ef": 1]
      case .first: ["▁ab": 1, "▁": 1, "12": 1, "<s>": 1, "cd": 1, "▁ef": 1]
      case .never: ["ab": 1, "▁": 1, "12": 1, "<s>": 1, "cd": 1, "▁ef": 1]
      }
    let counts = counter.counts.map { (String(decoding: $0.key, as: UTF8.self), $0.value) }
    #expect(Dictionary(uniqueKeysWithValues: counts) == expected)
  }
}
