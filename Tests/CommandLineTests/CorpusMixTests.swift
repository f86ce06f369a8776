import Files
import Foundation
import TestSupport
import Testing

/// `isoflop corpus list|stats|clean|mix` as processes.
@Suite struct CorpusMixTests {
  private func withTexts(_ body: (String, String) throws -> Void) throws {
    try withTemporaryFolder { folder in
      let texts = joined(folder, "texts")
      try createFolder(texts)
      for (tag, count) in [("en", 300), ("sw", 30)] {
        try writeFile(joined(texts, tag + ".txt"), (0..<count).map { "\(tag) \($0)\n" }.joined())
      }
      try body(folder, texts)
    }
  }

  @Test func aMixtureIsPlannedAndWritten() throws {
    try withTexts { folder, texts in
      let plan = try isoflop(["corpus", "mix", texts, "--alpha", "0", "-n", "--json"]).json()
      let planned = try #require(plan["languages"] as? [[String: Any]])
      #expect(planned.map { $0["share"] as? Double } == [0.5, 0.5])
      let path = joined(folder, "mixed.txt")
      let arguments = ["corpus", "mix", texts, "--unimax", "2", "--bytes", "600", "-o", path]
      let written = try isoflop(arguments)
      #expect(written.status == 0, "\(written.errors)")
      #expect(try fileKind(path + ".mix.json") == .file)
      let first = try readFile(path)
      #expect(try isoflop(arguments).errors.contains("exists already"))
      _ = try isoflop(arguments + ["--force", "--threads", "1"])
      #expect(try readFile(path) == first)
      let wrong = try isoflop(["corpus", "mix", texts, "--weight", "de=1", "-n"])
      #expect(wrong.status == 1 && wrong.errors.contains("a weight is given for de"))
      #expect(try isoflop(["corpus", "mix", texts, "--tokens", "1k", "-n"]).status == 64)
    }
  }

  @Test func aMixtureNeverWritesOverItsTexts() throws {
    try withTexts { folder, texts in
      let before = try readFile(joined(texts, "en.txt"))
      let folderResult = try isoflop(["corpus", "mix", texts, "--separate", "-f", "-o", texts])
      #expect(folderResult.status == 64 && folderResult.errors.contains("over itself"))
      let file = joined(texts, "../texts/en.txt")
      let fileResult = try isoflop(["corpus", "mix", texts, "-f", "-o", file])
      #expect(fileResult.status == 64 && fileResult.errors.contains("over itself"))
      #expect(try readFile(joined(texts, "en.txt")) == before)
      let out = joined(folder, "out")
      #expect(try isoflop(["corpus", "mix", texts, "--separate", "-o", out]).status == 0)
      #expect(try fileNames(in: out) == ["MIX.json", "en.txt", "sw.txt"])
      let again = try isoflop(["corpus", "mix", texts, "--separate", "-o", out])
      #expect(again.status == 1 && again.errors.contains("exists already"))
    }
  }

  @Test func languagesAreListed() throws {
    try withTexts { _, texts in
      let listing = try isoflop(["corpus", "list", texts, "--json"]).json()
      let corpora = try #require(listing["corpora"] as? [[String: Any]])
      let languages = try #require(corpora.first?["languages"] as? [[String: Any]])
      #expect(languages.map { $0["language"] as? String } == ["en", "sw"])
    }
  }

  @Test func aCleaningNeverWritesToItsInput() throws {
    try withTexts { folder, texts in
      let result = try isoflop(["corpus", "clean", texts, "-o", texts, "--force"])
      #expect(result.status == 64 && result.errors.contains("lies in \(texts)"), "\(result.errors)")
      let out = joined(folder, "out")
      try createFolder(out)
      let link = joined(out, "en.txt")
      let target = joined(texts, "en.txt")
      try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: target)
      let linked = try isoflop(["corpus", "clean", texts, "-o", out, "--force"])
      #expect(linked.status == 64 && linked.errors.contains("over itself"), "\(linked.errors)")
      #expect(try isoflop(["corpus", "clean", "--list-rules"]).output.contains("top-2-words"))
      #expect(try isoflop(["corpus", "clean", texts, "-n", "--rule", "none"]).status == 64)
    }
  }

  @Test func filesAreCleanedAsOne() throws {
    try withTexts { folder, texts in
      let other = joined(folder, "other.jsonl")
      try writeFile(other, "{\"text\": \"sw 3\"}\n{\"text\": \"new\"}\n{\"text\": \"en 3\"}\n")
      let out = joined(folder, "out")
      let arguments = ["corpus", "clean", other, texts, "-o", out]
      let facts = try isoflop(arguments + ["--json"]).json()
      let files = try #require(facts["files"] as? [[String: Any]])
      #expect(files.map { $0["kept_documents"] as? Int } == [3, 299, 29])
      #expect(files.map { $0["repeats_of_other_files"] as? Int } == [0, 1, 1])
      #expect(try fileNames(in: out) == ["dropped.jsonl", "en.txt", "other.jsonl", "sw.txt"])
      let list = String(decoding: try readFile(joined(out, "dropped.jsonl")), as: UTF8.self)
      #expect(
        list.contains(
          "\"line\": 4, \"reason\": \"duplicate\", \"original\": {\"file\": \"\(other)\""
        )
      )
      let text = try isoflop(arguments + ["--force"])
      #expect(text.status == 0 && text.output.contains("repeats of"), "\(text.output)")
      let apart = try isoflop(arguments + ["--force", "--within-files"])
      #expect(apart.status == 0 && !apart.output.contains("duplicate"), "\(apart.output)")
      // The list of what was dropped is no text.
      let again = try isoflop(["corpus", "clean", out, "-n", "--json"]).json()
      #expect((again["files"] as? [[String: Any]])?.count == 3)
    }
  }

  /// Before anything is created, and also where nothing would be.
  @Test func textsThatCannotBeCleanedTogetherAreNamed() throws {
    try withTexts { folder, texts in
      let out = joined(folder, "out")
      let copies = joined(folder, "copies")
      try createFolder(copies)
      try writeFile(joined(copies, "en.txt"), "x\n")
      let cases = [
        ([texts, joined(texts, "sw.txt")], "sw.txt is named twice"),
        ([texts, copies], "would both be written to \(out)/en.txt"),
      ]
      for (paths, message) in cases {
        for option in ["--force", "--dry-run"] {
          let result = try isoflop(["corpus", "clean"] + paths + [option, "-o", out])
          #expect(result.status == 64 && result.errors.contains(message), "\(result.errors)")
        }
      }
      #expect(try fileKind(out) == nil)
      #expect(try isoflop(["corpus", "clean", texts, copies, "-n"]).status == 0)
    }
  }

  /// More files than a process may hold open.
  @Test func manyFilesNeedFewDescriptors() throws {
    try withTemporaryFolder { folder in
      let shards = joined(folder, "shards")
      try createFolder(shards)
      for number in 0..<200 { try writeFile(joined(shards, "\(number).txt"), "one\n\(number)\n") }
      let out = joined(folder, "out")
      let result = try isoflop(
        ["corpus", "clean", shards, "-o", out],
        launcher: ["sh", "-c", "ulimit -n 60; exec \"$0\" \"$@\""]
      )
      #expect(result.status == 0, "\(result.errors)")
      #expect(try fileNames(in: out).count == 201)
      #expect(try readFile(joined(out, "10.txt")) == Array("10\n".utf8))
    }
  }
}
