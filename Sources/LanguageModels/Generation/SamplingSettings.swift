/// How a token is drawn from the logits.
///
/// The steps are taken in the order of the properties, as `transformers` takes them.
public struct SamplingSettings: Sendable, Hashable, Codable {
  /// What positive logits of tokens seen before are divided by, and negative ones multiplied by;
  /// 1 for no penalty.
  ///
  /// - Source: Keskar et al. 2019, arXiv:1909.05858, section 4.1.
  public var repetitionPenalty: Double
  /// What logits are divided by; 0 takes the likeliest token, the smaller id of equals.
  public var temperature: Double
  /// How many of the likeliest tokens are kept, with all that equal the last of them.
  public var topK: Int?
  /// The share of probability that the likeliest tokens kept make up at least.
  ///
  /// - Source: Holtzman et al. 2019, arXiv:1904.09751, section 3.1.
  public var topP: Double?
  /// The smallest probability kept, as a share of the largest.
  ///
  /// - Source: Nguyen et al. 2024, arXiv:2407.01082, section 3.
  public var minP: Double?

  /// Always the likeliest token.
  public static let greedy = SamplingSettings(temperature: 0)

  /// Draws from the whole distribution unless told otherwise.
  public init(
    temperature: Double = 1,
    topK: Int? = nil,
    topP: Double? = nil,
    minP: Double? = nil,
    repetitionPenalty: Double = 1
  ) {
    self.temperature = temperature
    self.topK = topK
    self.topP = topP
    self.minP = minP
    self.repetitionPenalty = repetitionPenalty
  }

  /// Checks that every setting is possible.
  ///
  /// - Throws: ``LanguageModelsError/invalidSampling(reason:)`` with the first that is not.
  public func validate() throws(LanguageModelsError) {
    guard temperature >= 0, temperature.isFinite else {
      throw .invalidSampling(reason: "the temperature \(temperature) must be 0 or more")
    }
    if let topK, topK < 1 {
      throw .invalidSampling(reason: "top-k \(topK) must be 1 or more")
    }
    if let topP, !(topP > 0 && topP <= 1) {
      throw .invalidSampling(reason: "top-p \(topP) must lie above 0 and up to 1")
    }
    if let minP, !(minP >= 0 && minP <= 1) {
      throw .invalidSampling(reason: "min-p \(minP) must lie between 0 and 1")
    }
    guard repetitionPenalty > 0, repetitionPenalty.isFinite else {
      throw .invalidSampling(
        reason: "the repetition penalty \(repetitionPenalty) must be above 0"
      )
    }
  }
}
