import RealModule

/// The law of 2020: loss in non-embedding parameters and tokens.
///
/// L(N, D) = ((N_c / N)^(α_N / α_D) + D_c / D)^α_D.
///
/// - Source: Kaplan et al. 2020, arXiv:2001.08361, equation 1.5 and table 2.
public struct KaplanLaw: Sendable, Hashable {
  /// N_c, non-embedding parameters.
  public var parameterScale: Double
  /// D_c, tokens.
  public var dataScale: Double
  /// α_N.
  public var parameterExponent: Double
  /// α_D.
  public var dataExponent: Double

  /// States a law by its constants.
  public init(
    parameterScale: Double,
    dataScale: Double,
    parameterExponent: Double,
    dataExponent: Double
  ) {
    self.parameterScale = parameterScale
    self.dataScale = dataScale
    self.parameterExponent = parameterExponent
    self.dataExponent = dataExponent
  }

  /// Predicts the loss of a run stopped when it is best.
  public func loss(parameters: Double, tokens: Double) -> Double {
    let capacity = Double.exp(
      parameterExponent / dataExponent * .log(parameterScale / parameters)
    )
    return .exp(dataExponent * .log(capacity + dataScale / tokens))
  }
}

/// A power law in one quantity with a floor: L = E + (x₀ / x)^p.
public struct PowerLaw: Sendable, Hashable {
  /// x₀, in the unit of x.
  public var scale: Double
  /// p.
  public var exponent: Double
  /// E; zero for the laws of 2020.
  public var irreducibleLoss: Double

  /// States a law by its constants.
  public init(scale: Double, exponent: Double, irreducibleLoss: Double = 0) {
    self.scale = scale
    self.exponent = exponent
    self.irreducibleLoss = irreducibleLoss
  }

  /// The loss at a quantity.
  public func loss(_ x: Double) -> Double {
    irreducibleLoss + .exp(exponent * .log(scale / x))
  }

  /// The quantity at which a loss is reached.
  ///
  /// - Throws: ``ScalingLawsError/unreachableLoss(loss:floor:)``.
  public func quantity(reaching loss: Double) throws(ScalingLawsError) -> Double {
    guard loss > irreducibleLoss else {
      throw .unreachableLoss(loss: loss, floor: irreducibleLoss)
    }
    return scale * .exp(-.log(loss - irreducibleLoss) / exponent)
  }
}

/// The law of over-trained models: L = E + (a M^η + b M^−η) C^−η with M = D / N and C = 6 N D.
///
/// It is the parametric law with both exponents 2 η, A = a 6^−η and B = b 6^−η.
///
/// - Source: Gadre et al. 2024, arXiv:2403.08540, equation 4.
public struct OvertrainingLaw: Sendable, Hashable {
  /// E.
  public var irreducibleLoss: Double
  /// a.
  public var parameterCoefficient: Double
  /// b.
  public var dataCoefficient: Double
  /// η.
  public var exponent: Double

  /// States a law by its constants.
  public init(
    irreducibleLoss: Double,
    parameterCoefficient: Double,
    dataCoefficient: Double,
    exponent: Double
  ) {
    self.irreducibleLoss = irreducibleLoss
    self.parameterCoefficient = parameterCoefficient
    self.dataCoefficient = dataCoefficient
    self.exponent = exponent
  }

  /// The law of overtraining that a parametric law with tied exponents is.
  public init(_ law: ParametricLaw) {
    let exponent = (law.parameterExponent + law.dataExponent) / 4
    let unit = Double.exp(exponent * .log(6))
    self.init(
      irreducibleLoss: law.irreducibleLoss,
      parameterCoefficient: law.parameterCoefficient * unit,
      dataCoefficient: law.dataCoefficient * unit,
      exponent: exponent
    )
  }

  /// The same law in N and D.
  public var parametric: ParametricLaw {
    let unit = Double.exp(-exponent * .log(6))
    return ParametricLaw(
      irreducibleLoss: irreducibleLoss,
      parameterCoefficient: parameterCoefficient * unit,
      dataCoefficient: dataCoefficient * unit,
      parameterExponent: 2 * exponent,
      dataExponent: 2 * exponent
    )
  }
}
