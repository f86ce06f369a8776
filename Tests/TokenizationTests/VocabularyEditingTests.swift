import Testing
import UnicodeText

@testable import Tokenization

@Suite struct VocabularyEditingTests {
  private let english = [
    "the house in the middle of the street of the town", "in the morning the street is of the town",
    "a house: of the people, by the people", "numbers 1234567 and 12 in the house of the town",
  ]
  private let swahili = ["nyumba katika mji wa watu", "watu wa mji katika nyumba ya watu wa mji"]

  private func counter(
    _ texts: [String],
    _ configuration: TokenizerConfiguration = TokenizerConfiguration(normalization: .nfc)
  ) throws -> WordCounter {
    let counter = try WordCounter(configuration)
    for text in texts { for _ in 0..<3 { try counter.add(text) } }
    return counter
  }

  private func tokenizer(_ texts: [String], size: Int) throws -> Tokenizer {
    try Tokenizer.train(BPETrainer(vocabularySize: size), on: counter(texts))
  }

  private func copy(_ tokenizer: Tokenizer) throws -> Tokenizer {
    let copy = try Tokenizer(json: tokenizer.json, name: "copy")
    #expect(copy.model == tokenizer.model)
    #expect(copy.configuration == tokenizer.configuration)
    return copy
  }

  // MARK: - Superwords

  private func superwords(sizes: [Int], words: Int = 4) throws -> [BPEModel] {
    var trainer = SuperwordTrainer(BPETrainer(vocabularySize: 1), transitionSize: 290)
    trainer.maximumWords = words
    let first = TokenizerConfiguration(normalization: .nfc)
    return try trainer.train(
      on: counter(english, first),
      lines: counter(english, SuperwordTrainer.secondStage(of: first)),
      sizes: sizes
    )
  }

  @Test func theFirstStageIsOrdinaryTraining() throws {
    let models = try superwords(sizes: [340, 290, 300])
    let first = try BPETrainer(vocabularySize: 290).train(on: counter(english))
    #expect(models[1] == first)
    #expect(models[0].merges.starts(with: first.merges))
    #expect(models[0].tokens.starts(with: models[2].tokens))
    #expect(try superwords(sizes: [300]) == [models[2]])
  }

  /// Lines in which each occurrence of a pair is replaced, from left to right.
  private func replaced(_ merge: Merge, in line: [TokenID]) -> [TokenID] {
    var result: [TokenID] = []
    var index = 0
    while index < line.count {
      if index + 1 < line.count, line[index] == merge.left, line[index + 1] == merge.right {
        result.append(merge.merged)
        index += 2
      } else {
        result.append(line[index])
        index += 1
      }
    }
    return result
  }

