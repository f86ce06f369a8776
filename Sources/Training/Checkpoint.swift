import Files
import Kernels
import LanguageModels

/// A file that holds everything a run needs to go on to the bit: weights, the optimizer's moments,
/// the number of steps done, the run's state and its identity.
///
/// Batches are a function of the step, so the place in the data needs no further record. The file
/// is in the safetensors form, with the tensors `weights/NAME`, `first/NAME`, for AdamW
/// `second/NAME`, and `best/NAME` where early stopping keeps the best weights so far. It appears
/// under its name only when it is whole, and an older checkpoint is removed only then.
enum Checkpoint {
  /// The folder of checkpoints inside a run's folder.
  static let folderName = "checkpoint"

  /// Writes a checkpoint of a session and removes older ones.
  static func write(
    _ session: TrainingSession,
    _ state: RunState,
    identity: String,
    folder: String
  ) throws {
    var buffers = buffers(of: session)
    if let best = state.bestWeights { buffers.append((bestPrefix, best)) }
    let tensors = session.model.layout.tensors
    try createFolder(folder)
    let path = joined(folder, fileName(session.stepsDone))
    var writer = try SafetensorsWriter(
      path,
      buffers.flatMap { prefix, _ in
        tensors.map { TensorEntry(prefix + $0.name, $0.shape) }
      },
      metadata: [
        "step": String(session.stepsDone), "run": identity, "version": "2",
        "state": try state.json(),
      ]
    )
    let places = Dictionary(
      uniqueKeysWithValues: buffers.flatMap { prefix, buffer in
        tensors.map { (prefix + $0.name, (buffer, $0.range)) }
      }
    )
    for tensor in writer.order {
      guard let (buffer, range) = places[tensor.name] else { continue }
      try writer.write(buffer[range])
    }
    try writer.commit()
    for name in try fileNames(in: folder) where (step(of: name) ?? .max) < session.stepsDone {
      try removeFile(joined(folder, name))
    }
  }

  /// Puts a session where the newest readable checkpoint of a folder left it.
  ///
  /// - Returns: Whether there was one.
  /// - Throws: ``TrainingError/invalidCheckpoint(path:reason:)`` when the newest one belongs to
  ///   another run or cannot be read.
  static func restore(
    _ session: TrainingSession,
    _ state: RunState,
    identity: String,
    folder: String
  ) throws -> Bool {
    guard try fileKind(folder) == .folder else { return false }
    try removePartialFiles(in: folder)
    guard let newest = try fileNames(in: folder).compactMap(step(of:)).max() else { return false }
    let path = joined(folder, fileName(newest))
    let file: SafetensorsFile
    do { file = try SafetensorsFile(path) } catch {
      throw TrainingError.invalidCheckpoint(path: path, reason: "\(error)")
    }
    guard file.metadata["version"] == "2" else {
      throw TrainingError.invalidCheckpoint(path: path, reason: "its version is not 2")
    }
    guard file.metadata["run"] == identity else {
      throw TrainingError.invalidCheckpoint(
        path: path,
        reason: "it belongs to a run with another plan or other tokens; name another output folder"
      )
    }
    guard newest <= session.plan.steps, file.metadata["step"] == String(newest) else {
      throw TrainingError.invalidCheckpoint(
        path: path,
        reason: "its step does not fit its name and plan"
      )
    }
    do { try state.read(file.metadata["state"] ?? "") } catch {
      throw TrainingError.invalidCheckpoint(path: path, reason: "its state is damaged")
    }
    var buffers = buffers(of: session)
    if let first = session.model.layout.tensors.first, file[bestPrefix + first.name] != nil {
      let best = try FloatBuffer(count: session.model.layout.storageCount)
      state.bestWeights = best
      buffers.append((bestPrefix, best))
    }
    for (prefix, buffer) in buffers {
      for tensor in session.model.layout.tensors {
        guard let stored = file[prefix + tensor.name], stored.shape == tensor.shape else {
          throw TrainingError.invalidCheckpoint(
            path: path,
            reason: "the tensor \(tensor.name) does not fit"
          )
        }
        do { try file.read(stored, into: buffer, at: tensor.offset) } catch {
          throw TrainingError.invalidCheckpoint(path: path, reason: "\(error)")
        }
      }
    }
    session.stepsDone = newest
    session.firstLoss = state.record.firstLoss
    return true
  }

  /// Removes all checkpoints of a folder.
  static func removeAll(folder: String) throws {
    guard try fileKind(folder) == .folder else { return }
    try removePartialFiles(in: folder)
    for name in try fileNames(in: folder) where step(of: name) != nil {
      try removeFile(joined(folder, name))
    }
    try removeEmptyFolder(folder)
  }

  private static let bestPrefix = "best/"

  private static func buffers(
    of session: TrainingSession
  ) -> [(prefix: String, buffer: FloatBuffer)] {
    [("weights/", session.model.weights)]
      + zip(["first/", "second/"], session.moments).map { ($0, $1) }
  }

  /// The path of the newest checkpoint of a folder, or nil.
  static func newest(folder: String) throws -> String? {
    guard try fileKind(folder) == .folder else { return nil }
    return try fileNames(in: folder).compactMap(step(of:)).max().map {
      joined(folder, fileName($0))
    }
  }

  private static func fileName(_ step: Int) -> String { "step-\(step).safetensors" }

  private static func step(of name: String) -> Int? {
    guard name.hasPrefix("step-"), name.hasSuffix(".safetensors") else { return nil }
    return Int(name.dropFirst(5).dropLast(12))
  }
}
