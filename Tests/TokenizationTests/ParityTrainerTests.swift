import Randomness
import Testing
import UnicodeText

@testable import Tokenization

@Suite struct ParityTrainerTests {
  private func counter(_ texts: [String]) throws -> WordCounter {
    let counter = WordCounter(normalization: .none, pattern: .gpt2)
    for text in texts { try counter.add(text) }
    return counter
  }

  /// Languages of random words over few letters each.
  private func languages(_ seed: String, letters: [String]) throws -> [ParityTrainer.Language] {
    var random = Seed(3).stream(seed)
    func texts(_ alphabet: [Character], _ count: Int) -> [String] {
      (0..<count).map { _ in
        String((0..<random.below(30)).map { _ in alphabet[random.below(alphabet.count)] })
      }
    }
    return try letters.enumerated().map { index, letters in
      ParityTrainer.Language(
        name: "l\(index)",
        words: try counter(texts(Array(letters), 8) + ["ab"]),
        parallel: try counter(texts(Array(letters), 4) + ["ab"])
      )
    }
  }

  /// The same, counting everything anew at every step.
  private func plain(_ parity: ParityTrainer, _ languages: [ParityTrainer.Language]) throws
    -> [Merge]
  {
    let all = WordCounter(normalization: .none, pattern: .gpt2)
    for language in languages {
      try all.add(language.words, times: 1)
      try all.add(language.parallel, times: 1)
    }
    let base = try BaseVocabulary(parity.trainer, all)
    var tokens = base.tokens.map(\.spelling)
    func words(_ source: any CountedWords) throws -> [(tokens: [TokenID], count: Int)] {
      var words: [(tokens: [TokenID], count: Int)] = []
      try source.forEachWord { word, count in
        words.append((base.tokens(of: word.withByteView { $0.toArray() }), Int(count)))
      }
      return words
    }
    var training = try languages.map { try words($0.words) }
    var parallel = try languages.map { try words($0.parallel) }
    var recent: [Int] = []
    var merges: [Merge] = []
    func best(_ words: [(tokens: [TokenID], count: Int)]) -> PairKey? {
      var counts: [PairKey: Int] = [:]
      for word in words {
        for (left, right) in zip(word.tokens, word.tokens.dropFirst()) {
          counts[pairKey(left, right), default: 0] += word.count
        }
      }
      let best = counts.max { ($0.value, $1.key) < ($1.value, $0.key) }
      guard let best, best.value >= max(1, parity.trainer.minimumFrequency) else { return nil }
      return best.key
    }
    while tokens.count < parity.trainer.vocabularySize {
      var pair: PairKey?
      if merges.count < parity.globalMerges {
        pair = best(training.flatMap { $0 })
      } else {
        let sizes = parallel.map { $0.reduce(0) { $0 + $1.tokens.count * $1.count } }
        var order = languages.indices.sorted { (sizes[$1], $0) < (sizes[$0], $1) }
        if let window = parity.window {
          let limit = window.alpha / Double(languages.count)
          let isAllowed = { (index: Int) in
            Double(recent.suffix(window.size).count { $0 == index }) / Double(window.size) <= limit
          }
          order = order.filter(isAllowed) + order.filter { !isAllowed($0) }
        }
        for index in order {
          pair = best(training[index])
          if pair != nil {
            recent.append(index)
            break
          }
        }
      }
      guard let pair else { break }
      let left = TokenID(truncatingIfNeeded: pair >> 32)
      let right = TokenID(truncatingIfNeeded: pair)
      let spelling = tokens[Int(left)] + tokens[Int(right)]
      let new = TokenID(tokens.firstIndex(of: spelling) ?? tokens.count)
      if Int(new) == tokens.count { tokens.append(spelling) }
      merges.append(Merge(left: left, right: right, merged: new))
      func merged(_ word: [TokenID]) -> [TokenID] {
        var result: [TokenID] = []
        for token in word {
          if token == right, result.last == left, !isClosed(result, word) {
            result[result.count - 1] = new
          } else {
            result.append(token)
          }
        }
        return result
      }
      func isClosed(_ result: [TokenID], _ word: [TokenID]) -> Bool { new == left }
      for index in languages.indices {
        for word in training[index].indices {
          training[index][word].tokens = merged(training[index][word].tokens)
        }
        for word in parallel[index].indices {
          parallel[index][word].tokens = merged(parallel[index][word].tokens)
        }
      }
    }
    return merges
  }

  @Test(arguments: ["base", "frequent", "hybrid", "window", "narrow"])
  func theTrainerLearnsWhatThePlainOneLearns(kind: String) throws {
    for round in 0..<8 {
      let languages = try languages("\(kind) \(round)", letters: ["abc", "acd ", "bxyz"])
      var trainer = BPETrainer(vocabularySize: 256 + 45, specialTokens: [])
      if kind == "frequent" { trainer.minimumFrequency = 3 }
      var parity = ParityTrainer(trainer)
      if kind == "hybrid" { parity.globalMerges = 7 }
      if kind == "window" { parity.window = ParityTrainer.Window(size: 6, alpha: 1.5) }
      if kind == "narrow" { parity.window = ParityTrainer.Window(size: 9, alpha: 1) }
      let result = try parity.train(on: languages, sizes: [trainer.vocabularySize])
      #expect(
        try BPETrainer.withoutRepeats(plain(parity, languages)) == result.models[0].merges,
        "round \(round)"
      )
    }
  }

  @Test func allGlobalMergesAreOrdinaryTraining() throws {
    let languages = try languages("global", letters: ["abc", "bcd", "xyzab"])
    let trainer = BPETrainer(vocabularySize: 256 + 30, specialTokens: [])
    let result = try ParityTrainer(trainer, globalMerges: 1000).train(on: languages, sizes: [286])
    let all = try counter([])
    for language in languages { try all.add(language.words, times: 1) }
    #expect(try trainer.train(on: all) == result.models[0])
    #expect(result.merges == [0, 0, 0])
  }

  @Test func theWorstLanguageIsHelped() throws {
    let rich = ["the house and the garden and the street"]
    let poor = ["nyumba na bustani na barabara"]
    let languages = [
      ParityTrainer.Language(
        name: "rich",
        words: try counter(Array(repeating: rich[0], count: 50)),
        parallel: try counter(rich)
      ),
      ParityTrainer.Language(name: "poor", words: try counter(poor), parallel: try counter(poor)),
    ]
    let trainer = BPETrainer(vocabularySize: 256 + 24, specialTokens: [])
    let result = try ParityTrainer(trainer).train(on: languages, sizes: [260, 280])
    #expect(abs(result.parallelTokens[0] - result.parallelTokens[1]) <= 2)
    #expect(result.merges.reduce(0, +) == 24)
    #expect(result.models[0].merges == Array(result.models[1].merges.prefix(4)))
  }

  @Test func nonsenseIsRefused() throws {
    let trainer = ParityTrainer(BPETrainer(vocabularySize: 300))
    #expect(throws: TokenizationError.emptyCorpus) { try trainer.train(on: [], sizes: [300]) }
    let language = ParityTrainer.Language(
      name: "a",
      words: try counter(["a b"]),
      parallel: try counter([])
    )
    #expect(throws: TokenizationError.self) { try trainer.train(on: [language], sizes: [300]) }
    var wrong = trainer
    wrong.window = ParityTrainer.Window(size: 0)
    let sound = ParityTrainer.Language(name: "a", words: language.words, parallel: language.words)
    #expect(throws: TokenizationError.self) { try wrong.train(on: [sound], sizes: [300]) }
  }
}
