import Files
import FoundationEssentials
public import LanguageModels
public import Training

/// Everything that a run on the operations task is repeated from: its `plan.json`.
public struct OperationsPlan: Sendable, Hashable, Codable {
  /// The version of this record.
  public private(set) var version = 2
  /// What tells this plan from that of a run on files of ids.
  public private(set) var task = Self.taskName
  /// Shape, schedule, optimizer, seed.
  public let training: TrainingPlan
  /// How the weights were drawn.
  public let initialization: Initialization
  /// The epochs.
  public let epochs: Int
  /// The examples trained on.
  public let trainingExamples: Int
  /// The examples measured on.
  public let validationExamples: Int
  /// The seconds between two checkpoints.
  public let checkpointSeconds: Double

  enum CodingKeys: String, CodingKey {
    case version, task, training, initialization, epochs
    case trainingExamples = "training_examples"
    case validationExamples = "validation_examples"
    case checkpointSeconds = "checkpoint_seconds"
  }

  static let taskName = "operations"

  init(
    training: TrainingPlan,
    initialization: Initialization,
    epochs: Int,
    trainingExamples: Int,
    validationExamples: Int,
    checkpointSeconds: Double
  ) {
    self.training = training
    self.initialization = initialization
    self.epochs = epochs
    self.trainingExamples = trainingExamples
    self.validationExamples = validationExamples
    self.checkpointSeconds = checkpointSeconds
  }

  /// The same plan computed by another number of threads, which changes no result.
  func with(threads: Int?) -> OperationsPlan {
    var training = training
    training.threads = threads ?? training.threads
    return OperationsPlan(
      training: training,
      initialization: initialization,
      epochs: epochs,
      trainingExamples: trainingExamples,
      validationExamples: validationExamples,
      checkpointSeconds: checkpointSeconds
    )
  }

  /// The record as JSON.
  func json() throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return Array(try encoder.encode(self)) + [0x0A]
  }

  /// Reads the record of a run's folder; nil where it is that of another kind of run, or of none.
  init?(folder: String) throws {
    let path = joined(folder, RunPlan.fileName)
    guard try fileKind(path) == .file else { return nil }
    let data = Data(try readFile(path))
    guard let name = try? JSONDecoder().decode(Task.self, from: data), name.task == Self.taskName
    else { return nil }
    guard let plan = try? JSONDecoder().decode(OperationsPlan.self, from: data), plan.version == 2
    else {
      throw ExperimentsError.noRun(
        folder: folder,
        reason: "its \(RunPlan.fileName) is damaged, or of another version"
      )
    }
    try plan.training.validate()
    self = plan
  }
}

/// What is read of a plan before all else.
private struct Task: Decodable {
  let task: String
}
