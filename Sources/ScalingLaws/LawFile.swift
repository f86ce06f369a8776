import Files
import FoundationEssentials
import RealModule

/// A fitted law as it lies on disk: constants, meaning, doubts, and the runs behind them.
///
/// The file is one JSON object with sorted keys; the constants carry the papers' letters.
public struct LawFile: Sendable, Hashable {
  /// The law with its draws and runs.
  public var fitted: FittedLaw
  /// The unit of the losses, such as `nats_per_token`.
  public var lossUnit: String
  /// Which parameters N counts.
  public var parameterConvention: String
  /// The text and the tokenizer of the runs, in words.
  public var data: String

  /// Puts a fitted law beside its meaning.
  public init(
    _ fitted: FittedLaw,
    lossUnit: String = "nats_per_token",
    parameterConvention: String = "total",
    data: String = ""
  ) {
    self.fitted = fitted
    self.lossUnit = lossUnit
    self.parameterConvention = parameterConvention
    self.data = data
  }

  /// Reads a law from its file.
  ///
  /// - Throws: `FilesError` where the file cannot be read, ``ScalingLawsError`` where it holds no
  ///   law.
  public static func read(_ path: String) throws -> LawFile {
    let bytes = try readFile(path)
    let record: LawRecord
    do {
      record = try JSONDecoder().decode(LawRecord.self, from: Data(bytes))
    } catch {
      throw ScalingLawsError.unreadableLaw(
        file: path,
        reason: "it is not a JSON object with the numbers E, A, B, alpha and beta"
      )
    }
    return try record.law(file: path)
  }

  /// The text of the file.
  ///
  /// - Throws: ``ScalingLawsError/noFit(reason:)`` where a number is not finite.
  public func encoded() throws(ScalingLawsError) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    guard let data = try? encoder.encode(LawRecord(self)) else {
      throw .noFit(reason: "a number of the law is not finite")
    }
    return String(decoding: data, as: UTF8.self) + "\n"
  }
}

/// The keys of a law file.
private struct LawRecord: Codable {
  var format: String?
  var version: Int?
  var form: String?
  var floor: Double
  var parameterCoefficient: Double
  var dataCoefficient: Double
  var parameterExponent: Double
  var dataExponent: Double
  var objective: Double?
  var huberDelta: Double?
  var exponentRule: String?
  var exponentCenter: Double?
  var confidence: Double?
  var calibration: Double?
  var seed: UInt64?
  var lossUnit: String?
  var parameterConvention: String?
  var data: String?
  var rows: Int?
  var intervals: [String: [Double]]?
  var fitRange: [String: [Double]]?
  var warnings: [Warning]?
  var draws: [[Double]]?
  var runs: [Run]?

  struct Warning: Codable {
    var code: String
    var text: String
  }

  struct Run: Codable {
    var parameters: Double
    var tokens: Double
    var loss: Double
    var uniqueTokens: Double?
    var flops: Double?
    var run: String?

    enum CodingKeys: String, CodingKey {
      case parameters = "N"
      case tokens = "D"
      case loss
      case uniqueTokens = "unique_tokens"
      case flops, run
    }
  }

  enum CodingKeys: String, CodingKey {
    case format, version, form
    case floor = "E"
    case parameterCoefficient = "A"
    case dataCoefficient = "B"
    case parameterExponent = "alpha"
    case dataExponent = "beta"
    case objective
    case huberDelta = "huber_delta"
    case exponentRule = "exponents"
    case exponentCenter = "exponent_center"
    case confidence, calibration, seed
    case lossUnit = "loss_unit"
    case parameterConvention = "parameter_convention"
    case data, rows, intervals
    case fitRange = "fit_range"
    case warnings, draws, runs
  }
}

