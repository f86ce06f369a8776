#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// How much each language counts when one vocabulary is trained for several.
///
/// The counts of a language's words are multiplied by a whole number, and the sum is trained on: no
/// text is drawn at random, and the same corpora give the same vocabulary.
public enum LanguageBalance: Sendable, Hashable {
  /// A language with a share p of the characters gets the share p^α / Σ p^α.
  ///
  /// α = 1 leaves the corpora as they are, α = 0 makes all languages equal.
  ///
  /// - Source: Conneau & Lample 2019, arXiv:1901.07291, section 3.1.
  case temperature(Double)
  /// All languages get the same number of characters, but none is repeated more often than so many
  /// times; what small ones leave is divided among the others. The characters of all together stay
  /// as many as they are.
  ///
  /// - Source: Chung et al. 2023, arXiv:2304.09151, algorithm 1.
  case uniMax(epochs: Int)
  /// Each language's counts are multiplied by its number.
  case weights([String: Ratio])

  /// A positive number as a fraction of whole ones.
  public struct Ratio: Sendable, Hashable {
    /// Above the line.
    public let numerator: UInt64
    /// Below the line.
    public let denominator: UInt64

    /// Reads `3`, `0.25` or `2/3`; nil for anything else, for zero, and for more than nine digits.
    public init?(_ text: some StringProtocol) {
      let parts = text.split(separator: "/", omittingEmptySubsequences: false)
      guard parts.count <= 2, let upper = Self.decimal(parts[0]) else { return nil }
      var (numerator, denominator) = upper
      if parts.count == 2 {
        guard let lower = Self.decimal(parts[1]) else { return nil }
        numerator *= lower.denominator
        denominator *= lower.numerator
      }
      guard numerator > 0, denominator > 0 else { return nil }
      let divisor = greatestCommonDivisor(numerator, denominator)
      self.numerator = numerator / divisor
      self.denominator = denominator / divisor
    }

    private static func decimal(
      _ text: some StringProtocol
    ) -> (numerator: UInt64, denominator: UInt64)? {
      let parts = text.split(separator: ".", omittingEmptySubsequences: false)
      let digits = parts.joined()
      guard parts.count <= 2, !digits.isEmpty, digits.count <= 9,
        digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = UInt64(digits)
      else { return nil }
      let places = parts.count == 2 ? parts[1].count : 0
      return (number, (0..<places).reduce(1) { power, _ in power * 10 })
    }
  }

  /// What the counts of each language are multiplied by, and what one occurrence becomes on average.
  public struct Weights: Sendable, Hashable {
    /// The number of each language.
    public let multipliers: [UInt64]
    /// The multiplier that leaves a language as it is: ``BPETrainer/countScale``.
    public let scale: UInt64

    /// How often the text of a language counts.
    public func factor(_ index: Int) -> Double { Double(multipliers[index]) / Double(scale) }
  }

  /// Finds the multipliers.
  ///
  /// - Parameter languages: The languages with the number of characters of their corpora.
  /// - Returns: The multipliers in the same order.
  /// - Throws: ``TokenizationError/wrongOption(name:value:remedy:)`` for a language without weight,
  ///   a weight without language, or an α or a number of epochs that makes no sense.
  public func weights(
    of languages: [(name: String, characters: Int)]
  ) throws(TokenizationError) -> Weights {
    switch self {
    case .temperature(let alpha): return try temperature(alpha, languages)
    case .uniMax(let epochs): return try uniMax(epochs, languages)
    case .weights(let ratios): return try explicit(ratios, languages)
    }
  }

  /// The finest scale: 2²⁰, or less where the sums would not fit into 62 bits.
  private static func scale(for characters: Double, largest factor: Double) -> UInt64 {
    var scale: UInt64 = 1 << 20
    // A character has at most four bytes, each of which is in at most two pairs.
    while scale > 1, characters * 8 * max(factor, 1) * Double(scale) > 0x1p62 { scale /= 2 }
    return scale
  }

  private func temperature(
    _ alpha: Double,
    _ languages: [(name: String, characters: Int)]
  ) throws(TokenizationError) -> Weights {
    guard alpha >= 0, alpha <= 1 else {
      throw .wrongOption(
        name: "The temperature",
        value: "\(alpha)",
        remedy: "choose 0 (all languages equal) to 1 (as the corpora are)"
      )
    }
    let total = Double(languages.reduce(0) { $0 + $1.characters })
    let shares = languages.map { Double($0.characters) / max(total, 1) }
    let sum = shares.reduce(0) { $0 + ($1 > 0 ? pow($1, alpha) : 0) }
    let factors = shares.map { $0 > 0 ? pow($0, alpha - 1) / sum : 0 }
    let scale = Self.scale(for: total, largest: factors.max() ?? 1)
    return Weights(
      multipliers: factors.map { $0 > 0 ? UInt64(max(($0 * Double(scale)).rounded(), 1)) : 0 },
      scale: scale
    )
  }

