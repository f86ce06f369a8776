import Files
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

  @Test func languagesAreListed() throws {
    try withTexts { _, texts in
      let listing = try isoflop(["corpus", "list", texts, "--json"]).json()
      let corpora = try #require(listing["corpora"] as? [[String: Any]])
      let languages = try #require(corpora.first?["languages"] as? [[String: Any]])
      #expect(languages.map { $0["language"] as? String } == ["en", "sw"])
    }
  }

  @Test func aCleaningNeverWritesOverItsInput() throws {
    try withTexts { _, texts in
      let result = try isoflop(["corpus", "clean", texts, "-o", texts, "--force"])
      #expect(result.status == 64 && result.errors.contains("over itself"), "\(result.errors)")
      #expect(try isoflop(["corpus", "clean", "--list-rules"]).output.contains("top-2-words"))
      #expect(try isoflop(["corpus", "clean", texts, "-n", "--rule", "none"]).status == 64)
    }
  }
}
