import Accounting
import Evaluation
import Experiments
import Files
import Foundation
import LanguageModels
import Randomness
import Training

extension FuzzTarget {
  /// What training leaves in its folder, to go on from.
  static func runs() throws -> [FuzzTarget] {
    [
      try FuzzTarget("checkpoint") { folder in
        var steps = 0
        _ = try run(folder).train(isInterrupted: { steps >= 2 }) { _ in steps += 1 }
      } read: { folder in
        let run = try run(folder)
        _ = run.session.stepsDone
        _ = try run.recordedLosses()
      },
      try FuzzTarget("run-plan") { folder in
        try writeRun(folder)
      } read: { folder in
        let plan = joined(folder, "plan.json")
        let text = String(decoding: try readFile(plan), as: UTF8.self)
        try writeFile(plan, text.replacingOccurrences(of: place, with: folder))
        let run = try PreparedRun(resuming: folder, threads: 1)
        _ = try run.flops()
        _ = try run.resume(folder: folder, isInterrupted: { true }, observe: { _ in })
      },
      try FuzzTarget("operations-plan") { folder in
        var request = RunRequest(start: .preset("operations"), sources: [], budget: .steps(1))
        request.batch = 4
        _ = try OperationsRun(request, epochs: 2, examples: 8)
          .train(folder: folder, resumes: false, isInterrupted: { true }, observe: { _ in })
      } read: { folder in
        // A sound plan asks for examples, weights and an evaluation: enough is seen before.
        _ = try OperationsRun(resuming: folder, threads: 1)
      },
    ]
  }

  /// What stands for the folder in a plan, which names files from the root on.
  private static let place = "/@folder@"

  /// Begins a run on ids of its own folder.
  private static func writeRun(_ folder: String) throws {
    let ids = joined(folder, "ids.bin")
    try writeFile(ids, (0..<80).flatMap { [UInt8($0 * $0 % 7), 0] })
    let shape = joined(folder, "shape.json")
    try writeFile(
      shape,
      #"""
      {"model_type": "gpt2", "vocab_size": 8, "n_positions": 4, "n_embd": 8, "n_layer": 1,
      "n_head": 1, "activation_function": "gelu_new"}
      """#
    )
    var request = RunRequest(
      start: .blueprint(shape),
      sources: [RunRequest.Source(path: ids)],
      budget: .steps(4)
    )
    request.batch = 2
    request.validation = [RunRequest.ValidationFile(path: ids, label: "en")]
    request.checkpointSeconds = 0
    try PreparedRun.prepareFolder(folder, replaces: true)
    var steps = 0
    _ = try PreparedRun(request).train(
      folder: folder,
      isInterrupted: { steps >= 2 },
      observe: { _ in steps += 1 }
    )
    let plan = joined(folder, "plan.json")
    let text = String(decoding: try readFile(plan), as: UTF8.self)
    try writeFile(plan, text.replacingOccurrences(of: absolutePath(folder), with: place))
  }

  /// A run of a small model over a few tokens.
  private static func run(_ folder: String) throws -> TrainingRun {
    let shape = ModelShape.gpt2(
      vocabularySize: 8,
      contextLength: 4,
      layerCount: 1,
      width: 8,
      headCount: 1
    )
    let plan = TrainingPlan(
      shape: shape,
      context: 4,
      batch: 1,
      steps: 4,
      schedule: LearningRateSchedule(form: .cosine, peak: 1e-2, warmupSteps: 1),
      seed: 3,
      threads: 1
    )
    let tokens = TokenArray((0..<40).map { Int32($0 * $0 % 7) })
    let session = try TrainingSession(
      plan: plan,
      model: GPT(shape, seed: Seed(3)),
      sources: [(tokens, 1)]
    )
    return try TrainingRun(folder: folder, session: session, dataDigest: "tokens")
  }
}