  /// The slow and obvious way: the first stage's merges one after the other on all lines, then the
  /// most frequent pair that is allowed, counted anew each time.
  @Test(arguments: [2, 3, 4])
  func superwordsAreThoseOfPlainRecounting(words: Int) throws {
    let texts = english + ["a: b a: b the house a: b", "aaaaaaa aaaa aaaaaa"]
    let configuration = TokenizerConfiguration(normalization: .nfc)
    let first = try BPETrainer(vocabularySize: 290).trainByRecounting(on: counter(texts))
    var tokens = first.tokens
    var numbers: [[UInt8]: TokenID] = [:]
    for (number, token) in tokens.enumerated() { numbers[token] = TokenID(number) }
    let lines = try counter(texts, SuperwordTrainer.secondStage(of: configuration)).counts
    var all = try lines.map { line in
      let bytes = try line.key.map { try #require(numbers[ByteAlphabet.spelling(of: [$0])]) }
      return (tokens: first.merges.reduce(bytes) { replaced($1, in: $0) }, count: line.value)
    }
    var merges: [Merge] = []
    while tokens.count < 360 {
      var counts: [PairKey: UInt64] = [:]
      for line in all {
        for (left, right) in zip(line.tokens, line.tokens.dropFirst()) {
          let bytes = ByteAlphabet.bytes(ofSpelling: tokens[Int(left)] + tokens[Int(right)])
          guard SuperwordTrainer.isAllowed(try #require(bytes), maximumWords: words) else {
            continue
          }
          counts[pairKey(left, right), default: 0] += line.count
        }
      }
      guard let best = counts.min(by: { ($1.value, $0.key) < ($0.value, $1.key) }) else { break }
      let left = TokenID(truncatingIfNeeded: best.key >> 32)
      let right = TokenID(truncatingIfNeeded: best.key)
      let spelling = tokens[Int(left)] + tokens[Int(right)]
      let merged = numbers[spelling] ?? TokenID(tokens.count)
      if Int(merged) == tokens.count {
        numbers[spelling] = merged
        tokens.append(spelling)
      }
      merges.append(Merge(left: left, right: right, merged: merged))
      for index in all.indices {
        all[index].tokens = replaced(merges[merges.count - 1], in: all[index].tokens)
      }
    }
    var trainer = SuperwordTrainer(BPETrainer(vocabularySize: 1), transitionSize: 290)
    trainer.maximumWords = words
    let model = try trainer.train(
      on: counter(texts),
      lines: counter(texts, SuperwordTrainer.secondStage(of: configuration)),
      sizes: [360]
    )[0]
    #expect(model.tokens == tokens)
    #expect(Array(model.merges[first.merges.count...]) == merges)
  }

  @Test(arguments: [2, 3, 4])
  func superwordsCrossBordersWithinTheirLimits(words: Int) throws {
    let model = try superwords(sizes: [360], words: words)[0]
    let texts = model.tokens[290...].compactMap { ByteAlphabet.bytes(ofSpelling: $0) }
    let counts = texts.map { text in
      text.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: true).count
    }
    #expect(counts.max() == words)
    #expect(!texts.contains { String(decoding: $0, as: UTF8.self).contains(": ") })
    // Digits stay in groups of three.
    let digits = texts.map { text in text.count { (0x30...0x39).contains($0) } }
    #expect((digits.max() ?? 0) <= 3)
  }

  @Test(arguments: [
    (" of the", 2, true), (" of the", 1, false), ("of the town", 3, true), ("a: b", 4, false),
    ("a:", 1, true), ("  ", 1, true), ("ing the ", 2, true), ("a b c d e", 4, false),
  ])
  func wordsAreCountedBySpaces(text: String, words: Int, isAllowed: Bool) {
    #expect(SuperwordTrainer.isAllowed(Array(text.utf8), maximumWords: words) == isAllowed)
  }

  @Test func aTransitionBeyondTheSizeIsRefused() throws {
    #expect(throws: TokenizationError.self) { try superwords(sizes: [280]) }
    #expect(throws: TokenizationError.self) { try superwords(sizes: [300], words: 1) }
  }

  // MARK: - Extending

