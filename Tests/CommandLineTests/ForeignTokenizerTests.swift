import Files
import Foundation
import TestSupport
import Testing

/// Tokenizers and ids that do not belong to a model, for every command that reads both.
@Suite struct ForeignTokenizerTests {
  /// Two texts, their tokenizers of one size, their ids, and two models of the first ids: one with its
  /// tokenizer beside it, one without.
  private func prepare(_ folder: String) throws {
    for (name, word) in [("a", "number"), ("b", "zebra")] {
      let text = joined(folder, "\(name).txt")
      try writeFile(
        text,
        (0..<400).map { "\(word) \($0) after \($0 * 7)\n" }.joined()
      )
      let tokenizer = joined(folder, "\(name).json")
      _ = try isoflop(
        ["tokenizer", "train", "--corpus", text, "--vocab-size", "270", "-o", tokenizer, "-q"]
      )
      _ = try isoflop(
        [
          "tokenizer", "encode", "--tokenizer", tokenizer, "--corpus", text, "-o",
          joined(folder, "\(name).bin"), "-q",
        ]
      )
    }
    for (name, more) in [("with", ["--tokenizer", joined(folder, "a.json")]), ("without", [])] {
      let run = try isoflop(
        [
          "model", "train", "--preset", "nano-1", "--layers", "1", "--context", "16", "--batch",
          "2",
          "--ids", joined(folder, "a.bin"), "--steps", "1", "-o", joined(folder, name), "-q",
        ] + more
      )
      #expect(run.status == 0, "\(run.errors)")
    }
  }

  @Test func tokenizersAndIDsOfAnotherModelAreRefused() throws {
    try withTemporaryFolder { folder in
      try prepare(folder)
      let output = joined(folder, "none")
      func refused(_ line: String) throws {
        let words = line.split(separator: " ").map { word in
          ["with", "without", "a.", "b."].contains { word.hasPrefix($0) }
            ? joined(folder, String(word)) : String(word)
        }
        let run = try isoflop(["model"] + words)
        #expect(run.status == 1, "\(line)")
        #expect(run.errors.contains("is not the tokenizer"), "\(line): \(run.errors)")
        #expect(run.errors.split(separator: "\n").count == 1 && run.output.isEmpty)
      }
      let steps = "--batch 2 --steps 1 -q -o \(output)"
      for model in ["with", "without"] {
        try refused("train --init \(model) --ids b.bin \(steps)")
        try refused("finetune --model \(model) --ids b.bin \(steps)")
        try refused("finetune --model \(model) --ids b.bin --tokenizer b.json \(steps)")
        try refused("finetune --model \(model) --ids a.bin --tokenizer b.json \(steps)")
        try refused("evaluate --model \(model) --ids b.bin -q")
        try refused("evaluate --model \(model) --corpus b.txt --tokenizer b.json -q")
        try refused("generate --model \(model) --tokenizer b.json -q zebra")
      }
      try refused("train --preset nano-1 --ids a.bin --tokenizer b.json \(steps)")
      try refused("train --preset nano-1 --ids a.bin b.bin \(steps)")
      try refused("train --preset nano-1 --ids a.bin --validation b.bin \(steps)")
      #expect(try FileManager.default.contentsOfDirectory(atPath: output).isEmpty)
    }
  }

  @Test func theSameTokensInAnotherFileAreTaken() throws {
    try withTemporaryFolder { folder in
      try prepare(folder)
      let other = joined(folder, "spaced.json")
      try writeFile(other, [0x20] + readFile(joined(folder, "a.json")))
      let text = try isoflop(
        [
          "model", "generate", "--model", joined(folder, "with"), "--tokenizer", other,
          "--max-tokens", "2", "-q", "number",
        ]
      )
      #expect(text.status == 0, "\(text.errors)")
      let loss = try isoflop(
        [
          "model", "evaluate", "--model", joined(folder, "without"), "--ids",
          joined(folder, "a.bin"),
        ]
      )
      #expect(loss.status == 0, "\(loss.errors)")
    }
  }
}
