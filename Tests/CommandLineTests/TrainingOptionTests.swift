import Files
import Foundation
import TestSupport
import Testing

/// What `model train` is told beyond files and steps: micro-batches, optimizers, held-out text, tasks,
/// and what it does when a disk is full.
@Suite struct TrainingOptionTests {
  private let small = [
    "--preset", "nano-1", "--vocab-size", "60", "--layers", "1", "--context", "16", "--batch", "4",
  ]

  /// Ids below 60 in which each follows from the one before, as 16-bit numbers.
  private func writeIDs(_ folder: String, name: String, count: Int = 3000, from start: Int = 0)
    throws -> String
  {
    let path = joined(folder, name)
    try writeFile(
      path,
      (start..<start + count).flatMap { [UInt8($0 * $0 % 59), 0] }
    )
    return path
  }

  private func train(_ ids: String, _ output: String, _ more: [String]) throws -> CommandResult {
    try isoflop(["model", "train", "--ids", ids, "-o", output, "-q"] + small + more)
  }

  private func lines(_ folder: String, _ name: String) throws -> [[String: Any]] {
    try String(decoding: readFile(joined(folder, name)), as: UTF8.self)
      .split(separator: "\n").map { line in
        try #require(JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
      }
  }

  private func losses(_ folder: String) throws -> [Double] {
    try lines(folder, "metrics.jsonl").map { try #require($0["loss"] as? Double) }
  }

  @Test func microBatchesGiveTheLossesOfTheWhole() throws {
    try withTemporaryFolder { folder in
      let ids = try writeIDs(folder, name: "ids.bin")
      let (whole, parts) = (joined(folder, "whole"), joined(folder, "parts"))
      for (output, more) in [(whole, []), (parts, ["--accumulate", "4"])] {
        let run = try train(ids, output, ["--steps", "5"] + more)
        #expect(run.status == 0, "\(run.errors)")
      }
      for (a, b) in try zip(losses(whole), losses(parts)) { #expect(abs(a - b) < 1e-5) }
      let uneven = try train(ids, joined(folder, "none"), ["--steps", "5", "--accumulate", "3"])
      #expect(uneven.status == 1 && uneven.errors.contains("does not fall into 3 equal parts"))
    }
  }

  /// Context 128 and above is one sequence at a time; of shorter ones several go together.
  @Test(arguments: [
    (["--context", "128", "--accumulate", "4"], "3 threads, of which 1 has work"),
    (["--context", "128", "--accumulate", "2"], "3 threads, of which 2 have work"),
    (["--context", "128"], "3 threads\n"),
    (["--context", "64"], "3 threads, of which 2 have work"),
  ])
  func thePlanTellsWhichThreadsHaveWork(options: [String], told: String) throws {
    try withTemporaryFolder { folder in
      let ids = try writeIDs(folder, name: "ids.bin")
      let plan = try isoflop(
        ["model", "train", "--ids", ids, "--preset", "nano-1", "--vocab-size", "60"]
          + ["--steps", "1", "--batch", "4", "--threads", "3", "--dry-run"] + options
      )
      #expect(plan.status == 0 && plan.output.contains(told), "\(plan.output)\(plan.errors)")
    }
  }

  @Test(arguments: [
    ["--optimizer", "sgd", "--lr", "0.3", "--nesterov"], ["--optimizer", "lion", "--lr", "1e-3"],
    ["--optimizer", "sgd", "--momentum", "0.5"], ["--optimizer", "lion"],
    ["--initialization", "mup", "--base-width", "16"],
  ])
  func everyOptimizerLearns(options: [String]) throws {
    try withTemporaryFolder { folder in
      let ids = try writeIDs(folder, name: "ids.bin")
      let output = joined(folder, "run")
      let run = try train(ids, output, ["--steps", "60"] + options)
      #expect(run.status == 0, "\(run.errors)")
      let losses = try losses(output)
      #expect(losses[59] < losses[0] - 0.2, "\(losses[0]), \(losses[59])")
    }
  }

  @Test func heldOutTextIsMeasuredByLanguageAndResumesFromAnyFolder() throws {
    try withTemporaryFolder { folder in
      _ = try writeIDs(folder, name: "ids.bin")
      _ = try writeIDs(folder, name: "a.bin", count: 200, from: 7)
      _ = try writeIDs(folder, name: "b.bin", count: 100, from: 90)
      let arguments =
        ["model", "train", "--ids", "ids.bin", "--steps", "1500", "--lr", "1e-2"] + small
        + ["--validation", "a.bin:en", "b.bin", "--evaluate-every", "100"]
      // Relative paths, typed in one folder, resumed in another.
      let first = try isoflop(
        arguments + ["-o", "broken"],
        folder: folder,
        interruptWhenExists: joined(folder, "broken/evaluations.jsonl")
      )
      #expect(first.status == 130, "\(first.errors)")
      let broken = joined(folder, "broken")
      let rest = try isoflop(["model", "train", "--resume", broken, "--json"], folder: "/")
      #expect(rest.status == 0, "\(rest.errors)")
      let whole = try isoflop(arguments + ["-o", "whole", "--json"], folder: folder)
      #expect(whole.status == 0, "\(whole.errors)")
      #expect(
        try readFile(joined(broken, "evaluations.jsonl"))
          == readFile(joined(folder, "whole/evaluations.jsonl"))
      )
      #expect(
        try readFile(joined(broken, "model.safetensors"))
          == readFile(joined(folder, "whole/model.safetensors"))
      )
      let evaluations = try lines(broken, "evaluations.jsonl")
      #expect(evaluations.map { $0["step"] as? Int } == (1...15).map { $0 * 100 })
      let languages = try #require(evaluations[14]["languages"] as? [[String: Any]])
      #expect(languages.map { $0["language"] as? String } == ["en", "b"])
      #expect(languages.map { $0["tokens"] as? Int } == [199, 99])
      let summary = try rest.json()
      let validation = try #require(summary["validation"] as? [String: [String: Any]])
      #expect(validation["last"]?["step"] as? Int == 1500)
      let best = evaluations.compactMap { $0["loss_nats_per_token"] as? Double }.min()
      #expect(validation["best"]?["loss_nats_per_token"] as? Double == best)

      let measured = try isoflop(
        ["model", "evaluate", "--model", broken, "--ids", joined(folder, "a.bin"), "--json", "-q"]
      )
      #expect(
        try measured.json()["loss_nats_per_token"] as? Double
          == languages[0]["loss_nats_per_token"] as? Double
      )
    }
  }

  @Test func earlyStoppingKeepsTheBest() throws {
    try withTemporaryFolder { folder in
      let ids = try writeIDs(folder, name: "ids.bin")
      let held = try writeIDs(folder, name: "held.bin", count: 100, from: 5)
      let output = joined(folder, "run")
      let run = try train(
        ids,
        output,
        ["--steps", "200", "--validation", held, "--evaluate-every", "5"]
          + ["--early-stopping", "2", "--min-improvement", "9", "--json"]
      )
      #expect(run.status == 0, "\(run.errors)")
      let summary = try run.json()
      #expect(summary["stopped_early"] as? Bool == true)
      #expect(summary["steps"] as? Int == 15 && summary["model_step"] as? Int == 5)
      #expect(summary["tokens"] as? Int == 15 * 64)
      let measured = try isoflop(
        ["model", "evaluate", "--model", output, "--ids", held, "--json", "-q"]
      )
      let first = try lines(output, "evaluations.jsonl")[0]
      #expect(
        try measured.json()["loss_nats_per_token"] as? Double
          == first["loss_nats_per_token"] as? Double
      )
    }
  }

  @Test func theOperationsTaskIsLearnedAndResumed() throws {
    try withTemporaryFolder { folder in
      let arguments = [
        "model", "train", "--preset", "operations", "--task", "operations", "--epochs", "3",
        "--examples", "3000", "--seed", "5", "-q",
      ]
      let (whole, broken) = (joined(folder, "whole"), joined(folder, "broken"))
      let run = try isoflop(arguments + ["-o", whole, "--json"])
      #expect(run.status == 0, "\(run.errors)")
      let epochs = try lines(whole, "epochs.jsonl")
      #expect(epochs.map { $0["epoch"] as? Int } == [0, 1, 2, 3])
      for key in [
        "training_loss", "validation_loss", "training_accuracy", "validation_accuracy",
        "confidence",
      ] {
        #expect(epochs.allSatisfy { $0[key] is Double }, "\(key)")
      }
      #expect((epochs[3]["accuracy"] as? [String: Double])?.count == 10)
      #expect((epochs[3]["attention_entropy_bits"] as? [[Double]])?.map(\.count) == [4, 4])
      #expect((epochs[3]["gradient_norms"] as? [String: Double])?["head"] ?? 0 > 0)
      let accuracy = try #require(run.json()["validation_accuracy"] as? Double)
      #expect(accuracy == epochs[3]["validation_accuracy"] as? Double)
      #expect(accuracy > (epochs[0]["validation_accuracy"] as? Double ?? 1) + 0.1)

      let stopped = try isoflop(
        arguments + ["-o", broken],
        interruptWhenExists: joined(broken, "epochs.jsonl")
      )
      #expect(stopped.status == 130, "\(stopped.errors)")
      let rest = try isoflop(["model", "train", "--resume", broken, "-q"])
      #expect(rest.status == 0, "\(rest.errors)")
      #expect(
        try readFile(joined(broken, "epochs.jsonl")) == readFile(joined(whole, "epochs.jsonl"))
      )
      #expect(
        try readFile(joined(broken, "model.safetensors"))
          == readFile(joined(whole, "model.safetensors"))
      )
    }
  }

  /// A limit on the size of files stands for a full disk: the write fails in the same place.
  @Test func aFullDiskLeavesTheLastCheckpoint() throws {
    try withTemporaryFolder { folder in
      let ids = try writeIDs(folder, name: "ids.bin")
      let output = joined(folder, "run")
      let stopped = try isoflop(
        ["model", "train", "--ids", ids, "-o", output, "--preset", "nano-1", "--vocab-size", "60"]
          + ["--steps", "500", "--checkpoint-interval", "0"],
        interruptWhenExists: joined(output, "plan.json")
      )
      #expect(stopped.status == 130, "\(stopped.errors)")
      let checkpoints = joined(output, "checkpoint")
      let name = try #require(try fileNames(in: checkpoints).first)
      let bytes = try readFile(joined(checkpoints, name))
      let program = Bundle.main.bundleURL.appendingPathComponent("isoflop").path
      let full = Process()
      full.executableURL = URL(fileURLWithPath: "/bin/sh")
      full.arguments = [
        "-c", "ulimit -f \(bytes.count / 1024 / 2); exec \"$@\"", "sh", program, "model", "train",
        "--resume", output, "-q",
      ]
      let errors = Pipe()
      full.standardError = errors
      try full.run()
      full.waitUntilExit()
      let message = String(
        decoding: errors.fileHandleForReading.readDataToEndOfFile(),
        as: UTF8.self
      )
      #expect(full.terminationStatus == 1, "\(full.terminationReason) \(message)")
      #expect(message.contains("\(joined(checkpoints, "step-"))"), "\(message)")
      // The checkpoint is the old one, nothing half lies beside it, and the run goes on from it.
      #expect(try fileNames(in: checkpoints) == [name])
      #expect(try readFile(joined(checkpoints, name)) == bytes)
      let again = try isoflop(["model", "train", "--resume", output, "-q"])
      #expect(again.status == 0, "\(again.errors)")
    }
  }

  @Test func dropoutIsTheModelsOwnUnlessSaid() throws {
    try withTemporaryFolder { folder in
      let ids = try writeIDs(folder, name: "ids.bin")
      let model = joined(folder, "model")
      let made = try isoflop(
        ["model", "init", "--preset", "nano-1", "--vocab-size", "60", "--layers", "1"]
          + ["--context", "16", "--dropout", "0.25", "-o", model]
      )
      #expect(made.status == 0, "\(made.errors)")
      let described = try isoflop(["model", "describe", "--blueprint", model])
      #expect(described.output.contains("Training drops 25.0 % of embeddings"))

      func train(_ name: String, _ more: String...) throws -> CommandResult {
        try isoflop(
          ["model", "train", "--init", model, "--ids", ids, "--steps", "6", "--batch", "4"]
            + ["-o", joined(folder, name)] + more
        )
      }
      let note = "--dropout 0 keeps all"
      #expect(try train("own").errors.contains(note))
      #expect(try train("said", "--dropout", "0.25").errors.contains(note) == false)
      #expect(try train("threads", "--dropout", "0.25", "--threads", "3").status == 0)
      #expect(try train("none", "--dropout", "0").status == 0)
      let own = try losses(joined(folder, "own"))
      #expect(try losses(joined(folder, "said")) == own)
      #expect(try losses(joined(folder, "threads")) == own)
      let none = try losses(joined(folder, "none"))
      #expect(zip(own, none).allSatisfy { $0 != $1 })
      let kept = try isoflop(["model", "describe", "--blueprint", joined(folder, "none"), "--json"])
      let shape = try #require(kept.json()["shape"] as? [String: Any])
      #expect((shape["dropout"] as? [String: Double])?["attention"] == 0)

      let finetuned = try isoflop(
        ["model", "finetune", "--model", joined(folder, "none"), "--ids", ids, "--steps", "2"]
          + ["--dropout", "0.5", "-n", "--json"]
      )
      let dropout = try finetuned.json()["dropout"] as? [String: Double]
      #expect(dropout == ["embedding": 0.5, "attention": 0.5, "residual": 0.5])
    }
  }

  @Test func anInterruptedRunWithDropoutGoesOnToTheBit() throws {
    try withTemporaryFolder { folder in
      let ids = try writeIDs(folder, name: "ids.bin")
      let (whole, broken) = (joined(folder, "whole"), joined(folder, "broken"))
      let options = ["--steps", "1500", "--dropout", "0.2", "--checkpoint-interval", "0"]
      let run = try train(ids, whole, options)
      #expect(run.status == 0, "\(run.errors)")
      let stopped = try isoflop(
        ["model", "train", "--ids", ids, "-o", broken, "-q"] + small + options,
        interruptWhenExists: joined(broken, "checkpoint")
      )
      #expect(stopped.status == 130, "\(stopped.errors)")
      let rest = try isoflop(["model", "train", "--resume", broken, "-q", "--threads", "2"])
      #expect(rest.status == 0, "\(rest.errors)")
      #expect(try losses(broken) == losses(whole))
      #expect(
        try readFile(joined(broken, "model.safetensors"))
          == readFile(joined(whole, "model.safetensors"))
      )
    }
  }

  /// A disk that is full from the start ends the run at its first checkpoint.
  @Test func aDiskThatIsFullAtFirstIsTold() throws {
    try withTemporaryFolder { folder in
      let ids = try writeIDs(folder, name: "ids.bin")
      let output = joined(folder, "run")
      let program = Bundle.main.bundleURL.appendingPathComponent("isoflop").path
      let full = Process()
      full.executableURL = URL(fileURLWithPath: "/bin/sh")
      full.arguments = [
        "-c", "ulimit -f 16; exec \"$@\"", "sh", program, "model", "train", "--ids", ids, "-o",
        output, "--steps", "50", "-q", "--checkpoint-interval", "0",
      ]
      full.arguments? += small
      let errors = Pipe()
      full.standardError = errors
      try full.run()
      full.waitUntilExit()
      let message = String(
        decoding: errors.fileHandleForReading.readDataToEndOfFile(),
        as: UTF8.self
      )
      #expect(full.terminationStatus == 1, "\(full.terminationReason) \(message)")
      #expect(message.contains(joined(output, "checkpoint/step-")), "\(message)")
      #expect(try fileNames(in: joined(output, "checkpoint")).isEmpty)
      // With room again it starts over from its plan.
      let again = try isoflop(["model", "train", "--resume", output, "-q"])
      #expect(again.status == 0, "\(again.errors)")
    }
  }

  @Test func aModelWithoutNumbersHasNoLoss() throws {
    try withTemporaryFolder { folder in
      let ids = try writeIDs(folder, name: "ids.bin")
      let model = joined(folder, "model")
      _ = try isoflop(
        ["model", "init", "--preset", "nano-1", "--vocab-size", "60", "-o", model]
      )
      let path = joined(model, "model.safetensors")
      var bytes = try readFile(path)
      bytes.replaceSubrange(
        bytes.count - 8..<bytes.count,
        with: [0, 0, 0xC0, 0x7F, 0, 0, 0xC0, 0x7F]
      )
      try writeFile(path, bytes)
      let run = try isoflop(["model", "evaluate", "--model", model, "--ids", ids, "-q"])
      #expect(run.status == 1 && run.output.isEmpty)
      #expect(run.errors.contains("is not a number"), "\(run.errors)")
      let train = try self.train(ids, joined(folder, "run"), ["--steps", "2", "--lr", "1e9"])
      #expect(train.status == 1 && !train.errors.contains("-nan"), "\(train.errors)")
    }
  }

  @Test(arguments: [
    "--ids x --steps 1 --dropout 1", "--ids x --steps 1 --dropout -0.1",
    "--ids x --steps 1 --dropout nan", "--ids x --steps 1 --momentum 0.5",
    "--ids x --steps 1 --optimizer sgd --beta1 0.5",
    "--ids x --steps 1 --evaluate-every 5", "--ids x --steps 1 --early-stopping 2",
    "--ids x --steps 1 --validation v --min-improvement 1", "--ids x --steps 1 --epochs 2",
    "--task operations --ids x", "--task operations --steps 4", "--task operations --context 4",
    "--ids x --steps 1 --initialization mup", "--ids x --steps 1 --accumulate 1.5",
  ])
  func wrongUsageExitsWith64(line: String) throws {
    let run = try isoflop(
      ["model", "train", "--preset", "operations", "-o", "y"]
        + line.split(separator: " ").map(String.init)
    )
    #expect(run.status == 64, "\(run.errors)")
    #expect(run.output.isEmpty && run.errors.hasPrefix("Error: "))
  }

  @Test func muPWeightsAreDrawnForTheirWidth() throws {
    try withTemporaryFolder { folder in
      let output = joined(folder, "wide")
      let drawn = try isoflop(
        [
          "model", "init", "--preset", "nano-1", "--init", "mup", "--base-width", "16", "-o",
          output,
        ]
      )
      #expect(drawn.status == 0, "\(drawn.errors)")
      #expect(drawn.output.contains("--base-width 16"))
      let missing = try isoflop(
        ["model", "init", "--preset", "nano-1", "--init", "mup", "-o", output]
      )
      #expect(missing.status == 64)
    }
  }
}
