import Files
import Foundation
import TestSupport
import Testing

/// `model train`, `finetune` and `evaluate` as processes, on a file of ids small enough for a test.
@Suite struct TrainCommandTests {
  /// Ids below 60 in which each follows from the one before, as 16-bit numbers.
  private func writeIDs(_ folder: String, count: Int = 3000, name: String = "ids.bin") throws
    -> String
  {
    let path = joined(folder, name)
    try writeFile(
      path,
      (0..<count).flatMap { position in
        let id = UInt16(position * position % 59)
        return [UInt8(truncatingIfNeeded: id), UInt8(id >> 8)]
      }
    )
    return path
  }

  private let small = [
    "--preset", "nano-1", "--vocab-size", "60", "--layers", "1", "--context", "16", "--batch", "4",
  ]

  private func train(_ ids: String, _ output: String, _ more: String...) throws -> CommandResult {
    try isoflop(["model", "train", "--ids", ids, "-o", output, "-q"] + small + more)
  }

  private func metrics(_ folder: String) throws -> [[String: Double]] {
    try String(decoding: readFile(joined(folder, "metrics.jsonl")), as: UTF8.self)
      .split(separator: "\n").map { line in
        let value = try JSONSerialization.jsonObject(with: Data(line.utf8))
        var record = try #require(value as? [String: Double])
        record["tokens_per_second"] = nil
        return record
      }
  }

