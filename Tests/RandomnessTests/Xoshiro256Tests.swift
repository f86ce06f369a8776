import Foundation
import Testing

@testable import Randomness

@Suite struct Xoshiro256Tests {
  @Test func repeatsItselfFromTheSameSeedAndName() {
    var first = Seed(7).stream("weights")
    var second = Seed(7).stream("weights")
    #expect((0..<100).map { _ in first.next() } == (0..<100).map { _ in second.next() })
  }

  @Test func drawsOtherNumbersForAnotherNameOrSeed() {
    var weights = Seed(7).stream("weights")
    var batches = Seed(7).stream("batches")
    var other = Seed(8).stream("weights")
    let value = weights.next()
    #expect(value != batches.next())
    #expect(value != other.next())
  }

  /// The first outputs for the state 1, 2, 3, 4, computed by hand from the published recurrence.
  @Test func followsThePublishedRecurrence() throws {
    let state = Data(#"{"s0":1,"s1":2,"s2":3,"s3":4}"#.utf8)
    var generator = try JSONDecoder().decode(Xoshiro256.self, from: state)
    // rotl(1 + 4, 23) + 1 = 5 · 2²³ + 1.
    #expect(generator.next() == 41_943_041)
    // State is then 7, 0, 262146, 6 · 2⁴⁵: rotl(7 + 6 · 2⁴⁵, 23) + 7.
    #expect(generator.next() == 58_720_359)
  }

  @Test func survivesStorage() throws {
    var generator = Seed(3).stream("a")
    _ = generator.next()
    let stored = try JSONEncoder().encode(generator)
    var restored = try JSONDecoder().decode(Xoshiro256.self, from: stored)
    #expect(generator.next() == restored.next())
  }

  @Test func normalNumbersHaveMeanZeroAndVarianceOne() {
    var generator = Seed(1).stream("normal")
    let values = (0..<200_000).map { _ in generator.normal() }
    let mean = values.reduce(0, +) / Double(values.count)
    let variance = values.reduce(0) { $0 + $1 * $1 } / Double(values.count) - mean * mean
    let fourth = values.reduce(0) { $0 + $1 * $1 * $1 * $1 } / Double(values.count)
    #expect(abs(mean) < 0.01)
    #expect(abs(variance - 1) < 0.02)
    #expect(abs(fourth - 3) < 0.15)
  }

  @Test(arguments: [1, 2, 3, 10, 1000])
  func permutationsHoldEveryNumberOnce(count: Int) {
    var generator = Seed(2).stream("order")
    #expect(generator.permutation(of: count).sorted() == Array(0..<count))
  }

  @Test func theLogarithmAgreesWithTheLibrary() {
    for exponent in -300...300 {
      let x = Foundation.pow(10, Double(exponent)) * 1.2345
      let expected = Foundation.log(x)
      #expect(abs(naturalLogarithm(x) - expected) <= 4 * expected.ulp)
    }
  }
}
