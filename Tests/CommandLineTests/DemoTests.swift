import Files
import Foundation
import TestSupport
import Testing

/// The whole line as a process, on a corpus small enough for a test.
@Suite struct DemoTests {
  /// Sentences over a small vocabulary, in two spellings that say the same.
  func makeCorpus(_ folder: String) throws -> String {
    let subjects = ["the cat", "the dog", "a bird", "my friend", "the sea"]
    let verbs = ["sees", "hears", "likes", "follows"]
    let objects = ["the moon", "a river", "old songs", "the road"]
    var lines: [String] = []
    for subject in subjects {
      for verb in verbs {
        for object in objects { lines.append("\(subject) \(verb) \(object)") }
      }
    }
    let corpus = joined(folder, "texts")
    try createFolder(corpus)
    try writeFile(joined(corpus, "en.txt"), lines.map { $0 + "\n" }.joined())
    try writeFile(
      joined(corpus, "qaa.txt"),
      lines.map { line in
        let swapped = line.map { $0 == " " ? " " : "\($0)\($0 == "e" ? "ё" : "")" }.joined()
        return swapped + "\n"
      }.joined()
    )
    return corpus
  }

  func arguments(_ folder: String, tokens: Int = 4096) -> [String] {
    [
      "demo", "--corpus", joined(folder, "texts"), "--output", joined(folder, "out"),
      "--vocab-size", "300", "--tokens", String(tokens), "--threads", "2",
    ]
  }

  @Test func itGoesFromTextToPredictedAndMeasuredLoss() throws {
    try withTemporaryFolder { folder in
      _ = try makeCorpus(folder)
      let first = try isoflop(arguments(folder))
      #expect(first.status == 0, "\(first.errors)")
      for part in ["predicted", "measured", "gap to en", "Budget for 3.00 B", "Try next"] {
        #expect(first.output.contains(part), "\(part)")
      }
      let out = joined(folder, "out")
      let model = joined(out, "ladder/L4-d128-D4k")
      for file in ["tokenizer.json", "tokens.bin", "demo.json", "gap.json", "ladder/runs.csv"] {
        #expect(try fileKind(joined(out, file)) == .file, "\(file)")
      }
      for file in [
        "config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json",
        "generation_config.json", "plan.json", "metrics.jsonl", "summary.json", "losses.csv",
      ] {
        #expect(try fileKind(joined(model, file)) == .file, "\(file)")
      }
      #expect(try fileKind(joined(model, "checkpoint")) == nil)

      // A second call trains nothing and says the same.
      let again = try isoflop(arguments(folder) + ["--json", "--quiet"])
      #expect(again.status == 0)
      #expect(again.errors.isEmpty)
      let stored = try readFile(joined(out, "demo.json"))
      #expect(again.output == String(decoding: stored, as: UTF8.self))
      let report = try again.json()
      #expect((report["ladder"] as? [Any])?.count == 15)
    }
  }

  @Test func theSameSeedGivesTheSameFilesOnAnyThreadCount() throws {
    try withTemporaryFolder { folder in
      _ = try makeCorpus(folder)
      var digests: [[String]] = []
      for threads in ["1", "2"] {
        let result = try isoflop(arguments(folder) + ["--threads", threads, "--quiet"])
        #expect(result.status == 0, "\(result.errors)")
        let out = joined(folder, "out")
        digests.append(
          try ["tokenizer.json", "tokens.bin", "ladder/L4-d128-D4k/model.safetensors"].map {
            SHA256.hexadecimal(try readFile(joined(out, $0)))
          }
        )
        try FileManager.default.removeItem(atPath: out)
      }
      #expect(digests[0] == digests[1])
    }
  }

  @Test func anInterruptedDemoEndsCleanlyAndSaysHowToGoOn() throws {
    try withTemporaryFolder { folder in
      _ = try makeCorpus(folder)
      let broken = try isoflop(arguments(folder, tokens: 400_000), interruptAfter: 2)
      #expect(broken.status == 130, "\(broken.errors)")
      #expect(broken.errors.contains("the same command goes on"))
      #expect(broken.output.isEmpty)
      let out = joined(folder, "out")
      let paths = try FileManager.default.subpathsOfDirectory(atPath: out)
      #expect(!paths.contains { $0.hasSuffix(".partial") })
    }
  }

  @Test(arguments: [
    (["--corpus", "nowhere"], "nowhere does not exist"),
    (["--corpus", "empty"], "holds no corpus"),
    (
      ["--corpus", "latin"], "latin/fr.txt is not UTF-8: byte 4 of line 1 is 0xE9"
    ),
    (["--corpus", "texts", "--output", "file/out"], "file is not a folder"),
    (["--corpus", "texts", "--languages", "en,xx"], "holds no language xx"),
    (["--corpus", "texts", "--reference", "xx"], "Choose the reference among: en, qaa"),
  ])
  func whatIsWrongIsSaidAtOnce(arguments: [String], message: String) throws {
    try withTemporaryFolder { folder in
      _ = try makeCorpus(folder)
      try createFolder(joined(folder, "empty"))
      try createFolder(joined(folder, "latin"))
      try writeFile(joined(folder, "latin/fr.txt"), Array("caf".utf8) + [0xE9, 0x0A])
      try writeFile(joined(folder, "file"), "")
      let result = try isoflop(["demo"] + arguments, folder: folder)
      #expect(result.status == 1)
      #expect(result.output.isEmpty)
      #expect(result.errors.contains(message), "\(result.errors)")
    }
  }
}
