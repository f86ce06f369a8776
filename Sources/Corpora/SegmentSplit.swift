/// The rule that parts a corpus into training and evaluation segments by line number.
///
/// The rule looks at the line number alone, so that on parallel text the same content is held out
/// in every language, and nothing a model is evaluated on was seen in another language.
public struct SegmentSplit: Sendable, Hashable, Codable {
  /// One segment of this many is held out.
  public let every: Int
  /// Which one: the remainder of a held-out segment's index, counted from 0.
  public let remainder: Int

  /// The rule for corpora that state none: the last of every ten segments.
  public static let standard = SegmentSplit(every: 10, remainder: 9)

  /// Creates a rule.
  ///
  /// - Precondition: `every` is at least 2 and `remainder` lies below it.
  public init(every: Int, remainder: Int) {
    precondition(every >= 2 && (0..<every).contains(remainder), "1 of \(every), at \(remainder)")
    self.every = every
    self.remainder = remainder
  }

  /// Reads a rule, refusing numbers that make none.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let every = try container.decode(Int.self, forKey: .every)
    let remainder = try container.decode(Int.self, forKey: .remainder)
    guard every >= 2, (0..<every).contains(remainder) else {
      throw DecodingError.dataCorruptedError(
        forKey: .every,
        in: container,
        debugDescription: "a split needs every ≥ 2 and 0 ≤ remainder < every"
      )
    }
    self.every = every
    self.remainder = remainder
  }

  /// Whether the segment with this index, counted from 0, is held out.
  ///
  /// Example: with the standard rule, 9, 19 and 29 are.
  public func isEvaluation(_ index: Int) -> Bool {
    index % every == remainder
  }
}
