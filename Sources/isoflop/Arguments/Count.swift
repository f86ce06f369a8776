import ArgumentParser

/// A positive quantity as people write it: `3e9`, `3B`, `125M`, `3_000_000_000`, `0.5`.
///
/// The suffixes are K, M, B or G, T and P, for thousands each; upper and lower case mean the same.
struct Count: ExpressibleByArgument, Hashable, Sendable {
  /// The number.
  let value: Double

  /// The number, if it is a whole one that fits.
  var whole: Int? { Int(exactly: value) }

  init(_ value: Double) {
    self.value = value
  }

  init?(argument: String) {
    guard let value = Count.parsed(argument), value > 0, value.isFinite else { return nil }
    self.value = value
  }

  var defaultValueDescription: String {
    value == value.rounded() && value < 1e6 ? String(Int(value)) : "\(value)"
  }

  private static let scales: [Character: Double] = [
    "k": 1e3, "m": 1e6, "b": 1e9, "g": 1e9, "t": 1e12, "p": 1e15,
  ]

  private static func parsed(_ text: String) -> Double? {
    var digits = text.lowercased()
    guard let last = digits.last, !digits.hasPrefix("_"), !digits.contains("__") else { return nil }
    var scale = 1.0
    if let suffix = scales[last] {
      scale = suffix
      digits.removeLast()
    }
    guard !digits.hasSuffix("_") else { return nil }
    digits.removeAll { $0 == "_" }
    // Swift would also read hexadecimal numbers and words such as “infinity”.
    guard digits.allSatisfy({ $0.isASCII && ($0.isNumber || ".e+-".contains($0)) }) else {
      return nil
    }
    return Double(digits).map { $0 * scale }
  }
}

/// One or several quantities, separated by commas.
struct CountList: ExpressibleByArgument, Sendable {
  /// The quantities, at least one.
  let counts: [Count]

  init?(argument: String) {
    let parts = argument.split(separator: ",", omittingEmptySubsequences: false)
    let counts = parts.compactMap { Count(argument: String($0)) }
    guard counts.count == parts.count, !counts.isEmpty else { return nil }
    self.counts = counts
  }
}
