import RealModule

/// How much of each language goes into a mixture.
public struct MixPlan: Sendable, Hashable {
  /// By what shares are found.
  public enum Strategy: Sendable, Hashable {
    /// Shares go like sizes to a power: 1 keeps them, 0 makes all equal.
    ///
    /// - Source: Conneau et al. 2020, arXiv:1911.02116, section 3.1, where α is 0.3.
    case temperature(alpha: Double)
    /// Shares are equal but for languages that would be seen more often than some epochs.
    ///
    /// - Source: Chung et al. 2023, "UniMax", arXiv:2304.09151, algorithm 1.
    case uniMax(epochs: Double)
    /// Shares go like weights; a language without one gets none.
    case weights([String: Double])
  }

  /// A language before it is mixed.
  public struct Language: Sendable, Hashable {
    /// The tag.
    public let tag: String
    /// How much there is of it, in the unit of the budget.
    public let available: Double
    /// How many bytes one unit is.
    public let bytesPerUnit: Double

    /// Describes a language.
    public init(tag: String, available: Double, bytesPerUnit: Double = 1) {
      self.tag = tag
      self.available = available
      self.bytesPerUnit = bytesPerUnit
    }
  }

  /// A language of the mixture.
  public struct Part: Sendable, Hashable {
    /// The language.
    public let language: Language
    /// Its share of the mixture.
    public let share: Double
    /// What of it goes into the mixture, in the unit of the budget.
    public let amount: Double

    /// How often its text is seen.
    public var epochs: Double { language.available > 0 ? amount / language.available : 0 }
    /// ``amount`` in bytes.
    public var bytes: Double { amount * language.bytesPerUnit }
  }

  /// By what the shares were found.
  public let strategy: Strategy
  /// The languages, in the order given; those without a share left out.
  public let parts: [Part]

  /// Plans a mixture.
  ///
  /// - Parameters:
  ///   - languages: The languages, each with some text.
  ///   - strategy: By what shares are found.
  ///   - budget: How much the mixture has; nil for as much as there is of all.
  /// - Throws: ``CorporaError/wrongMix(_:)`` for a plan that gives nothing to anybody, or a weight
  ///   for a language that is not there.
  public init(
    _ languages: [Language],
    strategy: Strategy,
    budget: Double? = nil
  ) throws(CorporaError) {
    let total = languages.reduce(0) { $0 + $1.available }
    guard total > 0 else { throw .wrongMix("there is no text in any language") }
    let budget = budget ?? total
    guard budget > 0, budget.isFinite else { throw .wrongMix("the budget is \(budget)") }
    let amounts: [Double]
    switch strategy {
    case .temperature(let alpha):
      guard alpha >= 0, alpha.isFinite else { throw .wrongMix("the exponent is \(alpha)") }
      amounts = Self.amounts(
        languages.map { $0.available > 0 ? Double.pow($0.available / total, alpha) : 0 },
        budget
      )
    case .uniMax(let epochs):
      guard epochs > 0, epochs.isFinite else { throw .wrongMix("there are \(epochs) epochs") }
      amounts = Self.uniMax(languages.map(\.available), epochs: epochs, budget)
    case .weights(let weights):
      for tag in weights.keys.sorted() where !languages.contains(where: { $0.tag == tag }) {
        throw .wrongMix("a weight is given for \(tag), of which there is no text")
      }
      let list = languages.map { $0.available > 0 ? weights[$0.tag] ?? 0 : 0 }
      guard list.allSatisfy({ $0 >= 0 && $0.isFinite }), list.contains(where: { $0 > 0 }) else {
        throw .wrongMix("no language has a positive weight")
      }
      amounts = Self.amounts(list, budget)
    }
    self.strategy = strategy
    let sum = amounts.reduce(0, +)
    parts = zip(languages, amounts).compactMap { language, amount in
      amount > 0 ? Part(language: language, share: amount / sum, amount: amount) : nil
    }
  }

  private static func amounts(_ weights: [Double], _ budget: Double) -> [Double] {
    let sum = weights.reduce(0, +)
    return weights.map { budget * $0 / sum }
  }

  /// From the smallest language to the largest: an equal part of what is left, or all its epochs.
  private static func uniMax(
    _ sizes: [Double],
    epochs: Double,
    _ budget: Double
  ) -> [Double] {
    var amounts = sizes.map { _ in 0.0 }
    var left = budget
    let order = sizes.indices.sorted { (sizes[$0], $0) < (sizes[$1], $1) }
    for (rank, index) in order.enumerated() {
      amounts[index] = min(left / Double(order.count - rank), sizes[index] * epochs)
      left -= amounts[index]
    }
    return amounts
  }
}
