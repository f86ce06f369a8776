public import Evaluation
import Randomness

/// How much worse languages are served than a reference, in bits per segment of parallel text.
public struct LossGap: Sendable {
  /// One language beside the reference.
  public struct Language: Sendable {
    /// The language's tag.
    public let language: String
    /// Its losses over the segments shared with the reference.
    public let losses: LanguageLosses
    /// tokens of the language / tokens of the reference, over the shared segments.
    public let premium: Double
    /// Σ nats of the reference / Σ nats of the language: 1 is parity, less is worse served.
    public let parity: Double
    /// BPS of the language − BPS of the reference.
    public let gapBitsPerSegment: Double
    /// The paired bootstrap interval of the gap.
    public let interval: ClosedRange<Double>
  }

  /// The tag all others are compared with.
  public let reference: String
  /// The share of resampled gaps that each interval covers.
  public let confidence: Double
  /// How often segments were resampled.
  public let resamples: Int
  /// The languages in the table's order, the reference among them with a gap of 0.
  public let languages: [Language]

  /// Compares each language with the reference over the segments both have.
  ///
  /// The interval resamples segments with replacement, the same ones on both sides, so that what
  /// makes a segment hard in both languages cancels. It speaks of the choice of segments, not of
  /// the seeds of training.
  ///
  /// - Parameters:
  ///   - table: The losses; segment i says the same in every language.
  ///   - reference: The tag compared with.
  ///   - confidence: The share covered, between 0 and 1.
  ///   - resamples: The number of bootstrap samples.
  ///   - seed: The seed of the resampling.
  /// - Throws: ``ExperimentsError`` when the reference is missing or shares too few segments.
  /// - Source: Efron and Tibshirani 1993, "An introduction to the bootstrap", section 13.3.
  public init(
    _ table: LossTable,
    reference: String,
    confidence: Double = 0.9,
    resamples: Int = 2000,
    seed: UInt64 = 1
  ) throws(ExperimentsError) {
    guard confidence > 0, confidence < 1 else {
      throw .invalidConfidence(confidence)
    }
    precondition(resamples >= 1, "\(resamples) resamples")
    guard let base = table.languages.first(where: { $0.language == reference }) else {
      throw .unknownReference(tag: reference, available: table.languages.map(\.language))
    }
    self.reference = reference
    self.confidence = confidence
    self.resamples = resamples
    var languages: [Language] = []
    for language in table.languages {
      languages.append(
        try Self.compare(language, base, confidence, resamples, Seed(seed))
      )
    }
    self.languages = languages
  }

  private static func compare(
    _ language: LanguageLosses,
    _ reference: LanguageLosses,
    _ confidence: Double,
    _ resamples: Int,
    _ seed: Seed
  ) throws(ExperimentsError) -> Language {
    let other = Dictionary(uniqueKeysWithValues: reference.segments.map { ($0.segment, $0) })
    let pairs = language.segments.compactMap { segment in
      other[segment.segment].map { (segment, $0) }
    }
    guard pairs.count >= 2 else {
      throw .tooFewSharedSegments(
        language: language.language,
        reference: reference.language,
        count: pairs.count
      )
    }
    let mine = LanguageLosses(language: language.language, segments: pairs.map(\.0))
    let theirs = LanguageLosses(language: reference.language, segments: pairs.map(\.1))
    let differences = pairs.map { ($0.0.nats - $0.1.nats) / naturalLogarithmOf2 }
    return Language(
      language: language.language,
      losses: mine,
      premium: Double(mine.tokens) / Double(theirs.tokens),
      parity: theirs.nats / mine.nats,
      gapBitsPerSegment: mine.bitsPerSegment - theirs.bitsPerSegment,
      interval: bootstrapInterval(
        ofMeanOf: differences,
        confidence: confidence,
        resamples: resamples,
        // subtle: one stream for all languages, so that equal segments are drawn for each.
        generator: seed.stream("segments")
      )
    )
  }
}

/// The percentile interval of a mean under resampling with replacement.
func bootstrapInterval(
  ofMeanOf values: [Double],
  confidence: Double,
  resamples: Int,
  generator: Xoshiro256
) -> ClosedRange<Double> {
  var generator = generator
  var means: [Double] = []
  means.reserveCapacity(resamples)
  for _ in 0..<resamples {
    var sum = 0.0
    for _ in values.indices { sum += values[generator.below(values.count)] }
    means.append(sum / Double(values.count))
  }
  means.sort()
  let tail = (1 - confidence) / 2
  func quantile(_ share: Double) -> Double {
    let position = share * Double(means.count - 1)
    let below = Int(position)
    let above = min(below + 1, means.count - 1)
    return means[below] + (means[above] - means[below]) * (position - Double(below))
  }
  return quantile(tail)...quantile(1 - tail)
}
