import Corpora
import Evaluation
import Files
import Foundation
import TestSupport
import Testing
import Tokenization

/// Measures of small tokenizers, recorded by `Scripts/reference/tokenizer_measures.py`.
struct MeasureRecord: @unchecked Sendable {
  struct Case: @unchecked Sendable, CustomTestStringConvertible {
    let number: Int
    let file: [UInt8]
    let measures: [String: Any]
    var testDescription: String { "tokenizer \(number)" }
  }

  let texts: [String: [String]]
  let cases: [Case]

  static let shared: MeasureRecord? = try? MeasureRecord()

  init() throws {
    let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("Fixtures/tokenizer-measures.json")
    let record = try #require(
      JSONSerialization.jsonObject(with: Data(contentsOf: path)) as? [String: Any]
    )
    texts = try #require(record["texts"] as? [String: [String]])
    cases = try #require(record["cases"] as? [[String: Any]]).enumerated().map { number, recorded in
      Case(
        number: number,
        file: Array(try #require(recorded["file"] as? String).utf8),
        measures: try #require(recorded["measures"] as? [String: Any])
      )
    }
  }

  /// The texts as a folder of `LANGUAGE.txt` files.
  func corpus() throws -> Corpus {
    try withTemporaryFolder { folder in
      for (tag, lines) in texts {
        try writeFile(joined(folder, tag + ".txt"), lines.map { $0 + "\n" }.joined())
      }
      return try Corpus(path: folder)
    }
  }
}

@Suite struct TokenizerEvaluationTests {
  @Test func theRecordIsThere() throws {
    #expect(try MeasureRecord().cases.count == 4)
  }

  @Test(arguments: MeasureRecord.shared?.cases ?? [], [1, 3])
  func measuresAreThoseOfAnIndependentProgram(recorded: MeasureRecord.Case, threads: Int) throws {
    let corpus = try MeasureRecord().corpus()
    let evaluation = try TokenizerEvaluation(
      of: Tokenizer(json: recorded.file, name: "recorded"),
      name: "recorded",
      on: corpus.languages,
      isParallel: corpus.isParallel,
      rareLimit: 3,
      threads: threads
    )
    let all = recorded.measures
    #expect(evaluation.reference == "en")
    #expect(evaluation.reachability.unreachable.map(Int.init) == all["unreachable"] as? [Int])
    #expect(evaluation.reachability.partCount == all["parts_of_characters"] as? Int)
    #expect(evaluation.unseenTokens == all["unseen_tokens"] as? Int)
    #expect(evaluation.rareTokens == all["rare_tokens"] as? Int)
    let gini = try #require(evaluation.giniCoefficient)
    #expect(isClose(gini, all["gini"]))
    let languages = try #require(all["languages"] as? [String: [String: Any]])
    #expect(evaluation.languages.count == languages.count)
    for found in evaluation.languages {
      let expected = try #require(languages[found.language])
      let counts: [(String, Int)] = [
        ("segments", found.segments), ("bytes", found.bytes), ("characters", found.characters),
        ("graphemes", found.graphemes), ("words", found.words), ("tokens", found.tokens),
        ("distinct_tokens", found.counts.distinct),
        ("nfkc_changed_segments", found.nfkcDamage.changedSegments),
      ]
      for (name, count) in counts {
        #expect(count == expected[name] as? Int, "\(name) of \(found.language)")
      }
      let ratios: [(String, Double?)] = [
        ("continued_words", found.continuedWordShare),
        ("single_token_words", found.singleTokenWordRetention),
        ("renyi_efficiency", found.counts.renyiEfficiency()),
        ("renyi_efficiency_of_seen", found.counts.renyiEfficiencyOfSeen()),
        ("vocabulary_use", found.counts.vocabularyUse),
        ("premium", evaluation.premium(of: found)), ("parity", evaluation.parity(of: found)),
      ]
      for (name, ratio) in ratios {
        #expect(isClose(try #require(ratio), expected[name]), "\(name) of \(found.language)")
      }
    }
  }

  private func isClose(_ found: Double, _ expected: Any?) -> Bool {
    guard let expected = expected as? Double else { return false }
    return abs(found - expected) <= 1e-12 * max(1, abs(expected))
  }

  @Test func damageIsCountedAndShown() throws {
    let record = try MeasureRecord()
    // The fourth removes accents and capitals: Devanagari loses its vowel signs.
    let evaluation = try TokenizerEvaluation(
      of: Tokenizer(json: record.cases[3].file, name: "recorded"),
      name: "recorded",
      on: record.corpus().languages,
      isParallel: true
    )
    let hindi = try #require(evaluation.languages.first { $0.language == "hi" })
    #expect(hindi.normalizerDamage.lossySegments == 4)
    #expect(hindi.nfkcDamage.changedSegments == 0)
    let english = try #require(evaluation.languages.first { $0.language == "en" })
    #expect(english.normalizerDamage.changedSegments == 0)
    let changes = english.nfkcDamage.frequentChanges(5).map {
      "\($0.source)\($0.target)\($0.count)"
    }
    #expect(changes == ["ﬁfi1", "ﬂfl1"])
  }

  @Test func otherTextHasNeitherPremiumNorGini() throws {
    let record = try MeasureRecord()
    let tokenizer = try Tokenizer(json: record.cases[0].file, name: "recorded")
    let languages = try record.corpus().languages
    let evaluation = try TokenizerEvaluation(
      of: tokenizer,
      name: "one",
      on: languages,
      isParallel: false
    )
    #expect(evaluation.giniCoefficient == nil)
    #expect(evaluation.premium(of: evaluation.languages[0]) == nil)
    #expect(throws: EvaluationError.self) {
      try TokenizerEvaluation(
        of: tokenizer,
        name: "one",
        on: languages,
        isParallel: true,
        reference: "xx"
      )
    }
  }

  @Test func entropiesHaveTheirLimits() {
    var even = TokenCounts(vocabularySize: 8)
    even.add((0..<8).map { TokenID($0) })
    #expect(abs(even.renyiEfficiency() - 1) < 1e-12)
    #expect(abs(even.renyiEntropy(order: 1) - 3) < 1e-12)
    var one = TokenCounts(vocabularySize: 8)
    one.add([3, 3, 3])
    #expect(one.renyiEfficiency() == 0)
    #expect(TokenCounts(vocabularySize: 8).renyiEfficiency() == 0)
    // A quarter, a quarter, a half: H_2.5 = log₂(2 · 0.25^2.5 + 0.5^2.5) / −1.5.
    var uneven = TokenCounts(vocabularySize: 4)
    uneven.add([0, 1, 2, 2])
    #expect(abs(uneven.renyiEntropy(order: 2.5) - 1.375_498_803_0) < 1e-9)
  }
}
