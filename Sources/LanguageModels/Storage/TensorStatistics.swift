/// What the numbers of one tensor are like.
public struct TensorStatistics: Sendable, Hashable {
  /// The smallest finite number, nil where there is none.
  public let minimum: Double?
  /// The largest finite number, nil where there is none.
  public let maximum: Double?
  /// The mean of the finite numbers, nil where there is none.
  public let mean: Double?
  /// Their standard deviation, nil where there is none.
  public let deviation: Double?
  /// How many are exactly zero.
  public let zeroCount: Int
  /// How many are infinite or not a number.
  public let notFiniteCount: Int

  /// Looks at all numbers twice: for the mean, then for what lies around it.
  public init(_ values: [Float]) {
    var minimum = Float.infinity
    var maximum = -Float.infinity
    var sum = 0.0
    var zeroCount = 0
    var notFiniteCount = 0
    for value in values {
      guard value.isFinite else {
        notFiniteCount += 1
        continue
      }
      minimum = min(minimum, value)
      maximum = max(maximum, value)
      sum += Double(value)
      if value == 0 { zeroCount += 1 }
    }
    let count = Double(values.count - notFiniteCount)
    self.zeroCount = zeroCount
    self.notFiniteCount = notFiniteCount
    guard count > 0 else {
      self.minimum = nil
      self.maximum = nil
      mean = nil
      deviation = nil
      return
    }
    let mean = sum / count
    let squares = values.reduce(0.0) { total, value in
      value.isFinite ? total + (Double(value) - mean) * (Double(value) - mean) : total
    }
    self.minimum = Double(minimum)
    self.maximum = Double(maximum)
    self.mean = mean
    deviation = (squares / count).squareRoot()
  }
}
