import Files
import Foundation
import TestSupport
import Testing

/// `model train` in several processes; `Scripts/test-mpi` names the launcher.
@Suite(
  .enabled(
    if: ProcessInfo.processInfo.environment["ISOFLOP_LAUNCHER"] != nil,
    "needs a build with MPI: Scripts/test-mpi"
  ),
  .serialized
)
struct RankTrainingTests {
  private func launcher(_ ranks: Int) -> [String] {
    let words = ProcessInfo.processInfo.environment["ISOFLOP_LAUNCHER"] ?? ""
    return words.split(separator: " ").map(String.init) + ["-n", String(ranks)]
  }

  /// Ids below 60 in which each follows from the one before, as 16-bit numbers.
  private func writeIDs(_ folder: String) throws -> String {
    let path = joined(folder, "ids.bin")
    let ids = (0..<3000).map { UInt16($0 * $0 % 59) }
    try writeFile(path, ids.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)] })
    return path
  }

  /// Dropout too depends on a window's place in the whole batch, not on its rank.
  private func arguments(_ folder: String, _ name: String, steps: Int) throws -> [String] {
    [
      "model", "train", "--ids", try writeIDs(folder), "-o", joined(folder, name), "-q",
      "--preset", "nano-1", "--vocab-size", "60", "--layers", "2", "--context", "16",
      "--batch", "8", "--steps", String(steps), "--lr", "3e-3", "--threads", "1",
      "--dropout", "0.1",
    ]
  }

  /// The metrics without the speed, which no two runs share.
  private func metrics(_ folder: String, _ name: String) throws -> [[String: Double]] {
    let path = joined(joined(folder, name), "metrics.jsonl")
    return try String(decoding: readFile(path), as: UTF8.self).split(separator: "\n").map { line in
      let value = try JSONSerialization.jsonObject(with: Data(line.utf8))
      var record = try #require(value as? [String: Double])
      record["tokens_per_second"] = nil
      return record
    }
  }

  private func weights(_ folder: String, _ name: String) throws -> [UInt8] {
    try readFile(joined(joined(folder, name), "model.safetensors"))
  }

  @Test(arguments: [2, 4])
  func ranksTrainWhatOneProcessTrains(ranks: Int) throws {
    try withTemporaryFolder { folder in
      let one = try isoflop(try arguments(folder, "one", steps: 20))
      #expect(one.status == 0, "\(one.errors)")
      for name in ["many", "again"] {
        let many = try isoflop(
          try arguments(folder, name, steps: 20) + ["--json"],
          launcher: launcher(ranks)
        )
        #expect(many.status == 0, "\(many.errors)")
        // One rank alone speaks: the output is one object.
        #expect(try many.json()["tokens"] as? Int == 20 * 8 * 16)
      }
      let (alone, together) = (try metrics(folder, "one"), try metrics(folder, "many"))
      #expect(alone.count == 20 && together.count == 20)
      for (alone, together) in zip(alone, together) {
        let (expected, found) = (alone["loss"] ?? 0, together["loss"] ?? 0)
        #expect(abs(found - expected) <= 1e-6 * expected, "step \(alone["step"] ?? 0)")
      }
      #expect(try weights(folder, "many") == weights(folder, "again"))
      #expect(try metrics(folder, "again") == together)

      // The same micro-batches in one process: the same bits.
      let parts = try isoflop(
        try arguments(folder, "parts", steps: 20) + ["--accumulate", String(ranks)]
      )
      #expect(parts.status == 0, "\(parts.errors)")
      #expect(try metrics(folder, "parts") == together)
      #expect(try weights(folder, "parts") == weights(folder, "many"))
    }
  }

  @Test(arguments: [(4, 2), (2, 4), (4, 1), (1, 4)])
  func aRunGoesOnOnAnotherNumberOfRanksToTheBit(before: Int, after: Int) throws {
    try withTemporaryFolder { folder in
      let parts = ["--accumulate", "4", "--checkpoint-interval", "0"]
      let whole = try isoflop(try arguments(folder, "whole", steps: 400) + parts)
      #expect(whole.status == 0, "\(whole.errors)")
      let broken = try isoflop(
        try arguments(folder, "broken", steps: 400) + parts,
        launcher: launcher(before),
        meanwhile: { launcher in try endOneRank(of: launcher, joined(folder, "broken"), before) }
      )
      #expect(broken.status != 0)
      let done = try metrics(folder, "broken").count
      #expect(done > 0 && done < 400, "\(done) steps")
      let rest = try isoflop(
        ["model", "train", "--resume", joined(folder, "broken"), "-q", "--threads", "1"],
        launcher: launcher(after)
      )
      #expect(rest.status == 0, "\(rest.errors)")
      #expect(try metrics(folder, "whole") == metrics(folder, "broken"))
      #expect(try weights(folder, "whole") == weights(folder, "broken"))
    }
  }

  /// Kills the last of the processes that a launcher started, when a checkpoint has been written.
  private func endOneRank(of launcher: Int32, _ run: String, _ count: Int) throws {
    let checkpoints = joined(run, "checkpoint")
    wait {
      let names = (try? FileManager.default.contentsOfDirectory(atPath: checkpoints)) ?? []
      return names.contains { $0.hasSuffix(".safetensors") }
    }
    let ranks = try ranks(of: launcher)
    #expect(ranks.count == count)
    if let last = ranks.last { kill(last, SIGKILL) }
  }

  /// The ranks that a launcher started, itself or by a helper for another host.
  private func ranks(of launcher: Int32) throws -> [Int32] {
    let list = try readFile("/proc/\(launcher)/task/\(launcher)/children")
    let children = String(decoding: list, as: UTF8.self).split(separator: " ")
    return try children.compactMap { Int32($0) }.flatMap { child in
      let name = String(decoding: try readFile("/proc/\(child)/comm"), as: UTF8.self)
      return name == "isoflop\n" ? [child] : try ranks(of: child)
    }
  }

  /// Waits until something holds, half a minute at most.
  private func wait(_ holds: () -> Bool) {
    for _ in 0..<3000 where !holds() { Thread.sleep(forTimeInterval: 0.01) }
  }

  @Test func theFirstRankMeasuresAndStopsAllEarly() throws {
    try withTemporaryFolder { folder in
      let measured = [
        "--validation", try writeIDs(folder), "--evaluate-every", "5",
        "--early-stopping", "1", "--lr", "1",
      ]
      for (name, launcher, parts) in [
        ("one", [], ["--accumulate", "2"]), ("two", launcher(2), []),
      ] {
        let arguments = try arguments(folder, name, steps: 400).filter {
          $0 != "3e-3" && $0 != "--lr"
        }
        let run = try isoflop(arguments + measured + parts, launcher: launcher)
        #expect(run.status == 0, "\(run.errors)")
      }
      let steps = try metrics(folder, "two").count
      #expect(steps < 400, "\(steps) steps")
      #expect(try metrics(folder, "one") == metrics(folder, "two"))
      #expect(try weights(folder, "one") == weights(folder, "two"))
      let evaluations = try ["one", "two"].map {
        try readFile(joined(joined(folder, $0), "evaluations.jsonl"))
      }
      #expect(evaluations[0] == evaluations[1])
    }
  }

  @Test func whatDoesNotFitIsToldOnce() throws {
    try withTemporaryFolder { folder in
      let uneven = try isoflop(
        try arguments(folder, "uneven", steps: 5),
        launcher: launcher(3)
      )
      #expect(uneven.status == 1, "\(uneven.errors)")
      #expect(uneven.errors.components(separatedBy: "equal parts for 3 ranks").count == 2)
      let path = joined(folder, "odd.bin")
      try writeFile(path, [1, 2, 3])
      let odd = try isoflop(
        try arguments(folder, "odd", steps: 5) + ["--ids", path],
        launcher: launcher(2)
      )
      #expect(odd.status == 1 && odd.errors.contains("odd.bin"), "\(odd.errors)")
    }
  }

  @Test func aRankThatIsAskedToStopStopsAllWithACheckpoint() throws {
    try withTemporaryFolder { folder in
      let run = joined(folder, "run")
      let metrics = joined(run, "metrics.jsonl")
      let stopped = try isoflop(
        try arguments(folder, "run", steps: 100_000),
        launcher: launcher(2),
        meanwhile: { launcher in
          wait { FileManager.default.fileExists(atPath: metrics) }
          // Not the launcher: it may inherit from a test runner that the signal is blocked.
          if let last = try ranks(of: launcher).last { kill(last, SIGTERM) }
        }
      )
      #expect(stopped.status != 0)
      #expect(stopped.errors.contains("Interrupted. Go on with: isoflop model train --resume"))
      let checkpoints = try FileManager.default.contentsOfDirectory(
        atPath: joined(run, "checkpoint")
      )
      #expect(checkpoints.contains { $0.hasSuffix(".safetensors") })
    }
  }
}
