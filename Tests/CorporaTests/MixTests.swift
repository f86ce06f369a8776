import Files
import Randomness
import TestSupport
import Testing

@testable import Corpora

@Suite struct MixPlanTests {
  private let languages = [
    MixPlan.Language(tag: "en", available: 900), MixPlan.Language(tag: "sw", available: 90),
    MixPlan.Language(tag: "yo", available: 10),
  ]

  private func amounts(_ strategy: MixPlan.Strategy, _ budget: Double?) throws -> [Double] {
    try MixPlan(languages, strategy: strategy, budget: budget).parts.map(\.amount)
  }

  @Test func temperatureOneKeepsSizesAndZeroMakesThemEqual() throws {
    #expect(try amounts(.temperature(alpha: 1), nil) == [900, 90, 10])
    #expect(try amounts(.temperature(alpha: 0), 300) == [100, 100, 100])
    let shares = try MixPlan(languages, strategy: .temperature(alpha: 0.5)).parts.map(\.share)
    // √0.9 : √0.09 : √0.01 = 0.9487 : 0.3 : 0.1.
    #expect(abs(shares[0] - 0.948_683_298 / 1.348_683_298) < 1e-9)
    #expect(abs(shares[2] - 0.1 / 1.348_683_298) < 1e-9)
  }

  /// Small languages stop at their epochs, and the rest is shared by the others.
  @Test func uniMaxCapsEpochsAndSharesTheRest() throws {
    #expect(try amounts(.uniMax(epochs: 4), 600) == [280, 280, 40])
    #expect(try amounts(.uniMax(epochs: 1), 10_000) == [900, 90, 10])
    #expect(try amounts(.uniMax(epochs: 100), 300) == [100, 100, 100])
  }

  @Test func weightsNameTheirLanguages() throws {
    let plan = try MixPlan(languages, strategy: .weights(["sw": 1, "yo": 3]), budget: 40)
    #expect(plan.parts.map(\.language.tag) == ["sw", "yo"])
    #expect(plan.parts.map(\.epochs) == [10 / 90, 3])
    #expect(throws: CorporaError.self) { try MixPlan(languages, strategy: .weights(["de": 1])) }
    #expect(throws: CorporaError.self) { try MixPlan(languages, strategy: .weights(["en": 0])) }
    #expect(throws: CorporaError.self) {
      try MixPlan([MixPlan.Language(tag: "en", available: 0)], strategy: .temperature(alpha: 1))
    }
  }
}

@Suite struct CorpusMixerTests {
  /// A mixture of three languages, English far larger than the others.
  private func mix(
    _ folder: String,
    seed: UInt64,
    _ strategy: MixPlan.Strategy,
    name: String = "mixed.txt"
  ) throws -> (lines: [String], results: [CorpusMixer.Result]) {
    let texts = joined(folder, "texts")
    try createFolder(texts)
    for (tag, count) in [("en", 2000), ("sw", 200), ("yo", 50)] {
      let lines = (0..<count).map { "\(tag) \(1_000_000 + $0)\n" }
      try writeFile(joined(texts, tag + ".txt"), lines.joined())
    }
    let inputs = try TextInput.inputs(at: [texts])
    let sizes = try CorpusMixer.sizes(of: inputs)
    #expect(sizes.map(\.bytes) == [20_000, 2000, 500])
    let languages = sizes.map { MixPlan.Language(tag: $0.language, available: Double($0.bytes)) }
    let plan = try MixPlan(languages, strategy: strategy, budget: 6000)
    let path = joined(folder, name)
    let results = try CorpusMixer(plan, of: inputs, sizes: sizes).write(
      to: .file(path),
      seed: Seed(seed)
    )
    let text = String(decoding: try readFile(path), as: UTF8.self)
    return (text.split(separator: "\n").map(String.init), results)
  }

  @Test func aMixtureHasItsSharesAndIsRepeatedByItsSeed() throws {
    try withTemporaryFolder { folder in
      let first = try mix(folder, seed: 1, .uniMax(epochs: 10))
      #expect(first.results.map(\.language) == ["en", "sw", "yo"])
      for result in first.results { #expect(abs(result.bytes - 2000) <= 20) }
      // Every line of the small language four times, none of it twice before all once.
      let yoruba = first.lines.filter { $0.hasPrefix("yo") }
      #expect(yoruba.count == 200)
      #expect(Set(yoruba[0..<50]).count == 50)
      let english = first.lines.filter { $0.hasPrefix("en") }
      #expect(english == english.sorted() && Set(english).count == english.count)
      // A part is drawn from the whole text, not from its start.
      #expect(english.last.map { $0 > "en 1001800" } == true)
      // The languages take turns from the start to the end.
      #expect(Set(first.lines.suffix(60).map { $0.prefix(2) }).count == 3)
      #expect(try mix(folder, seed: 1, .uniMax(epochs: 10)).lines == first.lines)
      #expect(try mix(folder, seed: 2, .uniMax(epochs: 10)).lines != first.lines)
    }
  }

  @Test func recordsNameTheirLanguage() throws {
    try withTemporaryFolder { folder in
      let result = try mix(folder, seed: 1, .temperature(alpha: 1), name: "mixed.jsonl")
      let input = try TextInput(
        joined(folder, "mixed.jsonl"),
        form: .records(field: "language")
      )
      let tags = try input.documents().map { String(decoding: $0, as: UTF8.self) }
      #expect(tags.count { $0 == "en" } == result.results[0].documents)
    }
  }
}
