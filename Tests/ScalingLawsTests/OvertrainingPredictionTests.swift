import Testing

@testable import ScalingLaws

/// The two published predictions of the law of over-trained models on RedPajama.
///
/// - Source: Gadre et al. 2024, arXiv:2403.08540. The rows are the public runs of the project
///   mlfoundations/scaling: parameters, tokens and the loss on C4's validation text, of the five small
///   runs its fit uses and of the two it predicts.
@Suite struct OvertrainingPredictionTests {
  static let fitted = [
    LossObservation(parameters: 10_569_312, tokens: 211_386_240, loss: 5.38702091510821),
    LossObservation(parameters: 78_914_048, tokens: 1_578_280_960, loss: 3.899942990231468),
    LossObservation(parameters: 153_677_376, tokens: 3_073_547_520, loss: 3.531147408490181),
    LossObservation(parameters: 411_616_256, tokens: 8_232_325_120, loss: 3.149769456671634),
    LossObservation(parameters: 10_569_312, tokens: 3_382_179_840, loss: 4.572292613487238),
  ]
  static let predicted = [
    (
      LossObservation(
        parameters: 1_439_795_200,
        tokens: 921_468_928_000,
        loss: 2.502053562117363
      ), 0.007103359593129133
    ),
    (
      LossObservation(
        parameters: 6_889_410_560,
        tokens: 137_788_211_200,
        loss: 2.424993099368689
      ), 0.007320466488238253
    ),
  ]

  /// The constants that least squares of the loss itself give on the five rows (SciPy 1.17).
  static let published = OvertrainingLaw(
    irreducibleLoss: 1.8366484350959271,
    parameterCoefficient: 212.2361313928244,
    dataCoefficient: 366.6872180364058,
    exponent: 0.1364253546406348
  )

  @Test(arguments: predicted)
  func theLawPredictsTheLargeRunsAsPublished(run: LossObservation, error: Double) {
    let loss = Self.published.parametric.loss(parameters: run.parameters, tokens: run.tokens)
    #expect(abs(loss / run.loss - 1 - error) < 1e-6, "\(loss / run.loss - 1)")
  }

  /// Squares of the loss weigh the small runs more than squares of its logarithm, which are what is
  /// fitted here: the predictions move by 0.4 %.
  @Test(arguments: predicted)
  func aFitOfTheLogarithmPredictsNearby(run: LossObservation, error: Double) throws {
    var options = FitOptions(objective: .leastSquares, exponents: .tied)
    options.bootstrapCount = 0
    options.calibrates = false
    let law = try ParametricFit(Self.fitted, options).law()
    let loss = law.loss(parameters: run.parameters, tokens: run.tokens)
    #expect(abs(loss / run.loss - 1 - error) < 0.005, "\(loss / run.loss - 1)")
  }
}
