/// Describes what a law's constants mean.
public enum LawForm: String, Sendable, Hashable {
  /// ``ParametricLaw``.
  case chinchilla
  /// ``KaplanLaw``.
  case kaplan
  /// ``DataConstrainedLaw``.
  case dataConstrained = "data-constrained"
  /// ``OvertrainingLaw``.
  case overtraining
  /// ``PowerLaw`` in N.
  case powerOfParameters = "power-params"
  /// ``PowerLaw`` in D.
  case powerOfTokens = "power-tokens"
  /// ``PowerLaw`` in C, which is in PF-days.
  case powerOfCompute = "power-compute"
  /// ``PowerLaw`` in C with a floor, C in FLOPs.
  case powerOfComputeWithFloor = "power-compute-offset"
  /// Sizes and tokens for a budget, without a loss.
  case allocation
  /// Learning rates and batch sizes.
  case hyperparameters
  /// Vocabulary sizes.
  case vocabulary
  /// Constants that this program only lists.
  case other
}

/// A law as its paper states it: constants, and what they were measured on.
public struct PublishedLaw: Sendable, Hashable {
  /// One constant in the paper's letters.
  public struct Constant: Sendable, Hashable {
    /// The letter.
    public var name: String
    /// The value.
    public var value: Double
    /// The unit, where the value has one.
    public var unit: String
  }

  /// The name by which the command line knows it.
  public var name: String
  /// Authors, year and arXiv number.
  public var paper: String
  /// What the constants mean.
  public var form: LawForm
  /// The formula in the paper's letters.
  public var formula: String
  /// The unit of the losses, empty for laws without.
  public var lossUnit: String
  /// Which parameters N counts.
  public var parameterConvention: String
  /// The text the runs were trained on, and its tokenizer.
  public var data: String
  /// The ranges of the runs behind the law.
  public var range: LawRange
  /// The equation or table of the constants.
  public var source: String
  /// Where the ranges are from.
  public var rangeSource: String
  /// 2 where two sources agree or it was recomputed, 1 for one source.
  public var verified: Int
  /// What a reader must know.
  public var note: String
  /// The constants.
  public var constants: [Constant]

  /// A constant's value, or nil.
  public subscript(_ constant: String) -> Double? {
    constants.first { $0.name == constant }?.value
  }

  /// The law in the form that predicts from N and D, where it has one.
  ///
  /// An over-training law is given in N and D; a data-constrained law by its law of fresh data.
  public var parametric: ParametricLaw? {
    switch form {
    case .chinchilla, .dataConstrained:
      guard let floor = self["E"], let a = self["A"], let b = self["B"], let alpha = self["alpha"],
        let beta = self["beta"]
      else { return nil }
      return ParametricLaw(
        irreducibleLoss: floor,
        parameterCoefficient: a,
        dataCoefficient: b,
        parameterExponent: alpha,
        dataExponent: beta
      )
    case .overtraining:
      guard let floor = self["E"], let a = self["a"], let b = self["b"], let eta = self["eta"]
      else { return nil }
      return OvertrainingLaw(
        irreducibleLoss: floor,
        parameterCoefficient: a,
        dataCoefficient: b,
        exponent: eta
      ).parametric
    default: return nil
    }
  }

  /// The law of Kaplan's form, where it is one.
  public var kaplan: KaplanLaw? {
    guard form == .kaplan, let nc = self["Nc"], let dc = self["Dc"], let an = self["aN"],
      let ad = self["aD"]
    else { return nil }
    return KaplanLaw(
      parameterScale: nc,
      dataScale: dc,
      parameterExponent: an,
      dataExponent: ad
    )
  }

  /// The power law in one quantity, where it is one; compute in the unit of its constants.
  public var power: PowerLaw? {
    switch form {
    case .powerOfParameters: powerLaw("Nc", "aN")
    case .powerOfTokens: powerLaw("Dc", "aD")
    case .powerOfCompute: powerLaw("Cc", "aC")
    case .powerOfComputeWithFloor:
      if let scale = self["C0"], let p = self["p"], let floor = self["E"] {
        PowerLaw(scale: scale, exponent: -p, irreducibleLoss: floor)
      } else {
        nil
      }
    default: nil
    }
  }

  private func powerLaw(_ scale: String, _ exponent: String) -> PowerLaw? {
    guard let scale = self[scale], let exponent = self[exponent] else { return nil }
    return PowerLaw(scale: scale, exponent: exponent)
  }
}
