import Files
import Foundation
import TestSupport
import Testing

/// `isoflop tokenizer count|train|extend|prune|merge` as processes.
@Suite struct TokenizerTrainingTests {
  private let everyday = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Corpora/everyday").path

  private func text(_ language: String) -> String { joined(everyday, "\(language).txt") }

  /// Runs the program, which must succeed, and gives what it printed.
  @discardableResult
  private func run(_ arguments: String..., in folder: String) throws -> [String: Any] {
    let result = try isoflop(["tokenizer"] + arguments + ["--json"], folder: folder)
    #expect(result.status == 0, "\(arguments) \(result.errors)")
    // Of several sizes, an object a line.
    return result.output.split(separator: "\n").count == 1 ? try result.json() : [:]
  }

  private func fails(
    _ arguments: [String],
    in folder: String,
    input: String = "",
    status: Int32 = 1
  ) throws -> String {
    let result = try isoflop(["tokenizer"] + arguments, input: input, folder: folder)
    #expect(result.status == status, "\(arguments) \(result.errors)")
    // On a slow machine progress may stand before it.
    #expect(
      result.output.isEmpty && ("\n" + result.errors).contains("\nError: "),
      "\(result.errors)"
    )
    return result.errors
  }

  @Test func countsOfShardsAddUpToTheWhole() throws {
    try withTemporaryFolder { folder in
      for language in ["en", "th", "hi"] {
        try run("count", text(language), "-o", "\(language).counts", in: folder)
      }
      let parts = try run(
        "train",
        "--counts",
        "en.counts",
        "th.counts",
        "hi.counts",
        "--vocab-size",
        "900",
        "-o",
        "parts.json",
        in: folder
      )
      let whole = try run(
        "train",
        "--corpus",
        text("hi"),
        "--corpus",
        text("en"),
        "--corpus",
        text("th"),
        "--vocab-size",
        "900",
        "--threads",
        "2",
        "-o",
        "whole.json",
        in: folder
      )
      let bounded = try run(
        "train",
        "--corpus",
        text("hi"),
        "--corpus",
        text("en"),
        "--corpus",
        text("th"),
        "--vocab-size",
        "900",
        "--threads",
        "1",
        "--memory",
        "128MiB",
        "-o",
        "bounded.json",
        in: folder
      )
      #expect(parts["sha256"] as? String == whole["sha256"] as? String)
      #expect(bounded["sha256"] as? String == whole["sha256"] as? String)
      #expect(try fileNames(in: folder).allSatisfy { !$0.contains("scratch") })
      try run("count", text("en"), "--normalizer", "nfkc", "-o", "other.counts", in: folder)
      let errors = try fails(
        ["train", "--counts", "en.counts", "other.counts", "--vocab-size", "900", "-o", "x.json"],
        in: folder
      )
      #expect(errors.contains("normalization nfkc, not nfc"), "\(errors)")
    }
  }

  @Test func severalSizesAreThoseOfSingleRuns() throws {
    try withTemporaryFolder { folder in
      try run(
        "train",
        "--corpus",
        text("en"),
        "--vocab-size",
        "300,500,1k",
        "-o",
        "t.json",
        in: folder
      )
      for size in [300, 500, 1000] {
        try run(
          "train",
          "--corpus",
          text("en"),
          "--vocab-size",
          "\(size)",
          "-o",
          "one.json",
          in: folder
        )
        #expect(
          try readFile(joined(folder, "one.json")) == readFile(joined(folder, "t-\(size).json"))
        )
      }
    }
  }

  @Test func aVocabularyOfCharactersIsLearnedExtendedPrunedAndMerged() throws {
    try withTemporaryFolder { folder in
      let options = [
        "--alphabet", "characters", "--byte-fallback", "--unknown", "<unk>", "--pre-tokenizer",
        "metaspace", "--normalizer", "none", "--json",
      ]
      for language in ["en", "el"] {
        let trained = try isoflop(
          ["tokenizer", "train", "--corpus", text(language), "--vocab-size", "700"]
            + ["-o", "\(language).json"] + options,
          folder: folder
        )
        #expect(trained.status == 0, "\(trained.errors)")
        #expect(try trained.json()["pre_tokenizer"] as? String == "metaspace")
      }
      let extended = try run(
        "extend",
        "--tokenizer",
        "en.json",
        "--corpus",
        text("el"),
        "--add",
        "100",
        "-o",
        "both.json",
        in: folder
      )
      #expect(extended["vocabulary_size"] as? Int == 800)
      let pruned = try run(
        "prune",
        "--tokenizer",
        "both.json",
        "--keep-corpus",
        text("el"),
        "-o",
        "small.json",
        in: folder
      )
      #expect(try #require(pruned["removed_tokens"] as? Int) > 50)
      let merged = try run("merge", "en.json", "el.json", "-o", "merged.json", in: folder)
      #expect(try #require(merged["shared_tokens"] as? Int) > 256)
      // A count file and another tokenizer's settings lead to the same vocabulary.
      try run("count", text("el"), "--like", "en.json", "-o", "el.counts", in: folder)
      let counted = try run(
        "train",
        "--counts",
        "el.counts",
        "--vocab-size",
        "700",
        "--byte-fallback",
        "--unknown",
        "<unk>",
        "-o",
        "counted.json",
        in: folder
      )
      let like = try run(
        "train",
        "--corpus",
        text("el"),
        "--vocab-size",
        "700",
        "--like",
        "en.json",
        "-o",
        "like.json",
        in: folder
      )
      #expect(counted["sha256"] as? String == like["sha256"] as? String)
      #expect(
        try readFile(joined(folder, "like.json")) == readFile(joined(folder, "el.json"))
      )
      try run(
        "train",
        "--corpus",
        text("en"),
        "--vocab-size",
        "500",
        "--end-of-word-suffix",
        "</w>",
        "-o",
        "suffix.json",
        in: folder
      )
      let errors = try fails(["merge", "en.json", "suffix.json", "-o", "x.json"], in: folder)
      #expect(errors.contains("and both must agree"), "\(errors)")
    }
  }

  @Test func anInterruptedCountingGoesOn() throws {
    try withTemporaryFolder { folder in
      // No two lines alike, so that tables fill and are written out.
      var state: UInt64 = 7
      var text = ""
      for _ in 0..<200_000 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        text += String(state >> 20, radix: 36) + " " + String(state >> 30, radix: 26) + "\n"
      }
      try writeFile(joined(folder, "text.txt"), text)
      let count = ["tokenizer", "count", "text.txt", "--threads", "1", "--memory", "44MiB"]
      let whole = try isoflop(count + ["-o", "whole.counts"], folder: folder)
      #expect(whole.status == 0, "\(whole.errors)")
      let scratch = joined(folder, "part.counts.scratch")
      // A busy machine may notice the file only when the counting is done: then once more.
      var stopped = whole
      for _ in 0..<20 where stopped.status == 0 {
        try? FileManager.default.removeItem(atPath: joined(folder, "part.counts"))
        stopped = try isoflop(
          count + ["-o", "part.counts"],
          folder: folder,
          interruptWhenExists: joined(scratch, "run-1.counts")
        )
      }
      #expect(stopped.status == 130, "\(stopped.errors)")
      #expect(stopped.errors.contains("go on with --resume"))
      let again = try isoflop(count + ["-o", "part.counts"], folder: folder)
      #expect(again.status == 1 && again.errors.contains("go on with it by --resume"))
      let other = try isoflop(
        count + ["--normalizer", "nfkc", "-o", "part.counts", "--resume"],
        folder: folder
      )
      #expect(other.status == 1, "\(other.errors)")
      let rest = try isoflop(count + ["-o", "part.counts", "--resume"], folder: folder)
      #expect(rest.status == 0, "\(rest.errors)")
      #expect(
        try readFile(joined(folder, "part.counts")) == readFile(joined(folder, "whole.counts"))
      )
      #expect(try fileNames(in: folder) == ["part.counts", "text.txt", "whole.counts"])
    }
  }

  @Test func whatIsMissingOrEmptyIsNamed() throws {
    try withTemporaryFolder { folder in
      try writeFile(joined(folder, "empty.txt"), "")
      for name in ["texts", "parallel"] { try createFolder(joined(folder, name)) }
      for language in ["en", "th"] {
        try writeFile(joined(folder, "texts/\(language).txt"), readFile(text(language)))
      }
      try writeFile(joined(folder, "parallel/en.txt"), "one\n")
      func train(_ arguments: String...) throws -> String {
        try fails(["train", "--vocab-size", "400", "-o", "x.json"] + arguments, in: folder)
      }
      #expect(try train("--corpus", "empty.txt").contains("empty"))
      #expect(try train("--corpus", "none.txt").contains("none.txt"))
      #expect(try train("--corpus", "texts", "--balance", "en=1").contains("th"))
      #expect(try train("--corpus", "texts", "--balance", "en=1,th=1,xx=2").contains("xx"))
      #expect(try train("--corpus", "texts", "--parity-corpus", "parallel").contains("th"))
      #expect(try train("--corpus", "texts", "--memory", "1MiB").contains("MiB"))
      #expect(try train("--counts", "empty.txt").contains("empty.txt"))
      #expect(
        try fails(["count", "empty.txt", "-o", "no/such/folder/x"], in: folder).contains("folder")
      )
      let small = try isoflop(
        ["tokenizer", "train", "--corpus", "texts", "--vocab-size", "100", "-o", "small.json"],
        folder: folder
      )
      #expect(small.status == 0 && small.output.contains("257 tokens, 0 merges"))
      #expect(small.errors.contains("more tokens than were asked for"))
    }
  }

  @Test func whatDoesNotFitIsLeftOutOnlyWhereThatIsAskedFor() throws {
    try withTemporaryFolder { folder in
      // Words that occur once, so many that they do not fit, beside some that do.
      var text = String(repeating: "one of the words that occur again and again\n", count: 20)
      for number in 0..<40_000 {
        let letters = (0..<4).map { place in
          String(UnicodeScalar(UInt8(97 + (number >> (4 * place)) & 15)))
        }
        text += "q" + letters.joined() + "xyz".dropLast(number & 1) + "\n"
      }
      try writeFile(joined(folder, "text.txt"), text)
      try run("count", "text.txt", "-o", "text.counts", in: folder)
      let arguments = ["train", "--counts", "text.counts", "--vocab-size", "300"]
      let errors = try fails(arguments + ["--memory", "8MiB", "-o", "x.json"], in: folder)
      #expect(errors.contains("--fit-memory"), "\(errors)")
      let fitted = try isoflop(
        ["tokenizer"] + arguments + ["--memory", "27MiB", "--fit-memory", "-o", "fit.json"],
        folder: folder
      )
      #expect(fitted.status == 0, "\(fitted.errors)")
      #expect(fitted.errors.contains("40000 words"), "\(fitted.errors)")
      let frequent = try isoflop(
        ["tokenizer"] + arguments + ["--min-word-frequency", "2", "-o", "frequent.json"],
        folder: folder
      )
      #expect(frequent.status == 0, "\(frequent.errors)")
      #expect(
        try readFile(joined(folder, "fit.json")) == readFile(joined(folder, "frequent.json"))
      )
      let parity = try fails(
        [
          "train", "--corpus", "text.txt", "--parity-corpus", "text.txt", "--vocab-size", "30000",
          "--threads", "1", "--memory", "45MiB", "-o", "x.json",
        ],
        in: folder
      )
      #expect(parity.contains("MiB are too few"), "\(parity)")
    }
  }

  /// One letter without an end: memory must not grow with it.
  @Test func oneEndlessLineIsRefusedInBoundedMemory() throws {
    try withTemporaryFolder { folder in
      let line = String(repeating: "a", count: 3 << 20)
      let arguments = [
        "train", "--corpus", "-", "--threads", "1", "--memory", "64MiB", "--vocab-size", "400",
        "-o", "x.json",
      ]
      let errors = try fails(arguments, in: folder, input: line)
      #expect(errors.contains("line"), "\(errors)")
      #expect(try fileNames(in: folder).isEmpty)
    }
  }

  @Test(arguments: [
    "train --vocab-size 400", "train --corpus a --counts b --vocab-size 400",
    "train --corpus a", "train --corpus a --vocab-size 0", "train --corpus a --vocab-size 8x",
    "train --corpus a --vocab-size 400 --balance nonsense=x",
    "train --corpus a --vocab-size 400 --balance unimax=x",
    "train --corpus a --vocab-size 400 --parity-window 5",
    "train --corpus a --vocab-size 400 --balance unimax --parity-corpus b",
    "train --corpus a --vocab-size 400 --superwords-from 500",
    "train --counts a --vocab-size 400 --superwords-from 300",
    "train --corpus a --vocab-size 400 --superwords-from 300 --alphabet characters",
    "train --corpus a --vocab-size 400 --superwords-from 300 --superword-length 1",
    "train --corpus a --vocab-size 400 --base-ids bytes --limit-alphabet 20",
    "train --corpus a --vocab-size 400 --base-ids bytes --alphabet characters",
    "train --corpus a --vocab-size 400 --base-ids bytes --end-of-word-suffix x",
    "train --corpus a --vocab-size 400 --alphabet letters",
    "train --corpus a --vocab-size 400 --byte-fallback",
    "train --corpus a --vocab-size 400 --alphabet bytes --unknown x",
    "train --corpus a --vocab-size 400 --alphabet characters --initial-alphabet bytes",
    "train --corpus a --vocab-size 400 --pre-tokenizer metaspace:last",
    "train --corpus a --vocab-size 400 --pre-tokenizer metaspace --pre-tokenizer metaspace",
    "train --corpus a --vocab-size 400 --max-token-length 0",
    "train --corpus a --vocab-size 400 --memory lots", "train --corpus - --resume --vocab-size 400",
    "count", "count a --threads 0", "extend --tokenizer a --add 5", "prune --tokenizer a",
    "merge a",
  ])
  func wrongUsageExitsWith64(line: String) throws {
    let arguments = line.split(separator: " ").map(String.init) + ["-o", "x"]
    try withTemporaryFolder { folder in
      _ = try fails(arguments, in: folder, status: 64)
      #expect(try fileNames(in: folder).isEmpty)
    }
  }
}
