import Accounting
import Foundation
import Randomness
import Testing

@testable import LanguageModels

@Suite struct GenerationTests {
  private func drawn(
    _ logits: [Float],
    _ settings: SamplingSettings,
    history: Set<Int> = []
  ) throws -> [Int: Double] {
    var sampler = try TokenSampler(settings, generator: Seed(1).stream("draws"))
    var counts: [Int: Double] = [:]
    for _ in 0..<20_000 { counts[sampler.next(logits, history: history), default: 0] += 1 / 20_000 }
    return counts
  }

  /// Probabilities 0.4, 0.3, 0.2, 0.1.
  private let logits = [0.1, 0.4, 0.2, 0.3].map { Float(log($0)) }

  @Test func greedyTakesTheFirstOfTheLargest() throws {
    var sampler = try TokenSampler(.greedy, generator: Seed(1).stream("draws"))
    #expect(sampler.next([1, 3, 3, 2]) == 1)
    #expect(sampler.next([-.infinity, -.infinity]) == 0)
  }

  @Test func drawsByProbability() throws {
    let shares = try drawn(logits, SamplingSettings())
    for (id, probability) in [(0, 0.1), (1, 0.4), (2, 0.2), (3, 0.3)] {
      #expect(abs((shares[id] ?? 0) - probability) < 0.02)
    }
  }

  @Test func temperatureSharpens() throws {
    // Squares of the probabilities, made to sum to one.
    let shares = try drawn(logits, SamplingSettings(temperature: 0.5))
    #expect(abs((shares[1] ?? 0) - 0.16 / 0.30) < 0.02)
  }

  static let choices: [(settings: SamplingSettings, kept: Set<Int>)] = [
    (SamplingSettings(topK: 2), [1, 3]), (SamplingSettings(topK: 100), [0, 1, 2, 3]),
    (SamplingSettings(topP: 0.69), [1, 3]), (SamplingSettings(topP: 0.71), [1, 2, 3]),
    (SamplingSettings(topP: 0.01), [1]), (SamplingSettings(topP: 1), [0, 1, 2, 3]),
    (SamplingSettings(minP: 0.6), [1, 3]), (SamplingSettings(minP: 0), [0, 1, 2, 3]),
    // Of the two left by top-k, the likeliest alone has four sevenths.
    (SamplingSettings(topK: 2, topP: 0.5), [1]), (SamplingSettings(temperature: 0), [1]),
    // Log-probabilities are negative, so a penalty of 4 lowers those of 1 and 3 fourfold.
    (SamplingSettings(topK: 2, repetitionPenalty: 4), [0, 2]),
  ]

  @Test(arguments: choices)
  func keepsTheRightTokens(settings: SamplingSettings, kept: Set<Int>) throws {
    let history: Set<Int> = settings.repetitionPenalty == 1 ? [] : [1, 3]
    #expect(Set(try drawn(logits, settings, history: history).keys) == kept)
  }

  @Test(arguments: [
    SamplingSettings(temperature: -1), SamplingSettings(temperature: .nan),
    SamplingSettings(topK: 0), SamplingSettings(topP: 0), SamplingSettings(topP: 1.1),
    SamplingSettings(minP: -0.1), SamplingSettings(repetitionPenalty: 0),
  ])
  func refusesImpossibleSettings(settings: SamplingSettings) {
    #expect(throws: LanguageModelsError.self) { try settings.validate() }
  }

  private func model(_ context: Int) throws -> GPT {
    let shape = SampleShapes.variant(of: SampleShapes.gpt2) { $0.contextLength = context }
    return try InferenceTests.sample(shape).model
  }

  @Test func greedyFollowsTheReference() throws {
    let model = try model(12)
    let reference = ReferenceGPT(model)
    var expected = [3, 1]
    while expected.count < 9 {
      let logits = reference.logits(expected)[expected.count - 1]
      expected.append(logits.indices.max { logits[$0] < logits[$1] } ?? 0)
    }
    let decoder = try SequenceDecoder(model)
    let result = try decoder.generate([[3, 1]], tokenLimit: 7, settings: .greedy, seed: Seed(1))
    #expect(result == [GeneratedSequence(tokens: Array(expected[2...]), end: .length)])
  }

  @Test func aPromptDoesNotDependOnItsNeighbors() throws {
    let model = try model(12)
    let decoder = try SequenceDecoder(model, sequences: 2)
    let together = try decoder.generate([[3, 1], [4]], tokenLimit: 6, seed: Seed(1))
    let alone = try decoder.generate([[3, 1]], tokenLimit: 6, seed: Seed(1))
    #expect(together[0] == alone[0])
    let threaded = try SequenceDecoder(model, sequences: 2, threads: 2)
    #expect(try threaded.generate([[3, 1], [4]], tokenLimit: 6, seed: Seed(1)) == together)
    #expect(try decoder.generate([[3, 1], [4]], tokenLimit: 6, seed: Seed(2)) != together)
  }

