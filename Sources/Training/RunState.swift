import FoundationEssentials
import Kernels

/// What a run remembers beside weights and moments, kept in its checkpoints.
final class RunState {
  /// The part that is written as JSON.
  struct Record: Codable {
    /// The loss of the very first step, against which an explosion is measured.
    var firstLoss: Double?
    /// The seconds spent in all parts of the run.
    var seconds = 0.0
    /// The best and the last evaluation.
    var evaluations = EvaluationProgress()
  }

  var record = Record()
  /// The weights of the best evaluation, where early stopping keeps them.
  var bestWeights: FloatBuffer?

  /// The record as one line.
  func json() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    return String(decoding: try encoder.encode(record), as: UTF8.self)
  }

  /// Reads a record back.
  func read(_ json: String) throws {
    record = try JSONDecoder().decode(Record.self, from: Data(json.utf8))
  }

  /// Keeps the weights as the best.
  func keep(_ weights: FloatBuffer) throws {
    bestWeights = try weights.copy()
  }
}