  @Test func extendingKeepsNumbersAndMerges() throws {
    let old = try tokenizer(english, size: 300)
    let new = try copy(old.extended(on: counter(swahili), by: 20))
    #expect(new.vocabularySize == 320)
    for id in 0..<old.vocabularySize {
      #expect(new.spelling(of: TokenID(id)) == old.spelling(of: TokenID(id)))
    }
    #expect(new.model.merges.starts(with: old.model.merges))
    for text in english { #expect(try new.encode(text).count <= old.encode(text).count) }
    let before = try old.encode(swahili[0]).count
    #expect(try new.encode(swahili[0]).count < before)
    #expect(try new.encode("x<|endoftext|>").last == 0)
  }

  /// As Llama 3 has it: added tokens behind the vocabulary keep their numbers.
  @Test func addedTokensBehindTheVocabularyStayInPlace() throws {
    var trainer = BPETrainer(vocabularySize: 300, specialTokens: ["<|end|>", "<|pad|>"])
    trainer.baseOrder = .bytes
    let old = try Tokenizer.train(trainer, on: counter(english))
    let new = try copy(old.extended(on: counter(swahili), by: 10))
    #expect(new.configuration.addedTokens.map(\.id) == [298, 299])
    #expect(try new.encode("a<|pad|>").last == 299)
    #expect(try new.decode([299, 97]) == old.decode([299, 97]))
    #expect(throws: TokenizationError.self) { try old.extended(on: counter(swahili), by: 0) }
    #expect(throws: TokenizationError.emptyCorpus) { try old.extended(on: WordCounter(), by: 5) }
  }

  // MARK: - Pruning

  private func uses(_ tokenizer: Tokenizer, _ texts: [String]) throws -> [Int] {
    var uses = [Int](repeating: 0, count: tokenizer.vocabularySize)
    for text in texts { for id in try tokenizer.encode(text) { uses[Int(id)] += 1 } }
    return uses
  }

  @Test func aKeptTextIsEncodedAsBefore() throws {
    let old = try tokenizer(english + swahili, size: 360)
    let pruned = try old.pruned(uses: uses(old, swahili), size: nil)
    let new = try copy(pruned.tokenizer)
    #expect(new.vocabularySize < old.vocabularySize)
    for text in swahili {
      let mapped = try old.encode(text).map { pruned.numbers[Int($0)] }
      #expect(try new.encode(text) == mapped)
    }
    for (id, number) in pruned.numbers.enumerated() {
      guard let number else { continue }
      #expect(new.spelling(of: number) == old.spelling(of: TokenID(id)))
    }
    // All that a token is merged from is there, or it could not be reached.
    let made = Set(new.model.merges.map(\.merged))
    #expect(made.count == new.vocabularySize - 257)
    #expect(pruned.csv.hasPrefix("old,new\n0,0\n1,1\n"))
    let text = english[0] + " <|endoftext|>"
    #expect(try new.decode(new.encode(text)) == old.decode(old.encode(text)))
  }

  @Test func pruningToASizeKeepsTheFirstMerges() throws {
    let old = try tokenizer(english, size: 330)
    let pruned = try old.pruned(uses: nil, size: 290)
    #expect(try pruned.tokenizer.model == tokenizer(english, size: 290).model)
    // A token comes with all its parts, so that a place may stay free; then none fits into it.
    let counts = try uses(old, ["the town of the people"])
    let used = try old.pruned(uses: counts, size: 264)
    let free = 264 - used.tokenizer.vocabularySize
    #expect((0...1).contains(free))
    for merge in old.merges where free > 0 && counts[Int(merge.merged)] > 0 {
      let fits = [merge.left, merge.right].allSatisfy { used.numbers[Int($0)] != nil }
      #expect(!fits || used.numbers[Int(merge.merged)] != nil)
    }
    #expect(throws: TokenizationError.self) { try old.pruned(uses: nil, size: 100) }
  }

  // MARK: - Merging

  @Test func aUnionKeepsTheFirstAndAddsTheSecond() throws {
    let first = try tokenizer(english, size: 300)
    var trainer = BPETrainer(vocabularySize: 300, specialTokens: ["<s>", "<|endoftext|>"])
    trainer.minimumFrequency = 1
    let second = try Tokenizer.train(trainer, on: counter(swahili))
    let merged = try first.merged(with: second)
    let new = try copy(merged.tokenizer)
    #expect(new.model.merges.starts(with: first.model.merges))
    for id in 0..<first.vocabularySize {
      #expect(new.spelling(of: TokenID(id)) == first.spelling(of: TokenID(id)))
    }
    for (id, number) in merged.numbers.enumerated() {
      let number = try #require(number)
      #expect(new.spelling(of: number) == second.spelling(of: TokenID(id)))
    }
    #expect(try new.encode("<s>") == [#require(merged.numbers[0])])
    #expect(Set(new.configuration.addedTokens.map(\.content)) == ["<s>", "<|endoftext|>"])
    for id in merged.unreachable {
      #expect(try new.encode(String(decoding: new.bytes(of: id), as: UTF8.self)) != [id])
    }
    let same = try first.merged(with: first)
    #expect(same.tokenizer.model == first.model)
    let other = try Tokenizer.train(
      BPETrainer(vocabularySize: 300),
      on: counter(english, TokenizerConfiguration(normalization: .nfkc))
    )
    let error = #expect(throws: TokenizationError.self) { try first.merged(with: other) }
    #expect("\(try #require(error))".contains("normalizer"))
  }
}
