import Files
import TestSupport
import Testing
import UnicodeText

@testable import Corpora

@Suite struct TextStatisticsTests {
  /// The statistics of one text.
  private func statistics(_ text: String, name: String = "en.txt") throws -> TextStatistics {
    try withTemporaryFolder { folder in
      let path = joined(folder, name)
      try writeFile(path, text)
      return try TextStatistics.count([TextInput(path)])[0].statistics
    }
  }

  @Test func everythingIsCountedByHand() throws {
    // é composed, é decomposed, a flag, a word in Cyrillic, two equal lines.
    let facts = try statistics("é e\u{301}\n🇩🇪 два\r\n\nab ab\nab ab\n\u{1}x")
    #expect(facts.documents == 5)
    #expect(facts.bytes == 2 + 1 + 3 + 8 + 1 + 6 + 5 + 5 + 2)
    #expect(facts.codePoints == 4 + 6 + 5 + 5 + 2)
    #expect(facts.graphemes == 3 + 5 + 5 + 5 + 2)
    #expect(facts.words == 2 + 1 + 2 + 2 + 1)
    #expect(facts.duplicates == 1)
    #expect(facts.controlCharacters == 1)
    #expect(facts.normalForms.map(\.changedDocuments) == [1, 1, 1])
    #expect(facts.mainScript?.code == "Latn")
    #expect(facts.scripts.first { $0.code == "Cyrl" }?.codePoints == 3)
  }

  @Test func entropiesFollowTheirDefinition() throws {
    let facts = try statistics("aabb aabb\ncd cd\n")
    // Words: aabb twice, cd twice.
    #expect(facts.wordEntropy == 1)
    // Of 14 bytes: 4 a, 4 b, 2 c, 2 d, 2 spaces.
    let expected = 3.807354922057604 - (8 * 2 + 6 * 1) / 14.0
    #expect(abs(facts.byteEntropy - expected) < 1e-12)
    #expect(facts.byteEntropy == facts.characterEntropy)
  }

  @Test func wordsWithoutSpacesAreFoundByDictionary() throws {
    #expect(try statistics("สวัสดีชาวโลก", name: "th.txt").words == 3)
  }

  @Test(arguments: [1, 2, 3])
  func theResultDoesNotDependOnThreads(threads: Int) throws {
    try withTemporaryFolder { folder in
      let lines = (0..<60_000).map { "line \($0 % 50_000) of \($0 * 7919 % 104_729)\n" }
      try writeFile(joined(folder, "en.txt"), lines.joined())
      try writeFile(joined(folder, "de.txt"), "eins\n")
      let inputs = try TextInput.inputs(at: [folder])
      let rows = try TextStatistics.count(inputs, threads: threads)
      #expect(rows.map(\.language) == ["de", "en", nil])
      #expect(try rows == TextStatistics.count(inputs, threads: 1))
      #expect(rows[2].statistics.documents == 60_001)
    }
  }

  @Test func aDigestTellsTextsApart() {
    var seen: Set<TextDigest> = []
    for length in 0..<40 {
      for byte: UInt8 in [0, 1, 0x61] {
        let text = [UInt8](repeating: byte, count: length)
        seen.insert(text.withSpan { TextDigest($0) })
      }
    }
    #expect(seen.count == 1 + 39 * 3)
  }
}
