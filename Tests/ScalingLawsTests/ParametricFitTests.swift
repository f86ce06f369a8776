import Foundation
import Randomness
import ScalingLaws
import Tables
import Testing

@Suite struct ParametricFitTests {
  @Test func plantedConstantsAreFound() throws {
    let options = FitOptions(bootstrapCount: 0)
    let fitted = try ParametricFit(Planted.runs(), options).fit()
    for (found, planted) in zip(fitted.law.constants, Planted.law.constants) {
      #expect(abs(found.value / planted.value - 1) < 1e-6, "\(found.name)")
    }
    #expect(fitted.objective < 1e-18)
    #expect(fitted.warnings.isEmpty)
  }

  @Test func anIntervalHoldsWhatWasPlanted() throws {
    let fitted = try ParametricFit(Planted.runs(noise: 0.005), FitOptions(bootstrapCount: 300))
      .fit()
    let intervals = fitted.intervals
    #expect(intervals.map(\.name) == ["E", "A", "B", "alpha", "beta", "a"])
    for (interval, planted) in zip(intervals, Planted.law.constants) {
      #expect(interval.interval.contains(planted.value), "\(interval.name) \(interval.interval)")
    }
    let prediction = try fitted.predict(parameters: 1e9, tokens: 2e10)
    let truth = Planted.law.loss(parameters: 1e9, tokens: 2e10)
    #expect(prediction.low < truth && truth < prediction.high)
    #expect(prediction.low < prediction.value && prediction.value < prediction.high)
    #expect(prediction.extrapolation > 10)
    #expect(prediction.warnings.count == 3)
  }

  @Test(arguments: [1, 3, 64])
  func drawsDoNotDependOnThreads(threads: Int) throws {
    let runs = Planted.runs(noise: 0.01)
    let one = try ParametricFit(runs, FitOptions(bootstrapCount: 50, threadCount: 1)).fit()
    let many = try ParametricFit(runs, FitOptions(bootstrapCount: 50, threadCount: threads)).fit()
    #expect(one.draws == many.draws)
    #expect(one.calibration == many.calibration)
  }

  /// Checkpoints of one run are drawn together: doubling each row must not narrow the interval.
  @Test func rowsOfOneRunAreDrawnTogether() throws {
    var runs = Planted.runs(noise: 0.01)
    for index in runs.indices { runs[index].run = "run \(index)" }
    let options = FitOptions(bootstrapCount: 200, calibrates: false)
    let single = try ParametricFit(runs, options).fit()
    let doubled = try ParametricFit(runs + runs, options).fit()
    let width = { (law: FittedLaw) in law.intervals[0].interval.high - law.intervals[0].interval.low
    }
    #expect(abs(width(doubled) / width(single) - 1) < 0.05)
    #expect(doubled.warnings.contains(.duplicateRows(count: runs.count)))
  }

  @Test func tiedAndFixedExponentsHold() throws {
    let runs = Planted.runs(noise: 0.005)
    let tied = try ParametricFit(runs, FitOptions(exponents: .tied, bootstrapCount: 0)).law()
    #expect(tied.parameterExponent == tied.dataExponent)
    let rule = ExponentRule.fixed(alpha: 0.3, beta: 0.4)
    let fixed = try ParametricFit(runs, FitOptions(exponents: rule, bootstrapCount: 0)).law()
    #expect(fixed.parameterExponent == 0.3 && fixed.dataExponent == 0.4)
  }

  /// Twelve noisy small runs: the drawn exponents stay near their center, and say so.
  @Test func aSmallLadderIsHeldByItsPrior() throws {
    var generator = Seed(4).stream("noise")
    let runs = [5e4, 1e5, 2e5, 4e5].flatMap { parameters in
      [1e5, 3e5, 1e6].map { tokens in
        LossObservation(
          parameters: parameters,
          tokens: tokens,
          loss: Planted.tiny.loss(parameters: parameters, tokens: tokens)
            * exp(0.01 * generator.normal())
        )
      }
    }
    let fitted = try ParametricFit(runs, .smallLadder).fit()
    #expect((0.2...0.5).contains(fitted.law.parameterExponent))
    #expect((0.2...0.5).contains(fitted.law.dataExponent))
    #expect(fitted.warnings.contains(.drawnExponents(center: 0.35)))
    let prediction = try fitted.predict(parameters: 1e6, tokens: 1e6)
    let truth = Planted.tiny.loss(parameters: 1e6, tokens: 1e6)
    #expect(prediction.low < truth && truth < prediction.high)
  }

  @Test func confoundedSizeAndDataAreReported() throws {
    let runs = [1e6, 2e6, 4e6, 8e6, 16e6, 32e6].map { parameters in
      LossObservation(
        parameters: parameters,
        tokens: 20 * parameters,
        loss: Planted.law.loss(parameters: parameters, tokens: 20 * parameters)
      )
    }
    let fitted = try ParametricFit(runs, FitOptions(bootstrapCount: 0)).fit()
    let codes = fitted.warnings.map(\.code)
    #expect(codes.contains("collinear"))
    #expect(codes.contains("narrow_ratio"))
    #expect(codes.contains("few_runs"))
  }

  @Test(arguments: [0, -1, Double.nan, .infinity])
  func numbersThatAreNotPositiveAreNamed(value: Double) {
    var runs = Planted.runs()
    runs[3].loss = value
    let error = #expect(throws: ScalingLawsError.self) { try ParametricFit(runs) }
    #expect(error?.description.hasPrefix("Row 4: the loss") == true)
  }

