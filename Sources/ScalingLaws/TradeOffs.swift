import RealModule

/// The price of a model smaller or larger than compute-optimal.
///
/// - Source: De Vries 2023, "Go smol or go home".
public struct SizeTradeOff: Sendable, Hashable {
  /// The model's size over the optimal one's.
  public let parameterFactor: Double
  /// The data needed for the same loss over the optimal model's.
  public let tokenFactor: Double
  /// The compute needed for the same loss over the optimal model's.
  public var flopFactor: Double { parameterFactor * tokenFactor }
}

extension ParametricLaw {
  /// What a size other than the optimal one costs at the same loss.
  ///
  /// k_D = (1 − (k_N^−α − 1) β / α)^(−1/β).
  ///
  /// - Throws: ``ScalingLawsError/unanswerable(law:reason:)`` below ``smallestParameterFactor``.
  public func tradeOff(parameterFactor: Double) throws(ScalingLawsError) -> SizeTradeOff {
    try requirePositive(parameterFactor, "The factor of the size")
    let rest =
      1
      - (.exp(-parameterExponent * .log(parameterFactor)) - 1) * dataExponent / parameterExponent
    guard rest > 0 else {
      throw .unanswerable(
        law: "L(N, D)",
        reason: "a model \(short(parameterFactor)) times the optimal size never reaches its loss; "
          + "the smallest that does has \(short(smallestParameterFactor)) times its size"
      )
    }
    return SizeTradeOff(
      parameterFactor: parameterFactor,
      tokenFactor: .exp(-.log(rest) / dataExponent)
    )
  }

  /// The size over the optimal one's below which no data reaches the same loss.
  public var smallestParameterFactor: Double {
    .exp(-.log(1 + parameterExponent / dataExponent) / parameterExponent)
  }

  /// The allocation that reaches a loss with the least compute over training and use.
  ///
  /// Minimizes 6 N D + 2 N D' for D' tokens of inference: the marginal gains are balanced where
  /// α A N^−α = β B D^−β (1 + D' / 3 D).
  ///
  /// - Throws: ``ScalingLawsError/unreachableLoss(loss:floor:)``.
  /// - Source: Sardana et al. 2024, arXiv:2401.00448, equation 3.
  public func optimum(
    loss: Double,
    inferenceTokens: Double
  ) throws(ScalingLawsError) -> Allocation {
    let plain = try optimum(loss: loss)
    guard inferenceTokens > 0 else { return plain }
    let capacityLimit =
      Double.log(parameterCoefficient / (loss - irreducibleLoss)) / parameterExponent
    let logN = bisect(from: capacityLimit, to: .log(plain.parameters)) { logN in
      let capacity = parameterCoefficient * Double.exp(-parameterExponent * logN)
      let data = loss - irreducibleLoss - capacity
      guard data > 0 else { return 1 }
      let tokens = Double.exp(.log(dataCoefficient / data) / dataExponent)
      return parameterExponent * capacity
        - dataExponent * data * (1 + inferenceTokens / (3 * tokens))
    }
    let parameters = Double.exp(logN)
    let data = loss - irreducibleLoss - capacityTerm(parameters)
    let tokens = Double.exp(.log(dataCoefficient / data) / dataExponent)
    return Allocation(
      parameters: parameters,
      tokens: tokens,
      flops: 6 * parameters * tokens + 2 * parameters * inferenceTokens,
      loss: loss
    )
  }
}
