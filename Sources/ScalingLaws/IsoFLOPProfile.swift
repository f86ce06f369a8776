import Randomness
import RealModule

/// The runs of one budget, and the parabola through their losses.
public struct IsoFLOPProfile: Sendable, Hashable {
  /// The geometric mean of the runs' compute.
  public let flops: Double
  /// The size at the parabola's minimum.
  public let optimalParameters: Double
  /// The loss there.
  public let optimalLoss: Double
  /// How many runs the parabola goes through.
  public let runCount: Int
  /// How many runs the budget has.
  public let totalRunCount: Int
  /// The losses' typical distance from the parabola.
  public let typicalError: Double
}

/// A power law of compute: y = k (C / C₀)^p around the middle C₀ of the budgets.
public struct ComputePowerLaw: Sendable, Hashable {
  /// p.
  public let exponent: Double
  /// Its interval; nil without draws.
  public let interval: Interval?
  /// k, the value at the middle budget.
  public let value: Double
  /// C₀.
  public let flops: Double

  /// The value for a budget.
  public func value(flops: Double) -> Double {
    value * .exp(exponent * .log(flops / self.flops))
  }
}

/// What profiles or the frontier of many runs say about allocation.
public struct AllocationFit: Sendable, Hashable {
  /// The profiles; empty for a frontier.
  public let profiles: [IsoFLOPProfile]
  /// N ∝ C^a.
  public let parameters: ComputePowerLaw
  /// D ∝ C^b.
  public let tokens: ComputePowerLaw
  /// How many draws stand behind the intervals.
  public let drawCount: Int
  /// What a reader must know.
  public let warnings: [String]
}

/// The second approach to compute-optimal allocation: a parabola for each budget, then a power law
/// through their minima.
///
/// Only the sizes nearest the lowest loss enter a parabola: over the whole range of sizes the
/// curve is none, and its minimum is badly biased.
///
/// - Source: Hoffmann et al. 2022, arXiv:2203.15556, section 3.2.
public struct IsoFLOPFit: Sendable {
  let budgets: [[LossObservation]]
  let options: FitOptions
  let nearestCount: Int

  /// Groups runs by budget.
  ///
  /// - Parameters:
  ///   - observations: The runs.
  ///   - options: Of them, draws, confidence and seed count.
  ///   - tolerance: How far, as a share, runs of one budget may lie apart.
  ///   - nearestCount: How many sizes around the lowest loss a parabola goes through.
  /// - Throws: ``ScalingLawsError`` where a number is not positive or fewer than two budgets have
  ///   three sizes.
  public init(
    _ observations: [LossObservation],
    _ options: FitOptions = FitOptions(),
    tolerance: Double = 0.3,
    nearestCount: Int = 7
  ) throws(ScalingLawsError) {
    try options.validate()
    try FitDiagnostics.checkNumbers(observations)
    guard tolerance > 0, tolerance < 10, nearestCount >= 3 else {
      throw .badOption(
        name: "An isoFLOP fit",
        reason: "needs a tolerance above 0 and three or more sizes to a parabola"
      )
    }
    var groups: [[LossObservation]] = []
    var start = 0.0
    for run in observations.sorted(by: { ($0.flops, $0.parameters) < ($1.flops, $1.parameters) }) {
      if run.flops > start * (1 + tolerance) {
        groups.append([])
        start = run.flops
      }
      groups[groups.count - 1].append(run)
    }
    budgets = groups.filter { Set($0.map(\.parameters)).count >= 3 }
    guard budgets.count >= 2 else {
      throw .noFit(
        reason: "\(budgets.count) budgets have three sizes or more; two such budgets are needed. "
          + "Runs of one budget differ by at most \(short(100 * tolerance)) % in C"
      )
    }
    self.options = options
    self.nearestCount = nearestCount
  }

