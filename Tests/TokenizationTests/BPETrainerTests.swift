import Randomness
import Testing
import Tokenization
import UnicodeText

@Suite struct BPETrainerTests {
  /// A counter of texts as they are, cut by GPT-2's rule.
  private func counter(_ texts: [String: Int]) throws -> WordCounter {
    let counter = WordCounter(normalization: .none, pattern: .gpt2)
    for (text, count) in texts {
      for _ in 0..<count { try counter.add(text) }
    }
    return counter
  }

  private func spellings(_ model: BPEModel) -> [String] {
    model.tokens.map { String(decoding: $0, as: UTF8.self) }
  }

  /// The worked example of Wikipedia's article on byte pair encoding; its tie between `ab` and
  /// `Za` goes to the smaller pair of numbers.
  @Test func learnsTheWikipediaMerges() throws {
    var trainer = BPETrainer(vocabularySize: 4 + 3, specialTokens: [])
    trainer.initialAlphabet = []
    let model = try trainer.train(on: counter(["aaabdaaabac": 1]))
    #expect(spellings(model) == ["a", "b", "c", "d", "aa", "ab", "aaab"])
  }

  @Test func numbersGoToSpecialTokensThenToTheAlphabetByCharacter() throws {
    let trainer = BPETrainer(vocabularySize: 259, specialTokens: ["<a>", "<b>"])
    let model = try trainer.train(on: counter(["x y": 1, "x": 4]))
    #expect(Array(spellings(model)[0..<3]) == ["<a>", "<b>", "!"])
    #expect(spellings(model)[2 + 256] == "Ġy")
    #expect(model.merges == [Merge(left: 222, right: 90, merged: 258)])
  }

  @Test func aSmallVocabularyHasNoMerges() throws {
    let model = try BPETrainer(vocabularySize: 10).train(on: counter(["aaaa": 5]))
    #expect(model.tokens.count == 257)
    #expect(model.merges.isEmpty)
  }

  @Test func aTokenSpelledLikeASpecialTokenIsThatToken() throws {
    let trainer = BPETrainer(vocabularySize: 400, specialTokens: ["ab"], initialAlphabet: [])
    let model = try trainer.train(on: counter(["abc": 3]))
    #expect(spellings(model) == ["ab", "a", "b", "c", "abc"])
    #expect(model.merges.map(\.merged) == [0, 4])
  }

  @Test(arguments: [(2, 6), (3, 4), (4, 3), (7, 0)])
  func rarePairsAreNotMerged(minimum: Int, merges: Int) throws {
    let trainer = BPETrainer(vocabularySize: 400, minimumFrequency: minimum)
    let model = try trainer.train(on: counter(["abcd": 4, "abc": 2]))
    #expect(model.merges.count <= merges + 1)
    #expect(model.merges.isEmpty == (minimum > 6))
  }

  @Test(arguments: ["none", "short", "frequent", "special", "seen", "all"])
  func fastTrainerLearnsWhatTheReferenceLearns(kind: String) throws {
    var random = Seed(21).stream(kind)
    for round in 0..<25 {
      let letters = Array("abc d".prefix(2 + round % 4))
      let counter = WordCounter(normalization: .none, pattern: .gpt2)
      for _ in 0..<1 + random.below(12) {
        try counter.add(
          String((0..<random.below(18)).map { _ in letters[random.below(letters.count)] })
        )
      }
      if counter.uniqueCount == 0 { continue }
      var trainer = BPETrainer(vocabularySize: 256 + 40, specialTokens: [])
      switch kind {
      case "short": trainer.maximumTokenLength = 1 + random.below(7)
      case "frequent": trainer.minimumFrequency = random.below(4)
      case "special": trainer.specialTokens = ["ab", "aab", "ba", "bab", "aa"]
      case "seen": (trainer.initialAlphabet, trainer.vocabularySize) = ([], 12)
      case "all":
        trainer.maximumTokenLength = 3 + random.below(4)
        trainer.specialTokens = ["ab", "aa", "bb", "ba", "aaa", "Ġa"]
        trainer.minimumFrequency = random.below(3)
      default: break
      }
      let fast = try trainer.train(on: counter)
      let slow = try trainer.trainByRecounting(on: counter)
      #expect(fast == slow)
      let sparing = try trainer.train(
        on: counter,
        sizes: [trainer.vocabularySize],
        memory: TrainingMemory(bound: .max, size: LearningSize(of: counter), vocabularySize: 0)
      )
      #expect(sparing == [slow])
    }
  }

  @Test func prunedWordsAreThoseOfACorpusWithoutThem() throws {
    let texts = (0..<4000).map { "word\($0 % 977) und \($0 % 41) Wörter \($0)" }
    let whole = WordCounter()
    for text in texts { try whole.add(text) }
    var trainer = BPETrainer(vocabularySize: 300)
    let enough = try LearningSize(of: whole).enough(vocabularySize: 300)
    func pruning(_ bound: Int) throws -> WordPruning {
      try WordPruning(whole, vocabularySize: 300, minimumWordCount: 0, bound: bound)
    }
    let none = try pruning(enough)
    #expect(none.wordCount == 0 && none.minimumWordCount == 0 && none.share == 0)
    let pruned = try pruning(enough - 1)
    #expect(pruned.wordCount > 0 && pruned.minimumWordCount > 1)
    let rest = WordCounter()
    var (words, occurrences, pairs) = (0, UInt64(0), UInt64(0))
    for (word, count) in whole.counts {
      if count >= pruned.minimumWordCount {
        for _ in 0..<count { try rest.add(String(decoding: word, as: UTF8.self)) }
      } else {
        words += 1
        occurrences += count
        pairs += count * UInt64(word.count - 1)
      }
    }
    #expect(pruned.wordCount == words && pruned.occurrences == occurrences)
    #expect(pruned.pairOccurrences == pairs)
    trainer.minimumWordCount = pruned.minimumWordCount
    #expect(try trainer.train(on: whole) == BPETrainer(vocabularySize: 300).train(on: rest))
    #expect(throws: TokenizationError.self) { try pruning(1 << 20) }
  }

