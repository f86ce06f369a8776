import Randomness
import RealModule

/// The parabola of loss in ln N through the runs of one budget.
struct Parabola {
  let flops: Double
  private let logN: [Double]
  private let losses: [Double]
  private let totalRunCount: Int
  /// c₀ + c₁ x + c₂ x² in x = ln N minus ``center``.
  private let coefficients: [Double]
  private let center: Double

  init?(_ runs: [LossObservation], nearestCount: Int) {
    guard let lowest = runs.min(by: { $0.loss < $1.loss }) else { return nil }
    let middle = Double.log(lowest.parameters)
    let nearest =
      runs.sorted {
        (abs(.log($0.parameters) - middle), $0.parameters)
          < (abs(.log($1.parameters) - middle), $1.parameters)
      }.prefix(nearestCount)
    let mean = runs.reduce(0) { $0 + Double.log($1.flops) } / Double(runs.count)
    self.init(
      flops: .exp(mean),
      logN: nearest.map { .log($0.parameters) },
      losses: nearest.map(\.loss),
      totalRunCount: runs.count
    )
  }

  private init?(flops: Double, logN: [Double], losses: [Double], totalRunCount: Int) {
    let center = logN.reduce(0, +) / Double(logN.count)
    var matrix = SymmetricMatrix(size: 3)
    var right = [0.0, 0.0, 0.0]
    for (x, loss) in zip(logN, losses) {
      let powers = [1, x - center, (x - center) * (x - center)]
      for i in 0..<3 {
        right[i] += powers[i] * loss
        for j in 0..<3 { matrix[i, j] += powers[i] * powers[j] }
      }
    }
    guard let solution = matrix.solve(right) else { return nil }
    self.flops = flops
    self.logN = logN
    self.losses = losses
    self.totalRunCount = totalRunCount
    self.center = center
    coefficients = solution
  }

  /// Whether the parabola opens upward and has its minimum among the sizes.
  var hasInnerMinimum: Bool {
    guard coefficients[2] > 0, let low = logN.min(), let high = logN.max() else { return false }
    let minimum = center + vertex
    return minimum >= low && minimum <= high
  }

  private var vertex: Double { -coefficients[1] / (2 * coefficients[2]) }

  var optimalParameters: Double { .exp(center + vertex) }

  var profile: IsoFLOPProfile {
    let residuals = residuals
    let sum = residuals.reduce(0) { $0 + $1 * $1 }
    let freedom = Double(max(residuals.count - 3, 1))
    return IsoFLOPProfile(
      flops: flops,
      optimalParameters: optimalParameters,
      optimalLoss: coefficients[0] + coefficients[1] * vertex / 2,
      runCount: logN.count,
      totalRunCount: totalRunCount,
      typicalError: (sum / freedom).squareRoot()
    )
  }

  private func value(_ x: Double) -> Double {
    let y = x - center
    return coefficients[0] + y * (coefficients[1] + y * coefficients[2])
  }

  private var residuals: [Double] { zip(logN, losses).map { $1 - value($0) } }

  /// The parabola through the fitted losses with resampled residuals on them.
  func redrawn(_ generator: inout Xoshiro256) -> Parabola? {
    let residuals = residuals
    let freedom = Double(max(residuals.count - 3, 1))
    let inflation = (Double(residuals.count) / freedom).squareRoot()
    var drawn: [Double] = []
    for x in logN {
      drawn.append(value(x) + inflation * residuals[generator.below(residuals.count)])
    }
    return Parabola(flops: flops, logN: logN, losses: drawn, totalRunCount: totalRunCount)
  }
}

/// The straight line of ln y in ln C.
struct PowerRegression {
  let exponent: Double
  private let value: Double
  private let flops: Double

  init(_ points: [(flops: Double, value: Double)]) {
    let x = points.map { Double.log($0.flops) }
    let y = points.map { Double.log($0.value) }
    let meanX = x.reduce(0, +) / Double(x.count)
    let meanY = y.reduce(0, +) / Double(y.count)
    var xx = 0.0
    var xy = 0.0
    for index in x.indices {
      xx += (x[index] - meanX) * (x[index] - meanX)
      xy += (x[index] - meanX) * (y[index] - meanY)
    }
    exponent = xx > 0 ? xy / xx : 0
    value = .exp(meanY)
    flops = .exp(meanX)
  }

  func law(_ interval: Interval?) -> ComputePowerLaw {
    ComputePowerLaw(exponent: exponent, interval: interval, value: value, flops: flops)
  }
}