  /// Fits the parabolas and the power laws.
  ///
  /// - Throws: ``ScalingLawsError/noFit(reason:)`` where fewer than two parabolas have a minimum
  ///   among their sizes.
  public func fit() throws(ScalingLawsError) -> AllocationFit {
    let curves = budgets.compactMap { Parabola($0, nearestCount: nearestCount) }
    let sound = curves.filter(\.hasInnerMinimum)
    guard sound.count >= 2 else {
      throw .noFit(
        reason: "\(sound.count) of \(budgets.count) budgets have their lowest loss between their "
          + "sizes; two are needed. Add smaller and larger sizes"
      )
    }
    var warnings: [String] = []
    if sound.count < budgets.count {
      warnings.append(
        "\(budgets.count - sound.count) budgets have no minimum among their sizes and are left out"
      )
    }
    if sound.count < 4 { warnings.append("\(sound.count) budgets stand behind the exponents") }
    let n = PowerRegression(sound.map { ($0.flops, $0.optimalParameters) })
    let d = PowerRegression(sound.map { ($0.flops, $0.flops / 6 / $0.optimalParameters) })
    var drawsN: [Double] = []
    var drawsD: [Double] = []
    for number in 0..<options.bootstrapCount {
      var generator = Seed(options.seed).stream("isoflop \(number)")
      let redrawn = sound.compactMap { $0.redrawn(&generator) }.filter(\.hasInnerMinimum)
      guard redrawn.count >= 2 else { continue }
      drawsN.append(PowerRegression(redrawn.map { ($0.flops, $0.optimalParameters) }).exponent)
      drawsD.append(
        PowerRegression(redrawn.map { ($0.flops, $0.flops / 6 / $0.optimalParameters) }).exponent
      )
    }
    return AllocationFit(
      profiles: sound.map(\.profile),
      parameters: n.law(Interval.middle(options.confidence, of: drawsN)),
      tokens: d.law(Interval.middle(options.confidence, of: drawsD)),
      drawCount: drawsN.count,
      warnings: warnings
    )
  }
}

/// The first approach: the runs that no cheaper run beats, and power laws through them.
///
/// - Source: Hoffmann et al. 2022, arXiv:2203.15556, section 3.1.
public struct FrontierFit: Sendable {
  let observations: [LossObservation]
  let options: FitOptions

  /// Prepares a fit; of the options, draws, confidence and seed count.
  ///
  /// - Throws: ``ScalingLawsError`` where a number is not positive.
  public init(
    _ observations: [LossObservation],
    _ options: FitOptions = FitOptions()
  ) throws(ScalingLawsError) {
    try options.validate()
    try FitDiagnostics.checkNumbers(observations)
    self.observations = observations
    self.options = options
  }

  /// Fits the power laws.
  ///
  /// - Throws: ``ScalingLawsError/noFit(reason:)`` where fewer than three runs lie on the frontier.
  public func fit() throws(ScalingLawsError) -> AllocationFit {
    let frontier = FrontierFit.frontier(observations)
    guard frontier.count >= 3 else {
      throw .noFit(reason: "\(frontier.count) runs lie on the frontier; three are needed")
    }
    var drawsN: [Double] = []
    var drawsD: [Double] = []
    let clusters = RunClusters(observations)
    for number in 0..<options.bootstrapCount {
      let weights = clusters.weights(number, seed: options.seed)
      let drawn = observations.indices.filter { weights[$0] > 0 }.map { observations[$0] }
      let redrawn = FrontierFit.frontier(drawn)
      guard redrawn.count >= 3 else { continue }
      drawsN.append(PowerRegression(redrawn.map { ($0.flops, $0.parameters) }).exponent)
      drawsD.append(PowerRegression(redrawn.map { ($0.flops, $0.tokens) }).exponent)
    }
    let few = frontier.count < 10
    return AllocationFit(
      profiles: [],
      parameters: PowerRegression(frontier.map { ($0.flops, $0.parameters) })
        .law(Interval.middle(options.confidence, of: drawsN)),
      tokens: PowerRegression(frontier.map { ($0.flops, $0.tokens) })
        .law(Interval.middle(options.confidence, of: drawsD)),
      drawCount: drawsN.count,
      warnings: few ? ["\(frontier.count) runs lie on the frontier"] : []
    )
  }

  /// The runs that no run of less compute equals in loss.
  static func frontier(_ observations: [LossObservation]) -> [LossObservation] {
    var lowest = Double.infinity
    return observations.sorted { ($0.flops, $0.loss) < ($1.flops, $1.loss) }.filter { run in
      guard run.loss < lowest else { return false }
      lowest = run.loss
      return true
    }
  }
}
