/// The generator xoshiro256++: fast, 256 bits of state, period 2²⁵⁶ − 1.
///
/// Its state is a value that can be stored and restored, so that a resumed run continues the same
/// sequence.
///
/// - Source: Blackman and Vigna 2021, "Scrambled linear pseudorandom number generators",
///   arXiv:1805.01407.
public struct Xoshiro256: RandomNumberGenerator, Sendable, Hashable, Codable {
  private var s0: UInt64
  private var s1: UInt64
  private var s2: UInt64
  private var s3: UInt64

  init(seededBy source: SplitMix64) {
    var source = source
    s0 = source.next()
    s1 = source.next()
    s2 = source.next()
    s3 = source.next()
  }

  /// Draws the next 64 bits.
  public mutating func next() -> UInt64 {
    let sum = s0 &+ s3
    let result = (sum << 23 | sum >> 41) &+ s0
    let shifted = s1 << 17
    s2 ^= s0
    s3 ^= s1
    s1 ^= s2
    s0 ^= s3
    s2 ^= shifted
    s3 = s3 << 45 | s3 >> 19
    return result
  }

  /// Draws a number in [0, 1) with 53 random bits.
  public mutating func uniform() -> Double {
    Double(next() >> 11) * 0x1p-53
  }

  /// Draws a whole number below a bound, without bias.
  ///
  /// - Precondition: `bound` is positive.
  /// - Source: Lemire 2019, "Fast random integer generation in an interval", arXiv:1805.10941.
  public mutating func below(_ bound: Int) -> Int {
    precondition(bound > 0, "a bound of \(bound) leaves nothing to draw")
    let range = UInt64(bound)
    var product = next().multipliedFullWidth(by: range)
    if product.low < range {
      let threshold = (0 &- range) % range
      while product.low < threshold {
        product = next().multipliedFullWidth(by: range)
      }
    }
    return Int(product.high)
  }

  /// Draws from the standard normal distribution.
  ///
  /// The polar method without its second value: nothing is kept between calls, so the state is
  /// all there is to store.
  public mutating func normal() -> Double {
    while true {
      let x = 2 * uniform() - 1
      let y = 2 * uniform() - 1
      let square = x * x + y * y
      if square > 0, square < 1 {
        return x * (-2 * naturalLogarithm(square) / square).squareRoot()
      }
    }
  }

  /// Draws a permutation of 0 ..< count, each equally likely.
  public mutating func permutation(of count: Int) -> [Int] {
    var order = Array(0..<count)
    var last = count - 1
    while last > 0 {
      order.swapAt(last, below(last + 1))
      last -= 1
    }
    return order
  }
}

/// The generator that spreads one word over the state of another.
///
/// - Source: Steele, Lea and Flood 2014, "Fast splittable pseudorandom number generators".
struct SplitMix64: Sendable {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}
