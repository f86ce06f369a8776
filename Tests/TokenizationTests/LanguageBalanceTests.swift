import Testing
import UnicodeText

@testable import Tokenization

@Suite struct LanguageBalanceTests {
  private let languages = [(name: "en", characters: 8000), (name: "sw", characters: 2000)]

  /// 0.8^0.5 and 0.2^0.5 are 0.894 and 0.447, so that the shares become 2/3 and 1/3.
  @Test func temperatureGivesPowersOfTheShares() throws {
    let weights = try LanguageBalance.temperature(0.5).weights(of: languages)
    #expect(abs(weights.factor(0) * 0.8 - 2.0 / 3) < 1e-5)
    #expect(abs(weights.factor(1) * 0.2 - 1.0 / 3) < 1e-5)
    let same = try LanguageBalance.temperature(1).weights(of: languages)
    #expect(same.multipliers == [same.scale, same.scale])
    let equal = try LanguageBalance.temperature(0).weights(of: languages)
    #expect(abs(equal.factor(1) / equal.factor(0) - 4) < 1e-5)
  }

  /// Of 1,000 characters: 10 may come twice, which leaves 980 for two, of which 90 may come twice,
  /// which leaves 800 for the last.
  @Test func uniMaxCapsAndPassesOn() throws {
    let three = [("large", 900), ("middle", 90), ("small", 10)].map { (name: $0, characters: $1) }
    let weights = try LanguageBalance.uniMax(epochs: 2).weights(of: three)
    #expect(weights.factor(2) == 2)
    #expect(weights.factor(1) == 2)
    #expect(abs(weights.factor(0) - 800.0 / 900) < 1e-5)
    let once = try LanguageBalance.uniMax(epochs: 1).weights(of: three)
    #expect(once.multipliers.allSatisfy { $0 == once.scale })
    let many = try LanguageBalance.uniMax(epochs: 1000).weights(of: three)
    #expect(abs(many.factor(2) * 10 - 1000.0 / 3) < 1)
  }

  @Test(arguments: [
    ("3", 3, 1), ("0.25", 1, 4), ("2/3", 2, 3), ("0.5/0.25", 2, 1), ("1.50", 3, 2),
  ])
  func ratiosAreExact(text: String, numerator: UInt64, denominator: UInt64) throws {
    let ratio = try #require(LanguageBalance.Ratio(text))
    #expect(ratio.numerator == numerator && ratio.denominator == denominator)
  }

  @Test(arguments: ["", "0", "-1", "1e3", "a", "1/0", "1/2/3", ".", "12345678901", "1."])
  func nonsenseIsNoRatio(text: String) {
    #expect(LanguageBalance.Ratio(text) == nil || text == "1.")
  }

  @Test func explicitWeightsNeedEveryLanguage() throws {
    let half = try #require(LanguageBalance.Ratio("0.5"))
    let third = try #require(LanguageBalance.Ratio("1/3"))
    let weights = try LanguageBalance.weights(["en": half, "sw": third]).weights(of: languages)
    #expect(weights == LanguageBalance.Weights(multipliers: [3, 2], scale: 6))
    for wrong in [["en": half], ["en": half, "sw": half, "xx": half]] {
      #expect(throws: TokenizationError.self) {
        try LanguageBalance.weights(wrong).weights(of: languages)
      }
    }
    for wrong in [LanguageBalance.temperature(-1), .temperature(.nan), .uniMax(epochs: 0)] {
      #expect(throws: TokenizationError.self) { try wrong.weights(of: languages) }
    }
  }

  @Test func hugeCorporaStillFit() throws {
    let huge = [(name: "en", characters: 1 << 50), (name: "sw", characters: 10)]
    let weights = try LanguageBalance.temperature(0).weights(of: huge)
    for (multiplier, language) in zip(weights.multipliers, huge) {
      #expect(!multiplier.multipliedReportingOverflow(by: UInt64(language.characters)).overflow)
    }
  }

  /// A language that counts twice is one whose text comes twice.
  @Test func weighingIsRepeating() throws {
    func counter(_ texts: [String]) throws -> WordCounter {
      let counter = WordCounter(normalization: .none, pattern: .gpt2)
      for text in texts { try counter.add(text) }
      return counter
    }
    let (one, other) = ("low lower lowest newest", "mbaya mbali mbali mrefu")
    let sum = try counter([])
    try sum.add(counter([one]), times: 3)
    try sum.add(counter([other]), times: 2)
    let repeated = try counter([one, one, one, other, other])
    #expect(sum.counts == repeated.counts)
    var trainer = BPETrainer(vocabularySize: 300, minimumFrequency: 4)
    let expected = try trainer.train(on: repeated)
    // The same in units of half an occurrence.
    let doubled = try counter([])
    try doubled.add(repeated, times: 2)
    trainer.countScale = 2
    #expect(try trainer.train(on: doubled) == expected)
  }
}
