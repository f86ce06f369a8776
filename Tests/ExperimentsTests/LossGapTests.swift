import Evaluation
import Randomness
import Testing

@testable import Experiments

@Suite struct LossGapTests {
  func losses(_ language: String, _ nats: [Double], tokens: Int = 10) -> LanguageLosses {
    LanguageLosses(
      language: language,
      segments: nats.enumerated().map {
        SegmentLoss(segment: $0.offset, nats: $0.element, tokens: tokens, bytes: 50)
      }
    )
  }

  @Test func figuresFollowTheirDefinitions() throws {
    let table = LossTable(languages: [
      losses("en", [10, 20, 30]), losses("th", [12, 25, 38], tokens: 25),
    ])
    let gap = try LossGap(table, reference: "en")
    let thai = gap.languages[1]
    #expect(thai.premium == 2.5)
    #expect(thai.parity == 60.0 / 75.0)
    #expect(abs(thai.gapBitsPerSegment - 5 / 0.6931471805599453) < 1e-12)
    #expect(thai.interval.contains(thai.gapBitsPerSegment))
    #expect(gap.languages[0].gapBitsPerSegment == 0)
    #expect(gap.languages[0].interval == 0...0)
  }

  @Test func onlySharedSegmentsAreCompared() throws {
    let english = losses("en", [10, 20, 30, 40])
    let thai = LanguageLosses(
      language: "th",
      segments: Array(losses("th", [11, 22, 33, 0]).segments[..<3])
    )
    let gap = try LossGap(LossTable(languages: [english, thai]), reference: "en")
    #expect(abs(gap.languages[1].gapBitsPerSegment - 2 / 0.6931471805599453) < 1e-12)
  }

  /// The interval of a mean of n normal numbers is ± 1.645 σ/√n at 90 %.
  @Test func theIntervalHasTheWidthTheoryGives() {
    var generator = Seed(5).stream("values")
    let values = (0..<400).map { _ in generator.normal() }
    let interval = bootstrapInterval(
      ofMeanOf: values,
      confidence: 0.9,
      resamples: 2000,
      generator: Seed(1).stream("segments")
    )
    let halfWidth = (interval.upperBound - interval.lowerBound) / 2
    #expect(abs(halfWidth - 1.645 / 20) < 0.012)
  }

  @Test func whatCannotBeComparedIsNamed() {
    let table = LossTable(languages: [losses("en", [1, 2]), losses("th", [3])])
    #expect(throws: ExperimentsError.unknownReference(tag: "fr", available: ["en", "th"])) {
      try LossGap(table, reference: "fr")
    }
    #expect(
      throws: ExperimentsError.tooFewSharedSegments(language: "th", reference: "en", count: 1)
    ) {
      try LossGap(table, reference: "en")
    }
    #expect(throws: ExperimentsError.invalidConfidence(1)) {
      try LossGap(table, reference: "en", confidence: 1)
    }
  }
}
