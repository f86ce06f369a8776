import RealModule

/// A scale that carries numbers to places on a picture.
struct Axis {
  /// The smallest and largest number shown.
  let range: ClosedRange<Double>
  /// The places of both.
  let places: (low: Double, high: Double)
  /// Whether equal ratios have equal lengths, not equal differences.
  let isLogarithmic: Bool

  /// Where a number stands.
  func place(_ value: Double) -> Double {
    let share = (scaled(value) - scaled(range.lowerBound)) / span
    return places.low + (places.high - places.low) * share
  }

  /// Round numbers inside the range, about so many.
  func ticks(about count: Int) -> [Double] {
    isLogarithmic ? logarithmicTicks : linearTicks(about: count)
  }

  private var span: Double { scaled(range.upperBound) - scaled(range.lowerBound) }

  private func scaled(_ value: Double) -> Double {
    isLogarithmic ? .log(value) : value
  }

  /// 1, 2 and 5 times the powers of ten.
  private var logarithmicTicks: [Double] {
    let lowest = Int(Double.log10(range.lowerBound).rounded(.down))
    let highest = Int(Double.log10(range.upperBound).rounded(.up))
    return (lowest...max(lowest, highest)).flatMap { exponent in
      [1.0, 2, 5].map { $0 * .pow(10, exponent) }
    }.filter(range.contains)
  }

  private func linearTicks(about count: Int) -> [Double] {
    let rough = (range.upperBound - range.lowerBound) / Double(max(count, 1))
    guard rough > 0, rough.isFinite else { return [range.lowerBound] }
    let power = Double.pow(10, Int(Double.log10(rough).rounded(.down)))
    let step = [1.0, 2, 5, 10].map { $0 * power }.first { $0 >= rough } ?? rough
    let first = (range.lowerBound / step).rounded(.up)
    let last = (range.upperBound / step).rounded(.down)
    return first <= last ? stride(from: first, through: last, by: 1).map { $0 * step } : []
  }
}
