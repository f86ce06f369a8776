import Files
import Foundation
import Testing
import UnicodeText

@testable import Tokenization

/// What Hugging Face's `tokenizers` learned and encoded, recorded by `Fixtures/record.py`.
struct HuggingFaceRecord: Decodable, Sendable {
  struct Case: Decodable, Sendable, CustomTestStringConvertible {
    struct Settings: Decodable, Sendable {
      let vocabSize: Int
      let specialTokens: [String]
      let initialAlphabet: Int
      let minFrequency: Int?
      let maxTokenLength: Int?
    }

    let pattern: String
    let form: String
    let settings: Settings
    let file: String
    let ids: [[TokenID]]
    let offsets: [[Int]]?

    var testDescription: String { "\(pattern) \(form) \(settings)" }
  }

  let madeWith: String
  let corpus: [String]
  let nasty: [String]
  let cases: [Case]

  static let shared: HuggingFaceRecord? = {
    let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("Fixtures/huggingface.json")
    guard let data = try? Data(contentsOf: path) else { return nil }
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try? decoder.decode(HuggingFaceRecord.self, from: data)
  }()

  static let cases = shared?.cases ?? []
  var texts: [String] { corpus + nasty }
}

/// Against `tokenizers` 0.23.3.
///
/// Offsets are compared where every byte has a token: `tokenizers` counts on from the start of a
/// piece as if the bytes without token were not there, and so names others.
@Suite struct HuggingFaceTests {
  @Test func theRecordIsThere() {
    #expect(HuggingFaceRecord.cases.count == 12)
    #expect(HuggingFaceRecord.shared?.madeWith == "tokenizers 0.23.3")
  }

  @Test(arguments: HuggingFaceRecord.cases)
  func trainingLearnsTheSame(recorded: HuggingFaceRecord.Case) throws {
    let record = try #require(HuggingFaceRecord.shared)
    let counter = WordCounter(
      normalization: try #require(NormalizationForm(rawValue: recorded.form)),
      pattern: try #require(SplitPattern(rawValue: recorded.pattern))
    )
    for text in record.corpus { try counter.add(text) }
    let trainer = BPETrainer(
      vocabularySize: recorded.settings.vocabSize,
      minimumFrequency: recorded.settings.minFrequency ?? 0,
      maximumTokenLength: recorded.settings.maxTokenLength,
      specialTokens: recorded.settings.specialTokens,
      initialAlphabet: recorded.settings.initialAlphabet == 0 ? [] : Set(0...255)
    )
    let learned = try Tokenizer.train(trainer, on: counter)
    let expected = try Tokenizer(json: Array(recorded.file.utf8), name: "recorded")
    #expect(learned.model == expected.model)
    #expect(learned.configuration == expected.configuration)
  }

  @Test(arguments: HuggingFaceRecord.cases)
  func encodingGivesTheSame(recorded: HuggingFaceRecord.Case) throws {
    let record = try #require(HuggingFaceRecord.shared)
    let tokenizer = try Tokenizer(json: Array(recorded.file.utf8), name: "recorded")
    // Written and read again, it is the same.
    let copy = try Tokenizer(json: tokenizer.json, name: "copy")
    #expect(copy.model == tokenizer.model)
    #expect(copy.configuration == tokenizer.configuration)
    for (index, text) in record.texts.enumerated() {
      let encoding = try copy.encodeWithOffsets(text)
      #expect(encoding.ids == recorded.ids[index], "\(text.debugDescription)")
      if let offsets = recorded.offsets {
        let utf8 = Array(text.utf8)
        let found = unsafe encoding.codePointOffsets(in: utf8.span.bytes)
        #expect(found.flatMap { [$0.lowerBound, $0.upperBound] } == offsets[index])
      }
    }
  }
}
