/// Describes how far a prediction lies from an observation.
public enum FitObjective: Sendable, Hashable {
  /// Huber's loss of ln(predicted) − ln(observed): squared within δ, linear beyond.
  ///
  /// - Source: Hoffmann et al. 2022, arXiv:2203.15556, section 3.3, with δ = 10⁻³.
  case huber(delta: Double)
  /// Half the square of ln(predicted) − ln(observed).
  case leastSquares

  /// δ; infinite for least squares.
  var delta: Double {
    switch self {
    case .huber(let delta): delta
    case .leastSquares: .infinity
    }
  }
}

/// Describes what is assumed of the exponents α and β.
public enum ExponentRule: Sendable, Hashable {
  /// Nothing: both are found.
  case free
  /// Both are equal, and found.
  case tied
  /// Both are found, and drawn weakly toward a value where the runs say little.
  ///
  /// The penalty is 0.02 · δ · rows · ((α − center)² + (β − center)²), which moves a fit only
  /// where the observations hardly do. It is the rule that extrapolated best from small ladders.
  case drawn(center: Double)
  /// Both are given.
  case fixed(alpha: Double, beta: Double)
}

/// What a parametric fit may be told.
public struct FitOptions: Sendable, Hashable {
  /// The distance that is minimized.
  public var objective: FitObjective
  /// What is assumed of the exponents.
  public var exponents: ExponentRule
  /// How many times the runs are drawn anew for intervals; 0 for none.
  public var bootstrapCount: Int
  /// The share of draws inside an interval.
  public var confidence: Double
  /// Whether the largest runs are left out to see how honest the interval is.
  public var calibrates: Bool
  /// What the draws depend on.
  public var seed: UInt64
  /// How many threads refit draws; the result does not depend on it.
  public var threadCount: Int
  /// How many of the 49 grid starts are followed to their end.
  public var startCount: Int
  /// Whether a law that the runs do not support is an error rather than a warning.
  ///
  /// See ``FitWarning/isDisqualifying(_:)`` for what counts as that.
  public var refusesDoubtful: Bool

  /// Sets options.
  ///
  /// The defaults are the objective of Hoffmann et al. 2022 and 1,000 draws.
  public init(
    objective: FitObjective = .huber(delta: 1e-3),
    exponents: ExponentRule = .free,
    bootstrapCount: Int = 1000,
    confidence: Double = 0.95,
    calibrates: Bool = true,
    seed: UInt64 = 1,
    threadCount: Int = 2,
    startCount: Int = 12,
    refusesDoubtful: Bool = false
  ) {
    self.objective = objective
    self.exponents = exponents
    self.bootstrapCount = bootstrapCount
    self.confidence = confidence
    self.calibrates = calibrates
    self.seed = seed
    self.threadCount = threadCount
    self.startCount = startCount
    self.refusesDoubtful = refusesDoubtful
  }

  /// For a ladder of some ten small runs: exponents drawn toward 0.35.
  public static let smallLadder = FitOptions(exponents: .drawn(center: 0.35))

  func validate() throws(ScalingLawsError) {
    if case .huber(let delta) = objective, !(delta > 0 && delta.isFinite) {
      throw .badOption(name: "Huber's delta", reason: "is \(delta); it must be positive")
    }
    switch exponents {
    case .free, .tied: break
    case .drawn(let center):
      try requirePositive(center, "The center of the exponents")
    case .fixed(let alpha, let beta):
      try requirePositive(alpha, "The exponent alpha")
      try requirePositive(beta, "The exponent beta")
    }
    guard (0...1_000_000).contains(bootstrapCount) else {
      throw .badOption(
        name: "The number of draws",
        reason: "is \(bootstrapCount); it must lie between 0 and 1,000,000"
      )
    }
    guard confidence > 0, confidence < 1 else {
      throw .badOption(
        name: "The confidence",
        reason: "is \(confidence); it must lie between 0 and 1"
      )
    }
    guard (1...1024).contains(threadCount) else {
      throw .badOption(
        name: "The number of threads",
        reason: "is \(threadCount); it must lie between 1 and 1024"
      )
    }
    guard startCount >= 1 else {
      throw .badOption(
        name: "The number of starts",
        reason: "is \(startCount); at least 1 is needed"
      )
    }
  }
}