  @Test func aRunLeavesAModelAndItsRecords() throws {
    try withTemporaryFolder { folder in
      let ids = try writeIDs(folder)
      let output = joined(folder, "run")
      let run = try train(ids, output, "--steps", "40", "--lr", "1e-2", "--json")
      #expect(run.status == 0, "\(run.errors)")
      #expect(try run.json()["tokens"] as? Int == 40 * 4 * 16)
      for file in [
        "config.json", "model.safetensors", "generation_config.json", "plan.json", "metrics.jsonl",
        "summary.json",
      ] {
        #expect(try fileKind(joined(output, file)) == .file, "\(file)")
      }
      #expect(try fileKind(joined(output, "checkpoint")) == nil)
      let metrics = try metrics(output)
      #expect(metrics.count == 40)
      #expect(
        Set(metrics[0].keys) == ["step", "tokens", "flops", "loss", "lr", "grad_norm"]
      )
      let (first, last) = (metrics[0]["loss"] ?? 0, metrics[39]["loss"] ?? .infinity)
      #expect(abs(first - 4.09) < 0.3 && last < first - 0.5)

      let measured = try isoflop(
        ["model", "evaluate", "--model", output, "--ids", ids, "--json", "-q"]
      )
      #expect(measured.status == 0, "\(measured.errors)")
      let loss = try #require(try measured.json()["loss_nats_per_token"] as? Double)
      #expect(try measured.json()["tokens"] as? Int == 2999)
      #expect(loss < first - 0.5)
      let strided = try isoflop(
        ["model", "evaluate", "--model", output, "--ids", ids, "--stride", "5", "--json", "-q"]
      )
      #expect(try strided.json()["tokens"] as? Int == 2999)
      #expect(try strided.json()["loss_nats_per_token"] as? Double != loss)

      // A second call replaces nothing unasked, and a finished run is not gone on with.
      let again = try train(ids, output, "--steps", "40")
      #expect(again.status == 1 && again.errors.contains("--force"))
      let resumed = try isoflop(["model", "train", "--resume", output])
      #expect(resumed.status == 0 && resumed.errors.contains("finished"))

      let tuned = joined(folder, "tuned")
      let on = try isoflop(
        [
          "model", "finetune", "--model", output, "--ids", ids, "--steps", "2", "--batch", "2",
          "-o", tuned, "-q",
        ]
      )
      #expect(on.status == 0, "\(on.errors)")
      #expect(abs((try self.metrics(tuned)[0]["loss"] ?? 0) - loss) < 0.7)
    }
  }

  @Test func anInterruptedRunGoesOnToTheBit() throws {
    try withTemporaryFolder { folder in
      let ids = try writeIDs(folder)
      let (whole, broken) = (joined(folder, "whole"), joined(folder, "broken"))
      let arguments = ["--steps", "1500", "--lr", "1e-3"]
      let first = try isoflop(
        ["model", "train", "--ids", ids, "-o", broken] + small + arguments,
        interruptWhenExists: joined(broken, "plan.json")
      )
      #expect(first.status == 130, "\(first.errors)")
      #expect(first.errors.contains("--resume \(broken)"))
      #expect(try fileKind(joined(broken, "model.safetensors")) == nil)
      let blocked = try train(ids, broken, "--steps", "1500")
      #expect(blocked.status == 1 && blocked.errors.contains("--resume"))
      let rest = try isoflop(["model", "train", "--resume", broken, "--threads", "1", "-q"])
      #expect(rest.status == 0, "\(rest.errors)")
      _ = try isoflop(
        ["model", "train", "--ids", ids, "-o", whole, "--threads", "2", "-q"] + small + arguments
      )
      #expect(try metrics(whole) == metrics(broken))
      #expect(
        try readFile(joined(whole, "model.safetensors"))
          == readFile(joined(broken, "model.safetensors"))
      )
    }
  }

  @Test func aResumedRunRefusesWhatHasChanged() throws {
    try withTemporaryFolder { folder in
      let ids = try writeIDs(folder)
      let output = joined(folder, "run")
      let stopped = try isoflop(
        ["model", "train", "--ids", ids, "-o", output, "--steps", "100000"] + small,
        interruptWhenExists: joined(output, "plan.json")
      )
      #expect(stopped.status == 130, "\(stopped.errors)")
      var bytes = try readFile(ids)
      bytes[100] ^= 1
      try writeFile(ids, bytes)
      let changed = try isoflop(["model", "train", "--resume", output])
      #expect(changed.status == 1 && changed.errors.contains("not what the run was started with"))

      _ = try writeIDs(folder)
      let checkpoints = joined(output, "checkpoint")
      let path = joined(checkpoints, try #require(try fileNames(in: checkpoints).first))
      try writeFile(path, try readFile(path).dropLast(9))
      let damaged = try isoflop(["model", "train", "--resume", output])
      #expect(damaged.status == 1 && damaged.errors.contains("cannot be resumed from"))
      #expect(try isoflop(["model", "train", "--resume", folder]).status == 1)
    }
  }

  @Test func aDryRunWritesNothing() throws {
    try withTemporaryFolder { folder in
      let ids = try writeIDs(folder)
      let run = try train(ids, joined(folder, "run"), "--tokens-per-param", "2", "-n", "--json")
      #expect(run.status == 0, "\(run.errors)")
      let parameters = try #require(try run.json()["parameters"] as? [String: Int])
      let tokens = try #require(try run.json()["tokens"] as? Int)
      #expect(abs(tokens - 2 * (parameters["total"] ?? 0)) <= 32)
      #expect(try run.json()["estimated_seconds"] is Double)
      #expect(try fileKind(joined(folder, "run")) == nil)
    }
  }

  @Test func filesOfOtherProgramsAreReadAsTheyAre() throws {
    try withTemporaryFolder { folder in
      let ids = try writeIDs(folder)
      // llm.c puts 256 numbers of 32 bits before the ids.
      let header = [20_240_520, 1, 3000] + [Int](repeating: 0, count: 253)
      let other = joined(folder, "llmc.bin")
      try writeFile(
        other,
        header.flatMap { number in (0..<4).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) } }
          + readFile(ids)
      )
      for (path, name) in [(ids, "a"), (other, "b")] {
        let run = try train(path, joined(folder, name), "--steps", "3")
        #expect(run.status == 0, "\(run.errors)")
      }
      #expect(
        try readFile(joined(folder, "a/model.safetensors"))
          == readFile(joined(folder, "b/model.safetensors"))
      )
    }
  }

  @Test func badIDsAreFoundBeforeAnythingIsTrained() throws {
    try withTemporaryFolder { folder in
      let ids = try writeIDs(folder)
      let output = joined(folder, "run")
      let foreign = try isoflop(
        ["model", "train", "--preset", "nano-1", "--vocab-size", "20", "--ids", ids, "-o", output]
          + ["--steps", "2"]
      )
      #expect(foreign.status == 1 && foreign.errors.contains("its id is 25"), "\(foreign.errors)")
      let short = try train(try writeIDs(folder, count: 16, name: "short.bin"), output, "--steps=2")
      #expect(short.status == 1 && short.errors.contains("shorter than one window"))
      let odd = joined(folder, "odd.bin")
      try writeFile(odd, try readFile(ids).dropLast())
      let half = try train(odd, output, "--steps", "2")
      #expect(half.status == 1 && half.errors.contains("whole number of ids"))
      #expect(try fileKind(joined(output, "metrics.jsonl")) == nil)
      let readOnly = try train(ids, "/dev/null/run", "--steps", "2")
      #expect(readOnly.status == 1 && readOnly.errors.hasPrefix("Error: "))
    }
  }

  @Test func aCorpusIsMeasuredLanguageByLanguage() throws {
    try withTemporaryFolder { folder in
      let texts = joined(folder, "texts")
      try createFolder(texts)
      let lines = (0..<60).map { "the cat sees \($0 * 7 % 13) birds and \($0 % 7) fish" }
      try writeFile(joined(texts, "en.txt"), lines.joined(separator: "\n") + "\n")
      try writeFile(joined(texts, "qaa.txt"), lines.map { $0 + " ёё" }.joined(separator: "\n"))
      let tokenizer = joined(folder, "tokenizer.json")
      let ids = joined(folder, "ids.bin")
      let made = try isoflop(
        ["tokenizer", "train", "--corpus", texts, "--vocab-size", "290", "-o", tokenizer]
      )
      #expect(made.status == 0, "\(made.errors)")
      let encoded = try isoflop(
        ["tokenizer", "encode", "--tokenizer", tokenizer, "--corpus", texts, "--ids-output", ids]
      )
      #expect(encoded.status == 0, "\(encoded.errors)")
      let model = joined(folder, "model")
      let trained = try isoflop(
        [
          "model", "train", "--preset", "nano-1", "--layers", "1", "--context", "32", "--batch",
          "2", "--ids", ids, "--tokenizer", tokenizer, "--steps", "3", "-o", model, "-q",
        ]
      )
      #expect(trained.status == 0, "\(trained.errors)")
      #expect(try readFile(joined(model, "tokenizer.json")) == readFile(tokenizer))
      let losses = joined(folder, "losses.csv")
      let measured = try isoflop(
        [
          "model", "evaluate", "--model", model, "--corpus", texts, "--losses", losses, "--json",
          "-q",
        ]
      )
      #expect(measured.status == 0, "\(measured.errors)")
      let languages = try #require(try measured.json()["languages"] as? [[String: Any]])
      #expect(languages.map { $0["language"] as? String } == ["en", "qaa"])
      #expect(languages.allSatisfy { $0["segments"] as? Int == 6 })
      let gap = try isoflop(["gap", "--losses", losses, "--json"])
      #expect(gap.status == 0, "\(gap.errors)")
      let gaps = try #require(try gap.json()["languages"] as? [[String: Any]])
      #expect(
        gaps[1]["bits_per_segment"] as? Double == languages[1]["bits_per_segment"] as? Double
      )

      // A tokenizer of another vocabulary is not laid beside ids it did not make.
      let other = joined(folder, "other.json")
      _ = try isoflop(
        ["tokenizer", "train", "--corpus", texts, "--vocab-size", "280", "-o", other]
      )
      let foreign = try isoflop(
        [
          "model", "train", "--preset", "nano-1", "--vocab-size", "290", "--ids", ids,
          "--tokenizer", other, "--steps", "3", "-o", joined(folder, "none"), "-q",
        ]
      )
      #expect(foreign.status == 1 && foreign.errors.contains("is not the tokenizer"))
    }
  }

  @Test func bfloat16IsPlannedTrainedAndEvaluated() throws {
    try withTemporaryFolder { folder in
      let ids = try writeIDs(folder)
      var losses: [Double] = []
      for precision in ["f32", "bf16"] {
        let output = joined(folder, precision)
        let run = try train(ids, output, "--steps", "3", "--precision", precision, "--json")
        #expect(run.status == 0, "\(run.errors)")
        let plan = try String(decoding: readFile(joined(output, "plan.json")), as: UTF8.self)
        #expect(plan.contains("\"\(precision)\""))
        losses.append(try #require(try metrics(output)[2]["loss"]))
        let evaluation = try isoflop(
          [
            "model", "evaluate", "--model", output, "--ids", ids, "--precision", precision,
            "--json",
          ]
        )
        #expect(evaluation.status == 0, "\(evaluation.errors)")
      }
      #expect(losses[0] != losses[1] && abs(losses[0] - losses[1]) < 1e-3, "\(losses)")
      let emulated = try isoflop(
        ["model", "evaluate", "--model", joined(folder, "bf16"), "--ids", ids]
          + ["--precision", "bf16"],
        environment: ["ISOFLOP_KERNELS": "baseline"]
      )
      #expect(emulated.status == 0, "\(emulated.errors)")
      #expect(emulated.errors.contains("no instruction for bfloat16"))
    }
  }

  @Test(arguments: [
    "train --ids x --steps 1 -o y", "train --preset nano-1 --steps 1 -o y",
    "train --preset nano-1 --ids x -o y", "train --preset nano-1 --ids x --steps 1",
    "train --preset nano-1 --ids x --steps 1 --tokens 2 -o y",
    "train --preset nano-1 --ids x --steps 1 --precision f16 -o y",
    "train --preset nothing --ids x --steps 1 -o y", "train --resume x --steps 2",
    "train --preset nano-1 --init z --ids x --steps 1 -o y",
    "train --preset nano-1 --ids x:0 --steps 1 -o y", "finetune --model x --steps 1 -o y",
    "evaluate --model x", "evaluate --model x --ids y --corpus z",
    "evaluate --model x --ids y --context 4 --stride 5", "evaluate --model x --ids y --losses z",
  ])
  func wrongUsageExitsWith64(line: String) throws {
    let run = try isoflop(["model"] + line.split(separator: " ").map(String.init))
    #expect(run.status == 64, "\(run.errors)")
    #expect(run.output.isEmpty && run.errors.hasPrefix("Error: "))
  }
}
