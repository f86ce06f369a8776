import Files
import FoundationEssentials
public import LanguageModels
public import Training

/// Everything that a run on files of token ids is repeated from: its `plan.json`.
public struct RunPlan: Sendable, Hashable, Codable {
  /// A file trained on.
  public struct Source: Sendable, Hashable, Codable {
    /// The path from the root on, so that the run can be resumed from any working folder.
    public let path: String
    /// The share of rows it gives, relative to the others'.
    public let weight: Double
    /// How many ids it holds.
    public let tokens: Int
    /// A hash of its ids.
    public let fingerprint: String
  }

  /// Ids of one language that are measured on.
  public struct Validation: Sendable, Hashable, Codable {
    /// The file's path from the root on.
    public let path: String
    /// The language, or another name.
    public let label: String
    /// The first of its ids.
    public let start: Int
    /// How many ids.
    public let tokens: Int
    /// The bytes they stand for, where known.
    public let bytes: Int?
    /// A hash of the whole file's ids.
    public let fingerprint: String
  }

  /// A corpus whose held-out segments are measured on.
  public struct ValidationCorpus: Sendable, Hashable, Codable {
    /// The path from the root on.
    public let path: String
    /// A hash of the segments' ids.
    public let fingerprint: String
  }

  /// Where the weights came from.
  public enum Start: Sendable, Hashable, Codable {
    /// Drawn from the plan's seed.
    case drawn(Initialization)
    /// A folder, with a hash of the weights in it.
    case model(path: String, fingerprint: String)
  }

  /// The version of this record.
  public private(set) var version = 2
  /// Shape, schedule, optimizer, order, seed.
  public let training: TrainingPlan
  /// The files trained on.
  public let ids: [Source]
  /// The ids measured on.
  public let validation: [Validation]
  /// The corpus measured on; nil for none.
  public let validationCorpus: ValidationCorpus?
  /// Where the weights came from.
  public let start: Start
  /// The id that ends a text, where tokenizer or ids name one.
  public let endOfText: Int?
  /// The digest of the tokenizer laid beside the model, or of the one that made the ids; nil where
  /// neither is known.
  public let tokenizerSHA256: String?
  /// The seconds between two checkpoints.
  public let checkpointSeconds: Double

  enum CodingKeys: String, CodingKey {
    case version, training, ids, validation, start
    case validationCorpus = "validation_corpus"
    case endOfText = "end_of_text"
    case tokenizerSHA256 = "tokenizer_sha256"
    case checkpointSeconds = "checkpoint_seconds"
  }

  init(
    training: TrainingPlan,
    ids: [Source],
    validation: [Validation] = [],
    validationCorpus: ValidationCorpus? = nil,
    start: Start,
    endOfText: Int?,
    tokenizerSHA256: String?,
    checkpointSeconds: Double
  ) {
    self.training = training
    self.ids = ids
    self.validation = validation
    self.validationCorpus = validationCorpus
    self.start = start
    self.endOfText = endOfText
    self.tokenizerSHA256 = tokenizerSHA256
    self.checkpointSeconds = checkpointSeconds
  }

  /// The record as JSON.
  public func json() throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return Array(try encoder.encode(self)) + [0x0A]
  }

  /// What names the data and the weights started from, beside the training plan itself.
  var dataDigest: String {
    var text = ids.map { "\($0.fingerprint) \($0.tokens) \($0.weight)" }.joined(separator: ", ")
    switch start {
    case .drawn(let initialization): text += "; drawn \(initialization)"
    case .model(_, let fingerprint): text += "; from \(fingerprint)"
    }
    for part in validation {
      text += "; \(part.label) \(part.fingerprint) \(part.start) \(part.tokens)"
    }
    if let validationCorpus { text += "; corpus \(validationCorpus.fingerprint)" }
    return text
  }

  /// The name of the record in a run's folder.
  static let fileName = "plan.json"

  /// Reads the record of a run's folder.
  ///
  /// - Throws: ``ExperimentsError/noRun(folder:reason:)`` where there is none.
  init(folder: String) throws {
    let path = joined(folder, Self.fileName)
    guard try fileKind(path) == .file else {
      throw ExperimentsError.noRun(folder: folder, reason: "there is no \(Self.fileName)")
    }
    try self.init(json: try readFile(path), of: folder)
  }

  /// Reads a record.
  ///
  /// - Parameters:
  ///   - json: What ``json()`` gave.
  ///   - folder: The run's folder, for the error.
  /// - Throws: ``ExperimentsError/noRun(folder:reason:)`` where the record is none.
  init(json: [UInt8], of folder: String) throws {
    do {
      let data = Data(json)
      let version = try JSONDecoder().decode(Version.self, from: data).version
      guard version == 2 else {
        throw ExperimentsError.noRun(
          folder: folder,
          reason: "its \(Self.fileName) has version \(version), not 2: start it anew"
        )
      }
      self = try JSONDecoder().decode(RunPlan.self, from: data)
    } catch is DecodingError {
      throw ExperimentsError.noRun(
        folder: folder,
        reason: "its \(Self.fileName) is damaged, or was not written by model train"
      )
    }
    try training.validate()
    guard !ids.isEmpty, checkpointSeconds >= 0, checkpointSeconds < 1e9 else {
      throw ExperimentsError.noRun(folder: folder, reason: "its \(Self.fileName) is damaged")
    }
  }
}

/// What is read of a plan before all else.
private struct Version: Decodable {
  let version: Int
}