extension LawRecord {
  init(_ file: LawFile) {
    let fitted = file.fitted
    let law = fitted.law
    format = "isoflop law"
    version = 1
    form = "chinchilla"
    floor = law.irreducibleLoss
    parameterCoefficient = law.parameterCoefficient
    dataCoefficient = law.dataCoefficient
    parameterExponent = law.parameterExponent
    dataExponent = law.dataExponent
    objective = fitted.objective
    if case .huber(let delta) = fitted.options.objective { huberDelta = delta }
    switch fitted.options.exponents {
    case .free: exponentRule = "free"
    case .tied: exponentRule = "tied"
    case .drawn(let center):
      exponentRule = "drawn"
      exponentCenter = center
    case .fixed: exponentRule = "fixed"
    }
    confidence = fitted.options.confidence
    calibration = fitted.calibration
    seed = fitted.options.seed
    lossUnit = file.lossUnit
    parameterConvention = file.parameterConvention
    data = file.data
    rows = fitted.observations.count
    intervals = Dictionary(
      uniqueKeysWithValues: fitted.intervals.map { ($0.name, [$0.interval.low, $0.interval.high]) }
    )
    let range = fitted.range
    fitRange = [("N", range.parameters), ("D", range.tokens), ("C", range.flops)]
      .reduce(into: [:]) { result, entry in
        if let interval = entry.1 { result[entry.0] = [interval.low, interval.high] }
      }
    warnings = fitted.warnings.map { Warning(code: $0.code, text: $0.description) }
    draws = fitted.draws.map { $0.constants.map(\.value) }
    runs = fitted.observations.map {
      Run(
        parameters: $0.parameters,
        tokens: $0.tokens,
        loss: $0.loss,
        uniqueTokens: $0.uniqueTokens,
        flops: $0.measuredFLOPs,
        run: $0.run
      )
    }
  }

  func law(file: String) throws(ScalingLawsError) -> LawFile {
    if let version, version != 1 {
      throw .unreadableLaw(
        file: file,
        reason: "its version is \(version), this program reads 1; fit it again: isoflop law fit"
      )
    }
    if let form, form != "chinchilla" {
      throw .unreadableLaw(file: file, reason: "its form “\(form)” predicts nothing here")
    }
    let law = ParametricLaw(
      irreducibleLoss: floor,
      parameterCoefficient: parameterCoefficient,
      dataCoefficient: dataCoefficient,
      parameterExponent: parameterExponent,
      dataExponent: dataExponent
    )
    guard law.isSound else {
      throw .unreadableLaw(file: file, reason: "its constants are not positive numbers")
    }
    var options = FitOptions(
      objective: huberDelta.map { .huber(delta: $0) } ?? .leastSquares,
      bootstrapCount: draws?.count ?? 0,
      confidence: confidence ?? 0.95,
      seed: seed ?? 1
    )
    switch exponentRule {
    case "tied": options.exponents = .tied
    case "drawn": options.exponents = .drawn(center: exponentCenter ?? 0.35)
    case "fixed":
      options.exponents = .fixed(alpha: law.parameterExponent, beta: law.dataExponent)
    default: break
    }
    try options.validate()
    let observations = (runs ?? []).map {
      LossObservation(
        parameters: $0.parameters,
        tokens: $0.tokens,
        loss: $0.loss,
        uniqueTokens: $0.uniqueTokens,
        measuredFLOPs: $0.flops,
        run: $0.run
      )
    }
    let numbers = observations.flatMap { [$0.parameters, $0.tokens, $0.loss] }
    guard numbers.allSatisfy({ $0 > 0 && $0.isFinite }) else {
      throw .unreadableLaw(file: file, reason: "a run in it has a number that is not positive")
    }
    let known = FitDiagnostics.warnings(about: observations, exponents: options.exponents)
    return LawFile(
      FittedLaw(
        law: law,
        objective: objective ?? 0,
        options: options,
        observations: observations,
        logResiduals: observations.map {
          .log(law.loss(parameters: $0.parameters, tokens: $0.tokens) / $0.loss)
        },
        draws: try soundDraws(file: file),
        calibration: calibration,
        warnings: observations.isEmpty ? [] : known
      ),
      lossUnit: lossUnit ?? "nats_per_token",
      parameterConvention: parameterConvention ?? "total",
      data: data ?? ""
    )
  }

  private func soundDraws(file: String) throws(ScalingLawsError) -> [ParametricLaw] {
    var laws: [ParametricLaw] = []
    for draw in draws ?? [] {
      guard draw.count == 5 else {
        throw .unreadableLaw(file: file, reason: "a draw has \(draw.count) constants instead of 5")
      }
      let law = ParametricLaw(
        irreducibleLoss: draw[0],
        parameterCoefficient: draw[1],
        dataCoefficient: draw[2],
        parameterExponent: draw[3],
        dataExponent: draw[4]
      )
      guard law.isSound else {
        throw .unreadableLaw(file: file, reason: "the constants of a draw are not positive numbers")
      }
      laws.append(law)
    }
    return laws
  }
}
