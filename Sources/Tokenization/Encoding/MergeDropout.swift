public import Randomness

/// Leaves merges out at random while encoding, so that a model sees words in several spellings.
///
/// Each merge that would be next is left out with a probability and tried again after the next one
/// that is made in the same piece, as in Hugging Face's tokenizers. Each text has random numbers of
/// its own, so that its tokens do not depend on what is encoded beside it.
///
/// - Source: Provilkov et al. 2020, arXiv:1910.13267.
public struct MergeDropout: Sendable, Hashable {
  /// The probability of leaving a merge out; 0 merges always, 1 leaves the bytes.
  public let probability: Double
  /// Where the random numbers come from.
  public let seed: Seed

  /// Creates the settings.
  ///
  /// - Throws: ``TokenizationError/wrongOption(name:value:remedy:)`` for a number that is no
  ///   probability.
  public init(probability: Double, seed: Seed) throws(TokenizationError) {
    guard probability >= 0, probability <= 1 else {
      throw .wrongOption(
        name: "The probability of dropout",
        value: "\(probability)",
        remedy: "choose 0 to 1"
      )
    }
    self.probability = probability
    self.seed = seed
  }

  /// Creates the settings from a probability that was checked.
  init(checked probability: Double, seed: Seed) {
    self.probability = probability
    self.seed = seed
  }

  /// The generator of a text.
  func generator(ofText number: Int) -> Xoshiro256 { seed.stream("dropout \(number)") }
}
