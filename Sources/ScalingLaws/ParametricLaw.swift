import RealModule

/// A parametric law of training loss in model size and training tokens.
///
/// L(N, D) = E + A / N^α + B / D^β.
///
/// - Source: Hoffmann et al. 2022, arXiv:2203.15556, section 3.3.
public struct ParametricLaw: Sendable, Hashable, Codable {
  /// E, the loss that no model and no amount of data goes below.
  public var irreducibleLoss: Double
  /// A.
  public var parameterCoefficient: Double
  /// B.
  public var dataCoefficient: Double
  /// α.
  public var parameterExponent: Double
  /// β.
  public var dataExponent: Double

  private enum CodingKeys: String, CodingKey {
    case irreducibleLoss = "E"
    case parameterCoefficient = "A"
    case dataCoefficient = "B"
    case parameterExponent = "alpha"
    case dataExponent = "beta"
  }

  /// States a law by its constants.
  public init(
    irreducibleLoss: Double,
    parameterCoefficient: Double,
    dataCoefficient: Double,
    parameterExponent: Double,
    dataExponent: Double
  ) {
    self.irreducibleLoss = irreducibleLoss
    self.parameterCoefficient = parameterCoefficient
    self.dataCoefficient = dataCoefficient
    self.parameterExponent = parameterExponent
    self.dataExponent = dataExponent
  }

  /// Predicts the final loss of a training run.
  ///
  /// Both counts must be positive; the result is never below ``irreducibleLoss``.
  public func loss(parameters: Double, tokens: Double) -> Double {
    irreducibleLoss + capacityTerm(parameters) + dataTerm(tokens)
  }

  /// A / N^α: what a larger model would gain.
  public func capacityTerm(_ parameters: Double) -> Double {
    parameterCoefficient * .exp(-parameterExponent * .log(parameters))
  }

  /// B / D^β: what more data would gain.
  public func dataTerm(_ tokens: Double) -> Double {
    dataCoefficient * .exp(-dataExponent * .log(tokens))
  }

  /// Whether the constants describe a loss that falls toward a floor.
  public var isSound: Bool {
    let constants = [
      irreducibleLoss, parameterCoefficient, dataCoefficient, parameterExponent, dataExponent,
    ]
    return constants.allSatisfy(\.isFinite) && irreducibleLoss >= 0
      && constants.dropFirst().allSatisfy { $0 > 0 }
  }

  /// The constants in the order and letters of the papers.
  public var constants: [(name: String, value: Double)] {
    [
      ("E", irreducibleLoss), ("A", parameterCoefficient), ("B", dataCoefficient),
      ("alpha", parameterExponent), ("beta", dataExponent),
    ]
  }

  /// a = β / (α + β): how fast the compute-optimal size grows with compute, N ∝ C^a.
  public var allocationExponent: Double { dataExponent / (parameterExponent + dataExponent) }
}
