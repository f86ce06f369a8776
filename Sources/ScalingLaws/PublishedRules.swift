import RealModule

/// Rules for planning a run that papers state as power laws, with their constants from the tables.
public struct PublishedRules: Sendable {
  private let laws: [String: PublishedLaw]

  /// Reads the tables.
  ///
  /// - Throws: ``TablesError`` only if the binary carries a damaged table.
  public init() throws {
    laws = Dictionary(try PublishedLaw.all().map { ($0.name, $0) }) { first, _ in first }
  }

  private func constant(_ law: String, _ name: String) throws(ScalingLawsError) -> Double {
    guard let value = laws[law]?[name] else {
      throw .unknownLaw(name: "\(law).\(name)", known: laws.keys.sorted())
    }
    return value
  }

  private func power(
    _ law: String,
    _ scale: String,
    _ exponent: String,
    of x: Double
  ) throws(ScalingLawsError) -> Double {
    try constant(law, scale) * .exp(constant(law, exponent) * .log(x))
  }

  /// The peak learning rate of AdamW for N parameters without vocabulary and D tokens.
  ///
  /// - Source: Li et al. 2025, arXiv:2503.04715 (Step Law).
  public func stepLawLearningRate(
    parameters: Double,
    tokens: Double
  ) throws(ScalingLawsError) -> Double {
    try constant("steplaw2025", "lr_k")
      * .exp(
        constant("steplaw2025", "lr_N") * .log(parameters)
          + constant("steplaw2025", "lr_D") * .log(tokens)
      )
  }

  /// The batch in tokens for D tokens.
  ///
  /// - Source: Li et al. 2025, arXiv:2503.04715 (Step Law).
  public func stepLawBatch(tokens: Double) throws(ScalingLawsError) -> Double {
    try power("steplaw2025", "batch_k", "batch_D", of: tokens)
  }

  /// The peak learning rate for a budget.
  ///
  /// - Source: DeepSeek-AI 2024, arXiv:2401.02954, equation 1.
  public func deepSeekLearningRate(flops: Double) throws(ScalingLawsError) -> Double {
    try power("deepseek2024-hyperparameters", "lr_k", "lr_p", of: flops)
  }

  /// The batch in tokens for a budget.
  ///
  /// - Source: DeepSeek-AI 2024, arXiv:2401.02954, equation 1.
  public func deepSeekBatch(flops: Double) throws(ScalingLawsError) -> Double {
    try power("deepseek2024-hyperparameters", "batch_k", "batch_p", of: flops)
  }

  /// The non-embedding FLOPs per token and the tokens that are best for a budget.
  ///
  /// - Source: DeepSeek-AI 2024, arXiv:2401.02954, equation 4.
  public func deepSeekAllocation(
    flops: Double
  ) throws(ScalingLawsError) -> (flopsPerToken: Double, tokens: Double) {
    (
      try power("deepseek2024-allocation", "Mbase", "a", of: flops),
      try power("deepseek2024-allocation", "Dbase", "b", of: flops)
    )
  }

  /// The tokens that are best for a budget, by the constants of the text or of figure 3.
  ///
  /// - Source: Llama team 2024, arXiv:2407.21783, section 3.2.1.
  public func llama3Tokens(
    flops: Double,
    fromFigure: Bool = true
  ) throws(ScalingLawsError) -> Double {
    fromFigure
      ? try power("llama2024-allocation", "A_fig3", "alpha_fig3", of: flops)
      : try power("llama2024-allocation", "A", "alpha", of: flops)
  }

  /// The batch in tokens beyond which more parallel work is wasted, at a loss.
  ///
  /// - Source: Kaplan et al. 2020, arXiv:2001.08361, equation 1.4.
  public func criticalBatch(loss: Double) throws(ScalingLawsError) -> Double {
    try constant("kaplan2020-critical-batch", "Bstar")
      * .exp(-.log(loss) / constant("kaplan2020-critical-batch", "aB"))
  }

  /// The size and the data that the laws of 2020 recommend for a budget.
  ///
  /// - Source: Kaplan et al. 2020, arXiv:2001.08361, table 6.
  public func kaplanAllocation(flops: Double) throws(ScalingLawsError) -> Allocation {
    let days = flops / 8.64e19
    return Allocation(
      parameters: try power("kaplan2020-allocation", "Ne", "pN", of: days),
      tokens: try power("kaplan2020-allocation", "De", "pD", of: days),
      flops: flops
    )
  }

