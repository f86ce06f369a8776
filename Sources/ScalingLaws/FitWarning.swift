/// Describes what a reader of a fit must know before trusting it.
public enum FitWarning: Sendable, Hashable, CustomStringConvertible {
  /// The floor is not below the lowest loss seen.
  case floorAboveLowestLoss(floor: Double, lowest: Double)
  /// The floor is practically zero: the runs do not show one.
  case noFloor
  /// An exponent left the range in which losses of language models have been seen.
  case exponentOutOfRange(name: String, value: Double)
  /// The runs do not tell the constants apart.
  case illConditioned(conditionNumber: Double)
  /// Size and data grew together.
  case collinear(correlation: Double)
  /// There are fewer than three sizes.
  case tooFewSizes(count: Int)
  /// There are fewer than three amounts of data.
  case tooFewDataAmounts(count: Int)
  /// The sizes span less than a decade.
  case narrowSizes(factor: Double)
  /// Tokens per parameter hardly vary.
  case narrowRatio(factor: Double)
  /// There are fewer than two runs for each constant.
  case fewRuns(count: Int, constants: Int)
  /// Some rows are equal in everything.
  case duplicateRows(count: Int)
  /// The exponents were pulled toward a value, and the pull shows.
  case drawnExponents(center: Double)
  /// Nothing could be left out to check the interval.
  case notCalibrated(reason: String)
  /// Left-out runs lay outside the interval, which was widened.
  case widened(factor: Double)
  /// There are so many rows that fewer draws were made than asked for.
  case fewerDraws(count: Int, asked: Int)
  /// Some draws found no fit and are missing from the intervals.
  case failedDraws(count: Int, of: Int)

  /// A word for programs.
  public var code: String {
    switch self {
    case .floorAboveLowestLoss: "floor_above_lowest_loss"
    case .noFloor: "no_floor"
    case .exponentOutOfRange: "exponent_out_of_range"
    case .illConditioned: "ill_conditioned"
    case .collinear: "collinear"
    case .tooFewSizes: "too_few_sizes"
    case .tooFewDataAmounts: "too_few_data_amounts"
    case .narrowSizes: "narrow_sizes"
    case .narrowRatio: "narrow_ratio"
    case .fewRuns: "few_runs"
    case .duplicateRows: "duplicate_rows"
    case .drawnExponents: "drawn_exponents"
    case .notCalibrated: "not_calibrated"
    case .widened: "widened"
    case .fewerDraws: "fewer_draws"
    case .failedDraws: "failed_draws"
    }
  }

  /// Whether the constants of a law with this warning mean nothing.
  ///
  /// Exponents that are given or drawn toward a value stand in for what the runs do not say.
  public func isDisqualifying(_ exponents: ExponentRule) -> Bool {
    let areFound = exponents == .free || exponents == .tied
    return switch self {
    case .floorAboveLowestLoss: true
    case .exponentOutOfRange, .tooFewSizes, .tooFewDataAmounts:
      if case .fixed = exponents { false } else { true }
    case .collinear, .illConditioned: areFound
    default: false
    }
  }

  /// One sentence with the figures.
  public var description: String {
    switch self {
    case .floorAboveLowestLoss(let floor, let lowest):
      "the floor E = \(short(floor)) is not below the lowest loss \(short(lowest))"
    case .noFloor: "the runs show no floor: E went to zero"
    case .exponentOutOfRange(let name, let value):
      "\(name) = \(short(value)) lies outside 0.05 to 1.2: the runs do not determine it"
    case .illConditioned(let number):
      "the runs hardly tell the constants apart (condition number \(short(number)))"
    case .collinear(let correlation):
      "ln N and ln D are correlated by \(short(correlation)): alpha and beta are not told apart; "
        + "vary the data at fixed size"
    case .tooFewSizes(let count): "\(count) model sizes; three or more are needed, five are better"
    case .tooFewDataAmounts(let count): "\(count) amounts of data; three or more are needed"
    case .narrowSizes(let factor):
      "the sizes span a factor of \(short(factor)); ten or more are needed"
    case .narrowRatio(let factor):
      "tokens per parameter span a factor of \(short(factor)); four or more are needed"
    case .fewRuns(let count, let constants):
      "\(count) runs stand behind \(constants) constants; intervals are rough"
    case .duplicateRows(let count): "\(count) rows repeat another row exactly"
    case .drawnExponents(let center):
      "alpha and beta were drawn toward \(short(center)), which the small ladder needs"
    case .notCalibrated(let reason): "the predictive interval is not calibrated: \(reason)"
    case .widened(let factor):
      "left-out larger runs lay outside the interval, which was widened \(short(factor)) times"
    case .fewerDraws(let count, let asked):
      "\(count) draws were made instead of \(asked): there are very many rows"
    case .failedDraws(let count, let total):
      "\(count) of \(total) draws found no fit and are left out of the intervals"
    }
  }
}
