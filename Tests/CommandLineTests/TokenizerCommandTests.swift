import Files
import Foundation
import TestSupport
import Testing

/// `isoflop tokenizer` as a process.
@Suite struct TokenizerCommandTests {
  /// Words enough to keep a debug build busy for a while, no two lines alike.
  private func makeCorpus(_ folder: String, lines: Int) throws -> String {
    let path = joined(folder, "text.txt")
    var state: UInt64 = 7
    var text = ""
    for _ in 0..<lines {
      for _ in 0..<8 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        text += String(state >> 24, radix: 36) + " "
      }
      text += "\n"
    }
    try writeFile(path, text)
    return path
  }

  @Test func anInterruptedTrainingWritesNothing() throws {
    try withTemporaryFolder { folder in
      let corpus = try makeCorpus(folder, lines: 60_000)
      let output = joined(folder, "tokenizer.json")
      let arguments = ["tokenizer", "train", "--corpus", corpus, "--vocab-size", "60k"]
      let result = try isoflop(arguments + ["--output", output], interruptAfter: 2.5)
      #expect(result.status == 130, "\(result.errors)")
      #expect(result.errors.contains("Interrupted. Nothing was written."))
      #expect(result.errors.contains("Counting words: ") || result.errors.contains("merges: "))
      #expect(try fileNames(in: folder) == ["text.txt"])
    }
  }

  @Test func whatIsDoneAtOnceShowsNoProgress() throws {
    try withTemporaryFolder { folder in
      let corpus = try makeCorpus(folder, lines: 10)
      let tokenizer = joined(folder, "tokenizer.json")
      let trained = try isoflop([
        "tokenizer", "train", "--corpus", corpus, "--vocab-size", "300", "--output", tokenizer,
      ])
      #expect(trained.status == 0 && trained.errors.isEmpty, "\(trained.errors)")
      let encoded = try isoflop([
        "tokenizer", "encode", "--tokenizer", tokenizer, "--corpus", corpus,
        "--ids-output", joined(folder, "ids.bin"),
      ])
      #expect(encoded.status == 0 && encoded.errors.isEmpty, "\(encoded.errors)")
      #expect(encoded.output.contains("of 10 documents"))
    }
  }
}