  /// The budget for which the laws of 2020 recommend a size.
  public func kaplanAllocation(parameters: Double) throws(ScalingLawsError) -> Allocation {
    let ratio = try parameters / constant("kaplan2020-allocation", "Ne")
    let days = Double.exp(.log(ratio) / (try constant("kaplan2020-allocation", "pN")))
    return try kaplanAllocation(flops: days * 8.64e19)
  }

  /// The budget for which the laws of 2020 recommend an amount of data.
  public func kaplanAllocation(tokens: Double) throws(ScalingLawsError) -> Allocation {
    let ratio = try tokens / constant("kaplan2020-allocation", "De")
    let days = Double.exp(.log(ratio) / (try constant("kaplan2020-allocation", "pD")))
    return try kaplanAllocation(flops: days * 8.64e19)
  }
}

extension PublishedRules {
  /// The vocabulary that is best for a number of non-vocabulary parameters, by three approaches.
  ///
  /// The first goes through the budget for which the size is best, the second is a power law in
  /// the size, the third minimizes the parametric law of the unigram-normalized loss at the first
  /// one's budget.
  ///
  /// - Source: Tao et al. 2024, arXiv:2407.13623.
  public func vocabulary(
    nonVocabularyParameters n: Double,
    width: Double
  ) throws(ScalingLawsError) -> (isoFLOPs: Double, derivative: Double, parametric: Double) {
    let flops = Double.exp(
      .log(n / (try constant("tao2024-approach1", "Nnv_k")))
        / (try constant("tao2024-approach1", "Nnv_p"))
    )
    let byBudget = try power("tao2024-approach1", "Nv_k", "Nv_p", of: flops)
    let ratio = try n / constant("tao2024-approach2", "Nnv0")
    let byPower =
      try constant("tao2024-approach2", "Nv0")
      * .exp(constant("tao2024-approach2", "gamma") * .log(ratio))
    let capacity =
      try constant("tao2024-approach3", "A2")
      * .exp(-constant("tao2024-approach3", "a2") * .log(width / 1e6))
    let a2 = try constant("tao2024-approach3", "a2")
    let data = try constant("tao2024-approach3", "B")
    let b = try constant("tao2024-approach3", "b")
    // Only the terms in V matter: those of the vocabulary's parameters and of the tokens left.
    let parametric = minimum(from: .log(1000), to: .log(200_000)) { logV in
      let tokens = flops / 6 / (n + width * .exp(logV))
      return capacity * .exp(-a2 * logV) + data * .exp(-b * .log(tokens / 1e9))
    }
    return (byBudget / width, byPower / width, .exp(parametric))
  }

  /// The law of repeated data.
  ///
  /// - Source: Muennighoff et al. 2023, arXiv:2305.16264.
  public func dataConstrainedLaw() throws(ScalingLawsError) -> DataConstrainedLaw {
    guard let base = laws["muennighoff2023-c4"]?.parametric else {
      throw .unknownLaw(name: "muennighoff2023-c4", known: laws.keys.sorted())
    }
    return DataConstrainedLaw(
      base: base,
      dataHalfLife: try constant("muennighoff2023", "RstarD"),
      parameterHalfLife: try constant("muennighoff2023", "RstarN")
    )
  }
}

/// Where a function with one valley is lowest.
func minimum(from low: Double, to high: Double, _ function: (Double) -> Double) -> Double {
  var low = low
  var high = high
  let ratio = 0.6180339887498949
  var left = high - ratio * (high - low)
  var right = low + ratio * (high - low)
  var atLeft = function(left)
  var atRight = function(right)
  // A valley is flat: its place is known to half the digits of its depth, and no better.
  while high - low > 1e-9 * (abs(low) + abs(high)) {
    if atLeft < atRight {
      high = right
      (right, atRight) = (left, atLeft)
      left = high - ratio * (high - low)
      atLeft = function(left)
    } else {
      low = left
      (left, atLeft) = (right, atRight)
      right = low + ratio * (high - low)
      atRight = function(right)
    }
  }
  return 0.5 * (low + high)
}
