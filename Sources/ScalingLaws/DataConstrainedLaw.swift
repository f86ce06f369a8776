import RealModule

/// A law of loss where data is repeated.
///
/// L = E + A / N'^α + B / D'^β with D' = U + U R* (1 − e^(−R / R*)) for R = D / U − 1 repetitions,
/// and N' likewise for the parameters beyond those that U tokens can use.
///
/// - Source: Muennighoff et al. 2023, arXiv:2305.16264, equations 5, 6, 16 and 17.
public struct DataConstrainedLaw: Sendable, Hashable {
  /// The law of data seen once.
  public var base: ParametricLaw
  /// R*_D: after how many repetitions further ones are worth little.
  public var dataHalfLife: Double
  /// R*_N: the same for excess parameters.
  public var parameterHalfLife: Double

  /// States a law by its constants.
  public init(base: ParametricLaw, dataHalfLife: Double, parameterHalfLife: Double) {
    self.base = base
    self.dataHalfLife = dataHalfLife
    self.parameterHalfLife = parameterHalfLife
  }

  /// D': the distinct tokens that would be worth as much as D tokens, U of them distinct.
  public func effectiveTokens(tokens: Double, uniqueTokens: Double) -> Double {
    let unique = min(uniqueTokens, tokens)
    return saturated(unique, repetitions: tokens / unique - 1, halfLife: dataHalfLife)
  }

  /// N': the parameters that U distinct tokens let work.
  public func effectiveParameters(parameters: Double, uniqueTokens: Double) -> Double {
    let usable = min(parameters, base.optimum(tokens: uniqueTokens).parameters)
    return saturated(usable, repetitions: parameters / usable - 1, halfLife: parameterHalfLife)
  }

  /// Predicts the final loss of a run over repeated data.
  public func loss(parameters: Double, tokens: Double, uniqueTokens: Double) -> Double {
    let unique = min(uniqueTokens, tokens)
    return base.loss(
      parameters: effectiveParameters(parameters: parameters, uniqueTokens: unique),
      tokens: effectiveTokens(tokens: tokens, uniqueTokens: unique)
    )
  }

  /// The epochs after which a further one is worth less than a share of fresh data.
  ///
  /// An epoch at R repetitions adds e^(−R / R*) as much as fresh data: 1 + R* ln(1 / share).
  public func epochs(untilWorth share: Double) -> Double {
    1 + dataHalfLife * .log(1 / share)
  }

  private func saturated(_ base: Double, repetitions: Double, halfLife: Double) -> Double {
    base + base * halfLife * -Double.expMinusOne(-repetitions / halfLife)
  }
}
