import Files
import FoundationEssentials

/// A fitted law of a form of its own as it lies on disk.
///
/// The file is one JSON object with sorted keys; `constants` carries the papers' letters.
public struct FormFile: Sendable, Hashable {
  /// The law.
  public var law: FittedForm
  /// The unit of the losses.
  public var lossUnit: String

  /// Puts a law beside the unit of its losses.
  public init(_ law: FittedForm, lossUnit: String = "nats_per_token") {
    self.law = law
    self.lossUnit = lossUnit
  }

  /// Reads a law, or gives nil where the file holds one of the main form.
  ///
  /// - Throws: `FilesError` where the file cannot be read, ``ScalingLawsError`` where it holds no
  ///   law.
  public static func read(_ path: String) throws -> FormFile? {
    let data = Data(try readFile(path))
    guard let head = try? JSONDecoder().decode(FormHead.self, from: data), head.constants != nil
    else { return nil }
    guard let record = try? JSONDecoder().decode(FormRecord.self, from: data) else {
      throw ScalingLawsError.unreadableLaw(file: path, reason: "a part of it is missing")
    }
    return try record.file(path)
  }

  /// The text of the file.
  ///
  /// - Throws: ``ScalingLawsError/noFit(reason:)`` where a number is not finite.
  public func encoded() throws(ScalingLawsError) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    guard let data = try? encoder.encode(FormRecord(self)) else {
      throw .noFit(reason: "a number of the law is not finite")
    }
    return String(decoding: data, as: UTF8.self) + "\n"
  }
}

/// The key that tells the two kinds of law files apart.
private struct FormHead: Decodable {
  var constants: [FormRecord.Constant]?
}

/// The keys of the file.
private struct FormRecord: Codable {
  var format: String
  var version: Int
  var form: String
  var formula: String
  var constants: [Constant]
  var objective: Double
  var rows: Int
  var draws: [[Double]]
  var logResiduals: [Double]
  var confidence: Double
  var fitRange: [String: [Double]]
  var lossUnit: String
  var warnings: [String]

  struct Constant: Codable {
    var name: String
    var value: Double
    var interval: [Double]?
  }

  enum CodingKeys: String, CodingKey {
    case format, version, form, formula, constants, objective, rows, draws
    case logResiduals = "log_residuals"
    case confidence
    case fitRange = "fit_range"
    case lossUnit = "loss_unit"
    case warnings
  }

  init(_ file: FormFile) {
    let law = file.law
    format = "isoflop law"
    version = 1
    form = law.form.rawValue
    formula = law.formula
    constants = law.constants.map {
      Constant(name: $0.name, value: $0.value, interval: $0.interval.map { [$0.low, $0.high] })
    }
    objective = law.objective
    rows = law.rowCount
    draws = law.draws
    logResiduals = law.logResiduals
    confidence = law.confidence
    fitRange = [("N", law.range.parameters), ("D", law.range.tokens), ("C", law.range.flops)]
      .reduce(into: [:]) { result, entry in
        if let interval = entry.1 { result[entry.0] = [interval.low, interval.high] }
      }
    lossUnit = file.lossUnit
    warnings = law.warnings
  }

  func file(_ path: String) throws(ScalingLawsError) -> FormFile {
    guard version == 1 else {
      throw .unreadableLaw(
        file: path,
        reason: "its version is \(version), this program reads 1; fit it again: isoflop law fit"
      )
    }
    guard let form = LawForm(rawValue: form) else {
      throw .unreadableLaw(file: path, reason: "its form “\(form)” is not known")
    }
    let isPositive = constants.allSatisfy { $0.value > 0 && $0.value.isFinite }
    guard isPositive, confidence > 0, confidence < 1 else {
      throw .unreadableLaw(file: path, reason: "a number of it is not positive")
    }
    func interval(_ ends: [Double]?) -> Interval? {
      guard let ends, ends.count == 2 else { return nil }
      return Interval(low: ends[0], high: ends[1])
    }
    return FormFile(
      FittedForm(
        form: form,
        formula: formula,
        constants: constants.map {
          FittedForm.Constant(name: $0.name, value: $0.value, interval: interval($0.interval))
        },
        objective: objective,
        rowCount: rows,
        draws: draws.filter { $0.count == constants.count },
        logResiduals: logResiduals,
        range: LawRange(
          parameters: interval(fitRange["N"]),
          tokens: interval(fitRange["D"]),
          flops: interval(fitRange["C"])
        ),
        confidence: confidence,
        warnings: warnings
      ),
      lossUnit: lossUnit
    )
  }
}
