import RealModule

/// A law that answers questions about budgets: published, or fitted by the user.
public struct ComparedLaw: Sendable, Hashable {
  enum Kind: Hashable {
    case parametric(ParametricLaw)
    case kaplan(KaplanLaw)
  }

  /// The name for reports: that of the table, or the path of the file.
  public let name: String
  /// The unit of the losses.
  public let lossUnit: String
  /// Which parameters N counts: `total` or `non_embedding`.
  public let parameterConvention: String
  /// The ranges of the runs behind the law.
  public let range: LawRange
  /// Authors, year and arXiv number, or what the file says of its data.
  public let provenance: String
  /// What a reader must know.
  public let notes: [String]
  /// The law with its interval, where it is the user's.
  public let fitted: FittedLaw?

  let kind: Kind

  /// The law as L(N, D) = E + A / N^α + B / D^β, where it has this form.
  public var parametric: ParametricLaw? {
    if case .parametric(let law) = kind { law } else { nil }
  }

  /// Prepares a published law.
  ///
  /// - Throws: ``ScalingLawsError/unanswerable(law:reason:)`` for a law without losses in N and D.
  public init(_ law: PublishedLaw) throws(ScalingLawsError) {
    if let parametric = law.parametric {
      kind = .parametric(parametric)
    } else if let kaplan = law.kaplan {
      kind = .kaplan(kaplan)
    } else {
      throw .unanswerable(
        law: law.name,
        reason: "its form (\(law.form.rawValue)) gives no loss for N and D"
      )
    }
    name = law.name
    lossUnit = law.lossUnit
    parameterConvention = law.parameterConvention
    range = law.range
    provenance = law.paper + ", " + law.source
    notes = law.note.isEmpty ? [] : [law.note]
    fitted = nil
  }

  /// Prepares a fitted law.
  public init(_ file: LawFile, name: String) {
    kind = .parametric(file.fitted.law)
    self.name = name
    lossUnit = file.lossUnit
    parameterConvention = file.parameterConvention
    range = file.fitted.range
    provenance =
      "fitted to \(file.fitted.observations.count) runs"
      + (file.data.isEmpty ? "" : " on \(file.data)")
    notes = file.fitted.warnings.map(\.description)
    fitted = file.fitted
  }

  /// The law's loss for a size and an amount of data.
  public func loss(parameters: Double, tokens: Double) -> Double {
    switch kind {
    case .parametric(let law): law.loss(parameters: parameters, tokens: tokens)
    case .kaplan(let law): law.loss(parameters: parameters, tokens: tokens)
    }
  }

  /// The allocation of a size at which it reaches a loss.
  ///
  /// - Throws: ``ScalingLawsError/unreachableLoss(loss:floor:)`` where no data suffices.
  func tokens(reaching loss: Double, parameters: Double) throws(ScalingLawsError) -> Double {
    try solve(loss) { self.loss(parameters: parameters, tokens: $0) }
  }

  /// The size that reaches a loss on an amount of data.
  func parameters(reaching loss: Double, tokens: Double) throws(ScalingLawsError) -> Double {
    try solve(loss) { self.loss(parameters: $0, tokens: tokens) }
  }

  /// The size that reaches a loss at a number of tokens per parameter.
  func parameters(
    reaching loss: Double,
    tokensPerParameter ratio: Double
  ) throws(ScalingLawsError) -> Double {
    try solve(loss) { self.loss(parameters: $0, tokens: ratio * $0) }
  }

  /// The smallest size that reaches a loss within a budget.
  func parameters(reaching loss: Double, flops: Double) throws(ScalingLawsError) -> Double {
    guard case .parametric(let law) = kind else {
      throw .unanswerable(law: name, reason: "it has no compute-optimal frontier of its own")
    }
    let best = law.optimum(flops: flops)
    let lowest = law.loss(parameters: best.parameters, tokens: best.tokens)
    guard loss >= lowest else { throw .unreachableLoss(loss: loss, floor: lowest) }
    return .exp(
      bisect(from: -50, to: .log(best.parameters)) { logN in
        let parameters = Double.exp(logN)
        return law.loss(parameters: parameters, tokens: flops / 6 / parameters) - loss
      }
    )
  }

  /// The quantity at which a falling curve passes a loss.
  private func solve(
    _ loss: Double,
    _ curve: (Double) -> Double
  ) throws(ScalingLawsError) -> Double {
    let lowest = curve(1e60)
    guard loss > lowest else { throw .unreachableLoss(loss: loss, floor: lowest) }
    guard loss < curve(1) else {
      throw .unanswerable(law: name, reason: "a loss of \(short(loss)) needs no training at all")
    }
    return .exp(bisect(from: 0, to: .log(1e60)) { curve(.exp($0)) - loss })
  }
}

extension ComparedLaw {
  /// Predicts the loss of a run, with an interval where the law has draws.
  ///
  /// - Throws: ``ScalingLawsError/notPositive(name:value:)``.
  public func predict(
    parameters: Double,
    tokens: Double
  ) throws(ScalingLawsError) -> Prediction {
    if let fitted { return try fitted.predict(parameters: parameters, tokens: tokens) }
    try requirePositive(parameters, "The number of parameters")
    try requirePositive(tokens, "The number of tokens")
    let value = loss(parameters: parameters, tokens: tokens)
    let outside = range.outside(parameters: parameters, tokens: tokens)
    return Prediction(
      value: value,
      low: value,
      high: value,
      uncalibrated: nil,
      extrapolation: outside.map(\.factor).max() ?? 1,
      warnings: outside.map(LawRange.warning)
        + (range.isKnown ? [] : ["the range this law was fitted on is not known"])
    )
  }
}
