import Files
import Foundation
import TestSupport
import Testing

@testable import Corpora

@Suite struct CorpusTests {
  /// Makes a folder with these files and hands out its path.
  func withFolder(_ files: [String: String], _ body: (String) throws -> Void) throws {
    try withTemporaryFolder { folder in
      for (name, text) in files { try writeFile(joined(folder, name), text) }
      try body(folder)
    }
  }

  @Test func aPlainFolderIsReadByTag() throws {
    try withFolder(["en.txt": "one\ntwo\n", "de.txt": "eins\nzwei", "notes.md": "x"]) { folder in
      let corpus = try Corpus(path: folder)
      #expect(corpus.languages.map(\.tag) == ["de", "en"])
      #expect(corpus.isParallel)
      #expect(corpus.languages[1].segments.map(\.text) == ["one", "two"])
    }
  }

  @Test func unequalLineCountsAreNotParallel() throws {
    try withFolder(["en.txt": "one\ntwo\n", "de.txt": "eins\n"]) { folder in
      let corpus = try Corpus(path: folder)
      #expect(!corpus.isParallel)
    }
  }

  @Test func emptyLinesKeepTheNumbering() throws {
    try withFolder(["en.txt": "\u{FEFF}one\r\n\r\nthree\n"]) { folder in
      let text = try Corpus(path: joined(folder, "en.txt")).languages[0]
      #expect(text.segments.map(\.index) == [0, 2])
      #expect(text.segments.map(\.text) == ["one", "three"])
      #expect(text.lineCount == 3)
    }
  }

  @Test func heldOutSegmentsAreTheSameContentInEveryLanguage() throws {
    let lines = (0..<40).map { "line \($0)" }
    var gap = lines
    gap[19] = ""
    try withFolder([
      "en.txt": lines.joined(separator: "\n"), "de.txt": gap.joined(separator: "\n"),
    ]) { folder in
      let corpus = try Corpus(path: folder)
      for language in corpus.languages {
        #expect(corpus.evaluationSegments(of: language).map(\.index) == [9, 29, 39])
        #expect(corpus.trainingSegments(of: language).allSatisfy { $0.index % 10 != 9 })
      }
      try corpus.validateSplit()
    }
  }

  @Test func aLanguageIsChosenAndAWrongOneNamed() throws {
    try withFolder(["en.txt": "one\n", "de.txt": "eins\n"]) { folder in
      let chosen = try Corpus(path: folder, languages: ["en", "de"])
      #expect(chosen.languages.map(\.tag) == ["en", "de"])
      let failure = #expect(throws: CorporaError.self) {
        try Corpus(path: folder, languages: ["fr"])
      }
      #expect(failure?.description.contains("de, en") == true)
    }
  }

  @Test func anEmptyFolderAndAnEmptyFileAreClearErrors() throws {
    try withFolder([:]) { folder in
      #expect(throws: CorporaError.noTexts(folder: folder)) { try Corpus(path: folder) }
    }
    try withFolder(["en.txt": "\n\n"]) { folder in
      #expect(throws: CorporaError.emptyText(path: joined(folder, "en.txt"))) {
        try Corpus(path: folder)
      }
    }
  }

  @Test func malformedUTF8IsFoundByLineAndByte() throws {
    try withTemporaryFolder { folder in
      let path = joined(folder, "en.txt")
      try writeFile(path, Array("good\nbad ".utf8) + [0xFF] + Array("\n".utf8))
      #expect(throws: CorporaError.file(.notUTF8(path: path, line: 2, byte: 5, value: 0xFF))) {
        try Corpus(path: folder)
      }
    }
  }

  @Test func tooFewSegmentsLeaveNothingToEvaluate() throws {
    try withFolder(["en.txt": "one\ntwo\n"]) { folder in
      let corpus = try Corpus(path: folder)
      #expect(throws: CorporaError.self) { try corpus.validateSplit() }
    }
  }
}

@Suite struct CorpusManifestTests {
  func withCorpus(_ body: (String) throws -> Void) throws {
    try withTemporaryFolder { folder in
      try writeFile(joined(folder, "en.txt"), "one\ntwo\nthree\n")
      try writeFile(joined(folder, "tr.txt"), "bir\niki\nüç\n")
      var description = CorpusManifest.Description()
      description.split = SegmentSplit(every: 3, remainder: 0)
      description.license = "CC0-1.0"
      try CorpusManifest.describing(folder: folder, as: description).write(folder: folder)
      try body(folder)
    }
  }

  @Test func aWrittenManifestIsReadBack() throws {
    try withCorpus { folder in
      let manifest = try #require(try CorpusManifest.read(folder: folder))
      #expect(manifest.languages.map(\.segments) == [3, 3])
      #expect(manifest.license == "CC0-1.0")
      let corpus = try Corpus(path: folder)
      #expect(corpus.isParallel)
      #expect(corpus.evaluationSegments(of: corpus.languages[1]).map(\.text) == ["bir"])
    }
  }

  @Test func aChangedFileIsFound() throws {
    try withCorpus { folder in
      try writeFile(joined(folder, "tr.txt"), "bir\niki\nuc!\n")
      #expect(throws: CorporaError.self) { try Corpus(path: folder) }
      // A language that was not asked for is not looked at.
      _ = try Corpus(path: folder, languages: ["en"])
    }
  }

  @Test(arguments: [
    "", "{", "[]", #"{"version": 1}"#,
    #"{"version":1,"name":"a","description":"","license":"","parallel":true,"split":{"every":1,"remainder":0},"languages":[]}"#,
    #"{"version":2,"name":"a","description":"","license":"","parallel":true,"split":{"every":2,"remainder":0},"languages":[]}"#,
  ])
  func aBrokenManifestIsAClearError(text: String) throws {
    try withTemporaryFolder { folder in
      try writeFile(joined(folder, "MANIFEST.json"), text)
      let failure = #expect(throws: CorporaError.self) { try Corpus(path: folder) }
      #expect(failure?.description.contains("MANIFEST.json") == true)
    }
  }

  @Test func aFileOutsideTheFolderIsRefused() throws {
    try withTemporaryFolder { folder in
      try writeFile(
        joined(folder, "MANIFEST.json"),
        #"{"version":1,"name":"a","description":"","license":"","parallel":true,"#
          + #""split":{"every":2,"remainder":0},"languages":[{"tag":"en","name":"English","#
          + #""script":"Latn","file":"../en.txt","segments":1,"bytes":1,"sha256":""}]}"#
      )
      #expect(throws: CorporaError.self) { try Corpus(path: folder) }
    }
  }
}