  private func uniMax(
    _ epochs: Int,
    _ languages: [(name: String, characters: Int)]
  ) throws(TokenizationError) -> Weights {
    guard (1...1_000_000).contains(epochs) else {
      throw .wrongOption(
        name: "The number of epochs of UniMax",
        value: "\(epochs)",
        remedy: "choose 1 or more"
      )
    }
    let total = languages.reduce(0) { $0 + $1.characters }
    var budgets = [Int](repeating: 0, count: languages.count)
    var left = total
    // The smallest first; of equal ones by name.
    let order = languages.indices.sorted {
      (languages[$0].characters, languages[$0].name)
        < (languages[$1].characters, languages[$1].name)
    }
    for (place, index) in order.enumerated() {
      let most = languages[index].characters.multipliedReportingOverflow(by: epochs)
      let share = left / (languages.count - place)
      budgets[index] = most.overflow ? share : min(share, most.partialValue)
      left -= budgets[index]
    }
    let scale = Self.scale(for: Double(total), largest: Double(epochs))
    let multipliers = zip(budgets, languages).map { budget, language -> UInt64 in
      if language.characters == 0 { return 0 }
      let (high, low) = UInt64(budget).multipliedFullWidth(by: scale)
      // The budget is at most epochs times the characters, so that the quotient fits.
      let quotient = UInt64(language.characters).dividingFullWidth((high, low)).quotient
      return max(quotient, 1)
    }
    return Weights(multipliers: multipliers, scale: scale)
  }

  private func explicit(
    _ ratios: [String: Ratio],
    _ languages: [(name: String, characters: Int)]
  ) throws(TokenizationError) -> Weights {
    let known = Set(languages.map(\.name))
    if let extra = ratios.keys.filter({ !known.contains($0) }).min() {
      throw .wrongOption(
        name: "The weight of \(extra)",
        value: "given",
        remedy: "the corpora are \(known.sorted().joined(separator: ", "))"
      )
    }
    var scale: UInt64 = 1
    for language in languages {
      guard let ratio = ratios[language.name] else {
        throw .wrongOption(
          name: "The weight of \(language.name)",
          value: "missing",
          remedy: "give every language one"
        )
      }
      let step = ratio.denominator / greatestCommonDivisor(scale, ratio.denominator)
      let (product, overflow) = scale.multipliedReportingOverflow(by: step)
      if overflow || product > 1 << 30 {
        throw .wrongOption(
          name: "The weights",
          value: "such different fractions",
          remedy: "give decimals with fewer digits"
        )
      }
      scale = product
    }
    return Weights(
      multipliers: languages.map { language in
        let ratio = ratios[language.name]
        return (ratio?.numerator ?? 0) * (scale / (ratio?.denominator ?? 1))
      },
      scale: scale
    )
  }
}

private func greatestCommonDivisor(_ first: UInt64, _ second: UInt64) -> UInt64 {
  var (a, b) = (first, second)
  while b != 0 { (a, b) = (b, a % b) }
  return a
}

extension CountedWords {
  /// How many characters the counted words have, repeats included.
  public func countCharacters() throws(TokenizationError) -> Int {
    var characters = 0
    try forEachWord { (word, count) throws(TokenizationError) in
      word.withByteView { word in
        for index in 0..<word.count where word[index] & 0xC0 != 0x80 {
          characters &+= Int(truncatingIfNeeded: count)
        }
      }
    }
    return characters
  }
}

extension WordCounter {
  /// Adds words that were counted elsewhere, each so many times.
  ///
  /// - Throws: ``TokenizationError/corpusTooLarge(what:)`` where a count does not fit into 62 bits;
  ///   that the words can not be read.
  public func add(
    _ words: some CountedWords,
    times multiplier: UInt64
  ) throws(TokenizationError) {
    if multiplier == 0 { return }
    try words.forEachWord { (word, count) throws(TokenizationError) in
      let (product, overflow) = count.multipliedReportingOverflow(by: multiplier)
      if overflow || product >= 1 << 61 { throw .corpusTooLarge(what: "occurrences of one word") }
      word.withByteView { table.add($0, 0..<$0.count, times: product) }
    }
    byteCount += words.byteCount
  }
}
