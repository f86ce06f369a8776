import Files
import TestSupport
import Testing

@Suite struct CorpusTests {
  @Test func theTwoSidesOfASplitShareNoLine() throws {
    try withTemporaryFolder { folder in
      let texts = joined(folder, "texts")
      try createFolder(texts)
      for tag in ["en", "th"] {
        try writeFile(joined(texts, tag + ".txt"), (0..<30).map { "\(tag) \($0)\n" }.joined())
      }
      let out = joined(folder, "out")
      let result = try isoflop(["corpus", "split", texts, "-o", out])
      #expect(result.status == 0, "\(result.errors)")
      for tag in ["en", "th"] {
        let held = String(
          decoding: try readFile(joined(out, "evaluation/\(tag).txt")),
          as: UTF8.self
        )
        #expect(held == "\(tag) 9\n\(tag) 19\n\(tag) 29\n")
        let kept = String(
          decoding: try readFile(joined(out, "training/\(tag).txt")),
          as: UTF8.self
        )
        #expect(kept.split(separator: "\n").count == 27)
        #expect(!kept.contains("\(tag) 19\n"))
      }
    }
  }

  @Test func aManifestDescribesTheFilesAsTheyAre() throws {
    try withTemporaryFolder { folder in
      try writeFile(joined(folder, "en.txt"), "one\ntwo\n")
      let written = try isoflop(["corpus", "manifest", folder, "--license", "CC0-1.0"])
      #expect(written.status == 0, "\(written.errors)")
      #expect(written.output.contains("1 languages, 2 segments"))
      try writeFile(joined(folder, "en.txt"), "one\ntwo!\n")
      let used = try isoflop(["corpus", "split", folder, "-o", joined(folder, "out")])
      #expect(used.status == 1)
      #expect(used.errors.contains("corpus manifest"))
    }
  }
}