  @Test func whatCannotBeFittedIsRefused() {
    #expect(throws: ScalingLawsError.tooFewObservations(found: 0, needed: 5)) {
      try ParametricFit([])
    }
    let oneSize = Planted.runs().filter { $0.parameters == 1e6 }
    let many =
      oneSize
      + oneSize.map {
        LossObservation(parameters: 1e6, tokens: 2 * $0.tokens, loss: $0.loss * 0.9)
      }
    #expect(throws: ScalingLawsError.noVariation(in: "size N", value: 1e6)) {
      try ParametricFit(many)
    }
    let nowhere = Planted.runs().map {
      LossObservation(parameters: $0.parameters, tokens: 1e9, loss: $0.loss)
    }
    #expect(throws: ScalingLawsError.noVariation(in: "amount of data D", value: 1e9)) {
      try ParametricFit(nowhere)
    }
    #expect(throws: ScalingLawsError.self) {
      try ParametricFit(Planted.runs(), FitOptions(confidence: 1))
    }
  }

  /// A loss that rises with size has no law of this form.
  @Test func aLossThatGrowsIsRefusedOrWarnedOf() throws {
    let runs = Planted.runs().map {
      LossObservation(parameters: $0.parameters, tokens: $0.tokens, loss: 30 - $0.loss)
    }
    do {
      let fitted = try ParametricFit(runs, FitOptions(bootstrapCount: 0)).fit()
      #expect(!fitted.warnings.isEmpty)
      #expect(fitted.law.loss(parameters: 1e7, tokens: 1e9).isFinite)
    } catch {
      #expect(error.description.hasPrefix("The fit failed"))
    }
  }
}

/// The 240 runs of Chinchilla's figure 4, and what SciPy and Epoch found in them.
@Suite(.enabled(if: ProcessInfo.processInfo.environment["ISOFLOP_SHARED"] != nil))
struct Figure4Tests {
  static func runs() throws -> [LossObservation] {
    let folder = try #require(ProcessInfo.processInfo.environment["ISOFLOP_SHARED"])
    let path = folder + "/data/chinchilla-fig4.csv"
    let table = try CSVTable([UInt8](Data(contentsOf: URL(fileURLWithPath: path))), file: path)
    let runs = try (0..<table.rowCount).map { row in
      try LossObservation(
        parameters: table.number(row: row, column: table.column("params")),
        tokens: table.number(row: row, column: table.column("tokens")),
        loss: table.number(row: row, column: table.column("loss"))
      )
    }
    return Array(runs.sorted { $0.loss > $1.loss }.dropFirst(5))
  }

  @Test func theMinimumIsReached() throws {
    let fitted = try ParametricFit(Self.runs(), FitOptions(bootstrapCount: 0)).fit()
    #expect(fitted.objective <= 0.00101827401781)
    let expected = [1.8172181, 477.82588, 2143.4174, 0.3473105, 0.36717243]
    for (constant, expected) in zip(fitted.law.constants, expected) {
      #expect(abs(constant.value / expected - 1) < 1e-6, "\(constant.name)")
    }
  }

  /// Four thousand draws in SciPy: not the thirty times narrower intervals of a search that stops
  /// early.
  @Test(.enabled(if: ProcessInfo.processInfo.environment["ISOFLOP_SLOW"] != nil))
  func theIntervalsAreThoseOfEpoch() throws {
    let options = FitOptions(bootstrapCount: 4000, calibrates: false)
    let fitted = try ParametricFit(Self.runs(), options).fit()
    let expected: [(String, Double, Double)] = [
      ("E", 1.771, 1.872), ("A", 285, 729), ("B", 1066, 5816), ("alpha", 0.316, 0.372),
      ("beta", 0.332, 0.416), ("a", 0.482, 0.556),
    ]
    for (found, expected) in zip(fitted.intervals, expected) {
      #expect(found.name == expected.0)
      #expect(abs(found.interval.low / expected.1 - 1) < 0.03, "\(found)")
      #expect(abs(found.interval.high / expected.2 - 1) < 0.03, "\(found)")
    }
  }
}

extension Figure4Tests {
  /// Table 2's exponent of the isoFLOP approach, and its interval of 10 to 90 percent.
  @Test func profilesGiveThePublishedExponent() throws {
    let fit = try IsoFLOPFit(Self.runs()).fit()
    let law = try PublishedLaw.named("hoffmann2022-approach2")
    let low = try #require(law["a_p10"])
    let high = try #require(law["a_p90"])
    #expect(fit.parameters.exponent > low && fit.parameters.exponent < high)
    let interval = try #require(fit.parameters.interval)
    #expect(interval.contains(try #require(law["a"])), "\(interval)")
  }
}

/// Runs on a known law, sizes and data varied independently.
enum Planted {
  static let law = ParametricLaw(
    irreducibleLoss: 1.8,
    parameterCoefficient: 480,
    dataCoefficient: 2100,
    parameterExponent: 0.35,
    dataExponent: 0.37
  )

  /// A law for models of less than a million parameters.
  static let tiny = ParametricLaw(
    irreducibleLoss: 2.5,
    parameterCoefficient: 60,
    dataCoefficient: 150,
    parameterExponent: 0.33,
    dataExponent: 0.36
  )

  static func runs(noise: Double = 0, seed: UInt64 = 1) -> [LossObservation] {
    var generator = Seed(seed).stream("noise")
    return [1e6, 3e6, 1e7, 3e7, 1e8].flatMap { parameters in
      [5.0, 20, 80].map { ratio in
        let loss = law.loss(parameters: parameters, tokens: ratio * parameters)
        return LossObservation(
          parameters: parameters,
          tokens: ratio * parameters,
          loss: loss * exp(noise * generator.normal())
        )
      }
    }
  }
}
