import Corpora
import Files
import ScalingLaws
import TestSupport
import Testing
import Tokenization
import UnicodeText

@testable import Experiments

@Suite struct LanguageMeasurementTests {
  /// A tokenizer without merges: a token a byte.
  func byteTokenizer() throws -> Tokenizer {
    let counter = WordCounter(normalization: .nfc, pattern: .o200k)
    try counter.add("a")
    let model = try BPETrainer(vocabularySize: 257).train(on: counter)
    return try Tokenizer(
      model: model,
      configuration: TokenizerConfiguration(normalization: .nfc, pattern: .o200k)
    )
  }

  func measured(_ texts: [String: String], _ language: String) throws -> LanguageMeasurement {
    try withTemporaryFolder { folder in
      for (tag, text) in texts { try writeFile(joined(folder, tag + ".txt"), text) }
      return try LanguageMeasurement(
        corpus: folder,
        tokenizer: byteTokenizer(),
        language: language
      )
    }
  }

  @Test func bytesTokensAndWordsAreCounted() throws {
    let figures = try measured(["en": "one two three\nfour\n"], "en")
    #expect(figures.segmentCount == 2)
    #expect(figures.bytes == 17)
    #expect(figures.tokens == 17)
    #expect(figures.words == 4)
    #expect(figures.bytesPerToken == 1)
    #expect(figures.bytePremium == nil)
  }

  @Test func thaiWordsAreFoundWithoutSpaces() throws {
    // “I love you”, three words of three bytes a letter.
    let figures = try measured(["en": "I love you\n", "th": "ฉันรักเธอ\n"], "th")
    #expect(figures.words == 3)
    #expect(figures.bytes == 27)
    #expect(figures.bytePremium == 2.7)
    #expect(figures.tokenPremium == 2.7)
    #expect(figures.fertility == 9)
  }

  @Test func premiumsNeedParallelText() throws {
    let figures = try measured(["en": "one\ntwo\n", "de": "eins\n"], "de")
    #expect(figures.bytePremium == nil)
    let plan = try LanguagePlan(figures, measure: nil, englishBytesPerToken: 4)
    #expect(plan.measure.source.hasPrefix("Arnett"))
  }

  @Test func whatTheCorpusLacksIsNamed() throws {
    #expect(throws: CorporaError.self) { try measured(["en": "one\n"], "th") }
  }
}
