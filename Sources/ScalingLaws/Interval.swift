/// A range of values, both ends included.
public struct Interval: Sendable, Hashable, Codable {
  /// The lower end.
  public var low: Double
  /// The upper end.
  public var high: Double

  /// States a range.
  public init(low: Double, high: Double) {
    self.low = low
    self.high = high
  }

  /// Whether a value lies inside.
  public func contains(_ value: Double) -> Bool { value >= low && value <= high }

  /// The middle share of some draws.
  ///
  /// Ends between two draws are interpolated. There is no interval of no draws.
  ///
  /// Example: 0.5 of 1, 2, 3, 4, 5 lies from 2 to 4.
  public static func middle(_ share: Double, of draws: [Double]) -> Interval? {
    let sorted = draws.filter(\.isFinite).sorted()
    guard !sorted.isEmpty else { return nil }
    func quantile(_ q: Double) -> Double {
      let position = q * Double(sorted.count - 1)
      let below = Int(position)
      guard below + 1 < sorted.count else { return sorted[sorted.count - 1] }
      return sorted[below] + (position - Double(below)) * (sorted[below + 1] - sorted[below])
    }
    return Interval(low: quantile((1 - share) / 2), high: quantile((1 + share) / 2))
  }
}

/// The ranges of N, D and C that a law was fitted on; nil where they are not known.
public struct LawRange: Sendable, Hashable, Codable {
  /// N.
  public var parameters: Interval?
  /// D.
  public var tokens: Interval?
  /// C.
  public var flops: Interval?

  /// States ranges.
  public init(parameters: Interval? = nil, tokens: Interval? = nil, flops: Interval? = nil) {
    self.parameters = parameters
    self.tokens = tokens
    self.flops = flops
  }

  /// The ranges of some observations.
  public init(of observations: [LossObservation]) {
    func range(_ values: [Double]) -> Interval? {
      guard let low = values.min(), let high = values.max() else { return nil }
      return Interval(low: low, high: high)
    }
    parameters = range(observations.map(\.parameters))
    tokens = range(observations.map(\.tokens))
    flops = range(observations.map(\.flops))
  }

  /// The quantities of a question that lie outside, each with how far, as a factor of at least 1.
  ///
  /// A quantity without a known range is never outside.
  public func outside(
    parameters: Double,
    tokens: Double,
    flops: Double? = nil
  ) -> [(quantity: String, value: Double, range: Interval, factor: Double)] {
    let questions = [
      ("N", parameters, self.parameters), ("D", tokens, self.tokens),
      ("C", flops ?? 6 * parameters * tokens, self.flops),
    ]
    return questions.compactMap { quantity, value, range in
      // Ranges are printed with a few digits: a thousandth beyond an end is still inside.
      guard let range, value < range.low * 0.999 || value > range.high * 1.001 else { return nil }
      return (quantity, value, range, value < range.low ? range.low / value : value / range.high)
    }
  }

  /// Whether any range is known.
  public var isKnown: Bool { parameters != nil || tokens != nil || flops != nil }
}
