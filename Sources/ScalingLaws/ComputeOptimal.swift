import RealModule

/// A way to spend a training budget, with the loss that a law expects of it.
public struct Allocation: Sendable, Hashable {
  /// N.
  public var parameters: Double
  /// D.
  public var tokens: Double
  /// C, as 6 N D unless the law counts otherwise.
  public var flops: Double
  /// L in the law's unit; nil where the law allocates without predicting.
  public var loss: Double?

  /// States an allocation.
  public init(parameters: Double, tokens: Double, flops: Double? = nil, loss: Double? = nil) {
    self.parameters = parameters
    self.tokens = tokens
    self.flops = flops ?? 6 * parameters * tokens
    self.loss = loss
  }

  /// D / N.
  public var tokensPerParameter: Double { tokens / parameters }
}

extension ParametricLaw {
  /// G, the ratio in N = G (C / 6)^a of the compute-optimal frontier.
  ///
  /// - Source: Hoffmann et al. 2022, arXiv:2203.15556, equation 4.
  public var allocationScale: Double {
    .exp(
      .log(
        parameterExponent * parameterCoefficient / (dataExponent * dataCoefficient)
      ) / (parameterExponent + dataExponent)
    )
  }

  /// The size and the data that reach the lowest loss for a budget.
  ///
  /// - Source: Hoffmann et al. 2022, arXiv:2203.15556, equation 4, with C = 6 N D.
  public func optimum(flops: Double) -> Allocation {
    let product = flops / 6
    let parameters = allocationScale * .exp(allocationExponent * .log(product))
    return allocation(parameters: parameters, tokens: product / parameters)
  }

  /// The data for which a size is compute-optimal.
  public func optimum(parameters: Double) -> Allocation {
    let product = Double.exp(.log(parameters / allocationScale) / allocationExponent)
    return allocation(parameters: parameters, tokens: product / parameters)
  }

  /// The size for which an amount of data is compute-optimal.
  public func optimum(tokens: Double) -> Allocation {
    let product = Double.exp(.log(tokens * allocationScale) / (1 - allocationExponent))
    return allocation(parameters: product / tokens, tokens: tokens)
  }

  /// The cheapest allocation that reaches a loss.
  ///
  /// - Throws: ``ScalingLawsError/unreachableLoss(loss:floor:)``.
  public func optimum(loss: Double) throws(ScalingLawsError) -> Allocation {
    try requireReachable(loss)
    // On the frontier both terms fall as one power of C: their sum at C = 6 gives the scale.
    let unit = optimum(flops: 6)
    let scale = capacityTerm(unit.parameters) + dataTerm(unit.tokens)
    let exponent = parameterExponent * allocationExponent
    let product = Double.exp(.log(scale / (loss - irreducibleLoss)) / exponent)
    return optimum(flops: 6 * product)
  }

  /// The tokens after which a size reaches a loss.
  ///
  /// - Throws: ``ScalingLawsError/unreachableLoss(loss:floor:)`` where no data suffices.
  public func tokens(reaching loss: Double, parameters: Double) throws(ScalingLawsError) -> Double {
    let floor = irreducibleLoss + capacityTerm(parameters)
    guard loss > floor else { throw .unreachableLoss(loss: loss, floor: floor) }
    return .exp(.log(dataCoefficient / (loss - floor)) / dataExponent)
  }

  /// The size that reaches a loss on an amount of data.
  ///
  /// - Throws: ``ScalingLawsError/unreachableLoss(loss:floor:)`` where no size suffices.
  public func parameters(reaching loss: Double, tokens: Double) throws(ScalingLawsError) -> Double {
    let floor = irreducibleLoss + dataTerm(tokens)
    guard loss > floor else { throw .unreachableLoss(loss: loss, floor: floor) }
    return .exp(.log(parameterCoefficient / (loss - floor)) / parameterExponent)
  }

  /// The size that reaches a loss at a number of tokens per parameter.
  ///
  /// - Throws: ``ScalingLawsError/unreachableLoss(loss:floor:)``.
  public func parameters(
    reaching loss: Double,
    tokensPerParameter ratio: Double
  ) throws(ScalingLawsError) -> Double {
    try requireReachable(loss)
    return .exp(
      bisect(from: -50, to: 200) { logN in
        let parameters = Double.exp(logN)
        return self.loss(parameters: parameters, tokens: ratio * parameters) - loss
      }
    )
  }

  func allocation(parameters: Double, tokens: Double) -> Allocation {
    Allocation(
      parameters: parameters,
      tokens: tokens,
      loss: loss(parameters: parameters, tokens: tokens)
    )
  }

  private func requireReachable(_ loss: Double) throws(ScalingLawsError) {
    guard loss > irreducibleLoss else {
      throw .unreachableLoss(loss: loss, floor: irreducibleLoss)
    }
  }
}

/// The zero of a falling function, to the last digit.
func bisect(from low: Double, to high: Double, _ function: (Double) -> Double) -> Double {
  var low = low
  var high = high
  for _ in 0..<200 {
    let middle = 0.5 * (low + high)
    if middle == low || middle == high { break }
    if function(middle) > 0 { low = middle } else { high = middle }
  }
  return 0.5 * (low + high)
}
