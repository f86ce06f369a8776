import Foundation
import Testing
import UnicodeText

@testable import Tokenization

/// What Hugging Face's trainer learned with its other options, recorded by
/// `Fixtures/record-training.py`.
struct TrainingRecord: Decodable, Sendable {
  struct Case: Decodable, Sendable, CustomTestStringConvertible {
    struct Settings: Decodable, Sendable {
      let vocabSize: Int
      let specialTokens: [String]
      let initialAlphabet: [String]
      let limitAlphabet: Int?
      let minFrequency: Int?
      let maxTokenLength: Int?
      let continuingSubwordPrefix: String?
      let endOfWordSuffix: String?
      let byteFallback: Bool?
    }

    let words: String
    let text: String?
    let settings: Settings
    let vocabulary: [String]
    let merges: [String]

    var testDescription: String {
      "\(words) \(text ?? "") size \(settings.vocabSize) limit \(settings.limitAlphabet ?? 0)"
        + " \(settings.continuingSubwordPrefix ?? "") \(settings.endOfWordSuffix ?? "")"
    }

    /// The configuration whose words these are.
    var configuration: TokenizerConfiguration {
      var configuration = TokenizerConfiguration(normalization: .none, pattern: .gpt2)
      switch words {
      case "whole": configuration.splits = []
      case "characters":
        configuration.splits = [
          TextSplit(.text(.regularExpression(#"\S+"#)), behavior: .removed, isInverted: true)
        ]
      case "gpt2-space": configuration.addsPrefixSpace = true
      case "digits-metaspace":
        configuration.splits = [TextSplit(.digits(individual: true))]
        configuration.metaspace = Metaspace(prependScheme: .first)
        configuration.metaspaceStage = 1
      case _ where words.hasPrefix("metaspace"):
        let scheme = Metaspace.PrependScheme(rawValue: String(words.dropFirst(10)))
        configuration.splits = []
        configuration.metaspace = Metaspace(prependScheme: scheme ?? .always)
      default: break
      }
      return configuration
    }

    /// The trainer with these settings.
    var trainer: BPETrainer {
      var trainer = BPETrainer(
        vocabularySize: settings.vocabSize,
        minimumFrequency: settings.minFrequency ?? 0,
        maximumTokenLength: settings.maxTokenLength,
        specialTokens: settings.specialTokens,
        initialAlphabet: []
      )
      if words == "characters" || words.contains("metaspace") {
        trainer.alphabet = .characters
        trainer.byteFallback = settings.byteFallback ?? false
        trainer.initialCharacters = Set(settings.initialAlphabet.flatMap(\.unicodeScalars))
      } else {
        let bytes = settings.initialAlphabet.flatMap(\.unicodeScalars).compactMap(ByteAlphabet.byte)
        trainer.initialAlphabet = Set(bytes)
      }
      trainer.alphabetLimit = settings.limitAlphabet
      trainer.continuingSubwordPrefix = settings.continuingSubwordPrefix
      trainer.endOfWordSuffix = settings.endOfWordSuffix
      return trainer
    }
  }

  let madeWith: String
  let cases: [Case]

  static let shared: TrainingRecord? = {
    let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("Fixtures/training.json")
    guard let data = try? Data(contentsOf: path) else { return nil }
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try? decoder.decode(TrainingRecord.self, from: data)
  }()

  static let cases = shared?.cases ?? []
}

@Suite struct TrainingOptionTests {
  private func counter(_ recorded: TrainingRecord.Case) throws -> WordCounter {
    let counter = try WordCounter(recorded.configuration)
    if let text = recorded.text {
      try counter.add(text)
    } else {
      for text in try #require(HuggingFaceRecord.shared).corpus { try counter.add(text) }
    }
    return counter
  }

  @Test func theRecordIsThere() {
    #expect(TrainingRecord.cases.count == 21)
    #expect(TrainingRecord.shared?.madeWith == "tokenizers 0.23.3")
  }

  @Test(arguments: TrainingRecord.cases)
  func optionsGiveWhatHuggingFaceLearned(recorded: TrainingRecord.Case) throws {
    let model = try recorded.trainer.train(on: counter(recorded))
    let spellings = model.tokens.map { String(decoding: $0, as: UTF8.self) }
    #expect(spellings == recorded.vocabulary)
    let merges = model.merges.map { "\(spellings[Int($0.left)]) \(spellings[Int($0.right)])" }
    #expect(merges == recorded.merges)
  }

  @Test(arguments: TrainingRecord.cases.filter { $0.settings.vocabSize < 600 })
  func theSlowTrainerLearnsTheSame(recorded: TrainingRecord.Case) throws {
    let counter = try counter(recorded)
    #expect(
      try recorded.trainer.train(on: counter) == recorded.trainer.trainByRecounting(on: counter)
    )
  }

  @Test func equallyRareCharactersGoByCodePoint() throws {
    var trainer = BPETrainer(vocabularySize: 100, specialTokens: [], initialAlphabet: [])
    trainer.alphabetLimit = 3
    let counter = WordCounter(normalization: .none, pattern: .gpt2)
    try counter.add("dcbaeaa")
    #expect(try trainer.train(on: counter).tokens.prefix(3) == [[0x61], [0x62], [0x63]])
    trainer.initialAlphabet = Set(0...9)
    #expect(throws: TokenizationError.self) { try trainer.train(on: counter) }
  }

  @Test func theNumberOfAByteCanBeItsValue() throws {
    let counter = WordCounter(normalization: .none, pattern: .gpt2)
    for _ in 0..<3 { try counter.add("low lower <|end|>") }
    var trainer = BPETrainer(vocabularySize: 262, specialTokens: ["<|end|>", "<|pad|>"])
    trainer.baseOrder = .bytes
    let tokenizer = try Tokenizer.train(trainer, on: counter)
    #expect(tokenizer.vocabularySize == 262)
    for byte in UInt8.min...UInt8.max { #expect(tokenizer.bytes(of: TokenID(byte)) == [byte]) }
    #expect(tokenizer.configuration.addedTokens.map(\.id) == [260, 261])
    let ids = try tokenizer.encode("low<|end|>")
    #expect(ids.last == 260)
    let copy = try Tokenizer(json: tokenizer.json, name: "copy")
    #expect(copy.configuration == tokenizer.configuration)
    #expect(copy.model == tokenizer.model)
    trainer.initialAlphabet = []
    #expect(throws: TokenizationError.self) { try trainer.train(on: counter) }
  }

  @Test(arguments: [BPETrainer.BaseOrder.characters, .bytes])
  func severalSizesAreThoseOfSeparateRuns(order: BPETrainer.BaseOrder) throws {
    let counter = WordCounter(normalization: .nfc, pattern: .o200k)
    for text in try #require(HuggingFaceRecord.shared).corpus { try counter.add(text) }
    var trainer = BPETrainer(vocabularySize: 1, specialTokens: ["<|endoftext|>", "ab", "the"])
    trainer.baseOrder = order
    let sizes = [600, 100, 259, 301, 10_000, 300]
    let models = try trainer.train(on: counter, sizes: sizes)
    for (size, model) in zip(sizes, models) {
      trainer.vocabularySize = size
      #expect(try trainer.train(on: counter) == model)
    }
  }

  @Test func rareWordsCanBePassedOver() throws {
    let all = WordCounter(normalization: .none, pattern: .gpt2)
    let frequent = WordCounter(normalization: .none, pattern: .gpt2)
    for (text, count) in [("abcd", 3), ("cdcd", 2), ("xyz", 1)] {
      for _ in 0..<count { try all.add(text) }
      if count > 1 { for _ in 0..<count { try frequent.add(text) } }
    }
    var trainer = BPETrainer(vocabularySize: 300)
    let expected = try trainer.train(on: frequent)
    trainer.minimumWordCount = 2
    #expect(try trainer.train(on: all) == expected)
  }
}
