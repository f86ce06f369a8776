/// A number with its unit.
///
/// Numbers cross module borders in this form wherever a report prints them; inside computations
/// they are plain, named by their unit.
public struct Quantity: Sendable, Hashable {
  /// Describes what is counted or measured.
  public enum Unit: String, Sendable, Hashable, CaseIterable {
    /// Numbers that a model learns.
    case parameters
    /// Pieces of text that a tokenizer makes.
    case tokens
    /// Floating-point operations.
    case flops
    /// Floating-point operations per second.
    case flopsPerSecond
    /// Mean negative log-likelihood.
    case natsPerToken
    /// Negative log-likelihood over the bytes of the text.
    case bitsPerByte
    /// Tokens for each parameter.
    case tokensPerParameter
    /// Storage.
    case bytes
    /// Time.
    case seconds
    /// Time of one device.
    case deviceHours
    /// Energy.
    case kilowattHours
    /// Money, whatever the price was stated in.
    case currency
    /// A pure number.
    case ratio
  }

  /// The number.
  public let value: Double
  /// What it counts.
  public let unit: Unit

  /// Pairs a number with its unit.
  public init(_ value: Double, _ unit: Unit) {
    self.value = value
    self.unit = unit
  }
}