  @Test(arguments: [SamplingSettings.greedy, SamplingSettings(temperature: 0.3)])
  func guessesChangeNothing(settings: SamplingSettings) throws {
    let decoder = try SequenceDecoder(try model(64), sequences: 3)
    let prompts = [[3, 1, 4, 3, 1, 4, 3], [2, 2, 2, 2], [5]]
    for (limit, ends) in [(100, []), (20, [4]), (9, [])] {
      let texts = try [true, false].map { guessing in
        try decoder.generate(
          prompts,
          tokenLimit: limit,
          settings: settings,
          seed: Seed(1),
          endTokens: ends,
          guessing: guessing
        )
      }
      #expect(texts[0] == texts[1])
    }
  }

  @Test(arguments: [
    SamplingSettings.greedy, SamplingSettings(temperature: 0.3),
    SamplingSettings(temperature: 0, repetitionPenalty: 1.5),
  ])
  func draftsChangeNothing(settings: SamplingSettings) throws {
    let model = try model(64)
    let plain = try SequenceDecoder(model, sequences: 3)
    let drafting = try SequenceDecoder(model, sequences: 3, threads: 2, drafting: true)
    for prompts in [[[5]], [[3, 1, 4, 3, 1, 4, 3], [2, 2, 2, 2], [5]]] {
      for (limit, ends) in [(100, []), (20, [4]), (9, [])] {
        let texts = try [plain, drafting].map { (decoder: SequenceDecoder) in
          try decoder.generate(
            prompts,
            tokenLimit: limit,
            settings: settings,
            seed: Seed(1),
            endTokens: ends,
            guessing: decoder === drafting
          )
        }
        #expect(texts[0] == texts[1])
      }
    }
  }

  @Test func draftsOfAModelAreMostlyItsOwnTokens() throws {
    let model = try model(64)
    let decoder = try SequenceDecoder(model, drafting: true)
    let text = try decoder.generate([[5]], tokenLimit: 20, settings: .greedy, seed: Seed(1))[0]
    decoder.truncate(0)
    _ = try decoder.read([5])
    var runs = [SequenceDecoder.Run(sequence: 0, tokens: [text.tokens[0]])]
    let sampler = try TokenSampler(.greedy, generator: Seed(1).stream("draws"))
    decoder.complete(&runs, [.init(run: 0, count: 7, sampler: sampler, history: [])])
    #expect(runs[0].tokens.count == 8)
    #expect(zip(runs[0].tokens, text.tokens).prefix { $0 == $1 }.count >= 4)
  }

  @Test func moreIsDraftedWhereDraftsComeTrue() {
    var record = DraftRecord()
    for _ in 0..<40 { record.judge(right: 7, of: 7) }
    #expect(record.guesses(7) == 7)
    #expect(record.guesses(3) == 3)
    #expect(record.guesses(0) == 0 && record.guesses(-1) == 0)
    for _ in 0..<40 { record.judge(right: 0, of: 3) }
    #expect(record.guesses(7) == 0)
    // What was given up is tried again.
    for _ in 0..<200 { record.judge(right: 0, of: 0) }
    #expect(record.guesses(7) > 0)
  }

  @Test func endsForEachReason() throws {
    let decoder = try SequenceDecoder(try model(8))
    let full = try decoder.generate([[1, 2]], tokenLimit: 100, settings: .greedy, seed: Seed(1))[0]
    // Six places are left in the context, and one more token needs none.
    #expect(full.end == .context && full.tokens.count == 7)
    let ended = try decoder.generate(
      [[1, 2]],
      tokenLimit: 100,
      settings: .greedy,
      seed: Seed(1),
      endTokens: [full.tokens[0]]
    )[0]
    #expect(ended == GeneratedSequence(tokens: [full.tokens[0]], end: .endToken))
    var seen: [Int] = []
    let stopped = try decoder.generate([[1, 2]], tokenLimit: 100, settings: .greedy, seed: Seed(1))
    { _, token in
      seen.append(token)
      return seen.count < 3
    }[0]
    #expect(stopped == GeneratedSequence(tokens: Array(full.tokens[..<3]), end: .stopped))
    #expect(seen == stopped.tokens)
    #expect(
      try decoder.generate([[1]], tokenLimit: 0, seed: Seed(1))
        == [GeneratedSequence(tokens: [], end: .length)]
    )
  }

  @Test func refusesAPromptThatDoesNotFit() throws {
    let decoder = try SequenceDecoder(try model(8))
    #expect(throws: LanguageModelsError.self) {
      try decoder.generate([[]], tokenLimit: 1, seed: Seed(1))
    }
    #expect(throws: LanguageModelsError.self) {
      try decoder.generate([[99]], tokenLimit: 1, seed: Seed(1))
    }
  }
}
