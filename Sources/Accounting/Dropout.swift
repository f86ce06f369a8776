/// The probabilities with which training sets numbers of a model to zero; evaluation never does.
///
/// Dropout has no parameters and changes no count of them; what it costs is time.
///
/// - Source: Srivastava et al. 2014, JMLR 15:1929; the three places are those of GPT-2 (Radford et
///   al. 2019) and of the transformer (Vaswani et al. 2017, arXiv:1706.03762, section 5.4).
public struct Dropout: Sendable, Hashable, Codable {
  /// Of the sum of token and position embeddings.
  public var embedding: Double
  /// Of the weights with which tokens look at each other.
  public var attention: Double
  /// Of what each part of a block adds to the residual stream.
  public var residual: Double

  /// Nothing is dropped.
  public static let none = Dropout(0)

  /// The same probability at all three places.
  public init(_ probability: Double) {
    self.init(embedding: probability, attention: probability, residual: probability)
  }

  /// A probability for each place.
  public init(embedding: Double = 0, attention: Double = 0, residual: Double = 0) {
    self.embedding = embedding
    self.attention = attention
    self.residual = residual
  }

  /// Checks that something is kept everywhere.
  ///
  /// - Throws: ``AccountingError/invalidShape(reason:)`` for a probability below 0, or not below 1.
  public func validate() throws(AccountingError) {
    for (place, probability) in [
      ("embeddings", embedding), ("attention", attention), ("the residual stream", residual),
    ] where !(probability >= 0 && probability < 1) {
      throw .invalidShape(
        reason: "dropout of \(place) is \(probability); it must be at least 0 and below 1"
      )
    }
  }
}

// Records say nothing of dropout where there is none: so those written before there was any stay
// readable, and their digests stay the same.

extension KeyedDecodingContainer {
  func decode(_ type: Dropout.Type, forKey key: Key) throws -> Dropout {
    try decodeIfPresent(type, forKey: key) ?? .none
  }
}

extension KeyedEncodingContainer {
  mutating func encode(_ value: Dropout, forKey key: Key) throws {
    try encodeIfPresent(value == .none ? nil : value, forKey: key)
  }
}
