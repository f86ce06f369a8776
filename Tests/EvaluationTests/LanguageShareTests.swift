import Corpora
import Testing
import Tokenization

/// Mixtures of text and balanced training mean the same by one rule.
@Suite struct LanguageShareTests {
  private let sizes = [("en", 900_000), ("sw", 90_000), ("yo", 10_000)]

  private func mixed(_ strategy: MixPlan.Strategy) throws -> [Double] {
    let languages = sizes.map { MixPlan.Language(tag: $0.0, available: Double($0.1)) }
    return try MixPlan(languages, strategy: strategy).parts.map(\.share)
  }

  private func trained(_ balance: LanguageBalance) throws -> [Double] {
    let weights = try balance.weights(of: sizes.map { (name: $0.0, characters: $0.1) })
    let amounts = sizes.indices.map { Double(sizes[$0].1) * weights.factor($0) }
    return amounts.map { $0 / amounts.reduce(0, +) }
  }

  private func expectEqual(_ first: [Double], _ second: [Double]) {
    for (a, b) in zip(first, second) { #expect(abs(a - b) < 1e-5, "\(first) \(second)") }
  }

  @Test(arguments: [0, 0.3, 0.7, 1]) func byTemperature(alpha: Double) throws {
    expectEqual(try mixed(.temperature(alpha: alpha)), try trained(.temperature(alpha)))
  }

  @Test(arguments: [1, 3, 40]) func byUniMax(epochs: Int) throws {
    expectEqual(try mixed(.uniMax(epochs: Double(epochs))), try trained(.uniMax(epochs: epochs)))
  }
}