  @Test func theOrderOfTheTextsDoesNotMatter() throws {
    let texts = (0..<60).map { "word\($0 % 7) und so weiter \($0 % 5) और हिन्दी" }
    let whole = WordCounter()
    for text in texts { try whole.add(text) }
    let parts = (0..<3).map { _ in WordCounter() }
    for (index, text) in texts.reversed().enumerated() { try parts[index % 3].add(text) }
    parts[2].add(parts[0])
    parts[2].add(parts[1])
    #expect(whole.counts == parts[2].counts)
    let trainer = BPETrainer(vocabularySize: 300)
    #expect(try trainer.train(on: whole) == trainer.train(on: parts[2]))
  }

  @Test func nonsenseIsRefused() throws {
    let counter = try counter(["a": 1])
    for trainer in [
      BPETrainer(vocabularySize: 0), BPETrainer(vocabularySize: 300, minimumFrequency: -1),
      BPETrainer(vocabularySize: 300, maximumTokenLength: 0),
      BPETrainer(vocabularySize: 300, specialTokens: [""]),
      BPETrainer(vocabularySize: 300, specialTokens: ["x", "x"]),
      BPETrainer(vocabularySize: 1 << 40),
    ] {
      #expect(throws: TokenizationError.self) { try trainer.train(on: counter) }
    }
    #expect(throws: TokenizationError.emptyCorpus) {
      try BPETrainer(vocabularySize: 300).train(on: WordCounter())
    }
  }
}

@Suite struct WordCounterTests {
  /// As Hugging Face's training of a tokenizer that has added tokens already.
  @Test func addedTokensOfAnExampleAreWordsOfTheirOwn() throws {
    let configuration = TokenizerConfiguration(
      normalization: .nfc,
      pattern: .gpt2,
      addsPrefixSpace: true,
      addedTokens: [
        AddedToken(id: 0, content: "<x>"), AddedToken(id: 1, content: "é", isNormalized: true),
      ]
    )
    let counter = try WordCounter(configuration)
    try counter.add("a<x>b e\u{301}c")
    // "é" is spelled by a character that stands for the byte E9.
    let words: [[UInt8]] = [" a", "<x>", " b", " ", " c"].map { Array($0.utf8) } + [[0xE9]]
    #expect(counter.counts == Dictionary(uniqueKeysWithValues: words.map { ($0, 1) }))
  }

  /// A template with the token `<s>` in front.
  private func template(id: TokenID) -> TokenTemplate {
    TokenTemplate(
      single: [.special("<s>", type: 0), .first(type: 0)],
      pair: [.special("<s>", type: 0), .first(type: 0), .second(type: 1)],
      specialTokens: [TokenTemplate.SpecialToken(name: "<s>", ids: [id], tokens: ["<s>"])]
    )
  }

  @Test func trainingLikeAnotherKeepsItsSettings() throws {
    let example = TokenizerConfiguration(
      normalization: .nfkc,
      pattern: .gpt2,
      addsPrefixSpace: true,
      ignoresMerges: true,
      postProcessors: [
        .byteLevel(addsPrefixSpace: true, trimsOffsets: true), .template(template(id: 7)),
      ],
      addedTokens: [
        AddedToken(id: 7, content: "<s>", stripsLeft: true),
        AddedToken(id: 9, content: "word", isSpecial: false),
      ]
    )
    let counter = try WordCounter(example)
    try counter.add("some words and some more")
    let trainer = BPETrainer(vocabularySize: 270, specialTokens: ["<s>"])
    let tokenizer = try Tokenizer.train(trainer, on: counter, like: example)
    var expected = example
    expected.addedTokens[0].id = 0
    expected.postProcessors[1] = .template(template(id: 0))
    expected.addedTokens[1].id = try #require(tokenizer.id(ofSpelling: "word"))
    #expect(tokenizer.configuration == expected)
    let copy = try Tokenizer(json: tokenizer.json, name: "copy")
    #expect(copy.configuration == expected)
    #expect(copy.model == tokenizer.model)
  }

  @Test func wordsOfAllLengthsAreCounted() throws {
    let counter = WordCounter(normalization: .none, pattern: .gpt2)
    var expected: [[UInt8]: UInt64] = [:]
    for length in 1..<40 {
      for letter in "ab" {
        let word = String(repeating: String(letter), count: length)
        for _ in 0..<length { try counter.add(word) }
        expected[Array(word.utf8)] = UInt64(length)
      }
    }
    #expect(counter.counts == expected)
    #expect(counter.total == 2 * 39 * 40 / 2)
  }

  @Test func linesAreSequences() throws {
    let counter = WordCounter(normalization: .nfc, pattern: .o200k)
    let text = Array("e\u{301}\n\nb\n".utf8)
    try unsafe counter.add(linesOf: text.span.bytes)
    #expect(counter.counts == [Array("é".utf8): 1, [0x0A]: 3, [0x62]: 1])
    #expect(counter.byteCount == 7)
  }
}
