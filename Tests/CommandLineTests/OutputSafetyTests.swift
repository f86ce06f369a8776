import Files
import Foundation
import TestSupport
import Testing

/// What is printed is printed, and what is read stays.
@Suite struct OutputSafetyTests {
  @Test(.enabled(if: FileManager.default.fileExists(atPath: "/dev/full")))
  func resultsThatCannotBePrintedAreAnError() throws {
    try withTemporaryFolder { folder in
      let (text, tokenizer) = (joined(folder, "en.txt"), joined(folder, "t.json"))
      try writeFile(text, "one\ntwo\n")
      let train = ["tokenizer", "train", "--corpus", text, "--vocab-size", "258"]
      #expect(try isoflop(train + ["-o", tokenizer]).status == 0)
      let cases = [
        ["model", "describe", "--preset", "nano-1"],
        ["tokenizer", "encode", "--tokenizer", tokenizer, "one"],
        ["tokenizer", "encode", "--tokenizer", tokenizer, "--corpus", text, "--json"],
        ["tokenizer", "decode", "--tokenizer", tokenizer, "70", "71"],
        ["tokenizer", "inspect", tokenizer], train + ["-n", "-o", joined(folder, "o.json")],
        ["tokenizer", "count", text, "-o", joined(folder, "en.counts")],
      ]
      for arguments in cases {
        let result = try isoflop(arguments, launcher: ["sh", "-c", "\"$0\" \"$@\" > /dev/full"])
        #expect(result.status == 1, "\(arguments)")
        #expect(
          result.errors.contains("Error: Cannot write standard output: No space left on device.\n"),
          "\(arguments) \(result.errors)"
        )
      }
    }
  }

  @Test func nothingIsWrittenOverWhatIsRead() throws {
    try withTemporaryFolder { folder in
      for name in ["en.txt", "hi.txt"] { try writeFile(joined(folder, name), "one\ntwo\nthree\n") }
      let train = ["tokenizer", "train", "--vocab-size", "259"]
      #expect(
        try isoflop(train + ["--corpus", "en.txt", "-o", "t.json"], folder: folder).status == 0
      )
      try writeFile(joined(folder, "o.json"), try readFile(joined(folder, "t.json")))
      let cases = [
        train + ["--corpus", "en.txt", "-o", "en.txt"], train + ["--corpus", ".", "-o", "hi.txt"],
        train + ["--corpus", "en.txt", "--like", "t.json", "-o", "./t.json"],
        ["tokenizer", "count", "en.txt", "-o", "en.txt"],
        ["tokenizer", "encode", "--tokenizer", "t.json", "--corpus", "en.txt", "-o", "en.txt"],
        ["tokenizer", "encode", "--tokenizer", "t.json", "--corpus", "en.txt", "-o", "t.json"],
        ["tokenizer", "prune", "--tokenizer", "t.json", "--size", "258", "-o", "t.json"],
        [
          "tokenizer", "extend", "--tokenizer", "t.json", "--corpus", "en.txt", "--add", "3", "-o",
          "t.json",
        ],
        ["tokenizer", "merge", "t.json", "o.json", "-o", "o.json"],
      ]
      for arguments in cases {
        let result = try isoflop(arguments, folder: folder)
        #expect(result.status == 64, "\(arguments)")
        #expect(result.errors.contains("would be written over itself"), "\(result.errors)")
      }
      #expect(
        try readFile(joined(folder, "hi.txt")) == readFile(joined(folder, "en.txt"))
          && readFile(joined(folder, "t.json")) == readFile(joined(folder, "o.json"))
      )
    }
  }

  @Test func standardInputIsReadOnce() throws {
    try withTemporaryFolder { folder in
      try writeFile(joined(folder, "en.txt"), "one two\n")
      let train = ["tokenizer", "train", "--vocab-size", "258", "-o", "t.json", "--corpus"]
      #expect(try isoflop(train + ["en.txt"], folder: folder).status == 0)
      let twice = [
        ["corpus", "stats", "-", "-"], train + ["-", "--corpus", "-"],
        ["tokenizer", "encode", "--tokenizer", "t.json", "--corpus", "-", "--corpus", "-"],
      ]
      for arguments in twice {
        let result = try isoflop(arguments, input: "one\n", folder: folder)
        #expect(result.status == 1, "\(arguments)")
        #expect(result.errors.contains("Standard input is named twice"), "\(result.errors)")
      }
      for arguments in [["encode", "--tokenizer", "-"], ["decode", "--tokenizer", "-"]] {
        let result = try isoflop(["tokenizer"] + arguments, input: "{}", folder: folder)
        #expect(result.status == 64, "\(arguments)")
        #expect(result.errors.contains("Standard input is the tokenizer"), "\(result.errors)")
      }
    }
  }
}
