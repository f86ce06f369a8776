import Randomness
import Testing
import UnicodeText

@Suite struct NormalizerTests {
  @Test(arguments: [
    (NormalizationForm.nfc, "e\u{301}", "é"),
    (.nfd, "é", "e\u{301}"),
    (.nfkc, "ﬁ²", "fi2"),
    (.nfkd, "é²", "e\u{301}2"),
    (.nfkcCasefold, "Straße\u{AD}", "strasse"),
    (.none, "e\u{301}", "e\u{301}"),
    (.nfc, "각", "각"),
    (.nfc, "q\u{307}\u{323}", "q\u{323}\u{307}"),
    (.nfc, "", ""),
  ])
  func normalFormsAreUnicodes(form: NormalizationForm, text: String, normal: String) throws {
    #expect(try Array(Normalizer(form).normalize(text).utf8) == Array(normal.utf8))
  }

  @Test func normalTextIsNotCopied() throws {
    let text = Array("naïve Ελληνικά हिन्दी 漢字 かな".utf8)
    #expect(try unsafe Normalizer(.nfc).normalized(text.span.bytes) == nil)
    #expect(try unsafe Normalizer(.nfc).isNormal(text.span.bytes))
    #expect(try unsafe !Normalizer(.nfd).isNormal(text.span.bytes))
  }

  @Test func illFormedBytesAreKept() throws {
    let text: [UInt8] = [0x61, 0xFF, 0x65, 0xCC, 0x81, 0xE2, 0x82, 0xED, 0xA0, 0x80]
    let normal = try unsafe Normalizer(.nfc).normalized(text.span.bytes)
    #expect(normal == [0x61, 0xFF, 0xC3, 0xA9, 0xE2, 0x82, 0xED, 0xA0, 0x80])
  }

  @Test func alignmentNamesTheOriginalBytes() throws {
    // a ﬁ e◌́ b: 1 + 3 + 3 + 1 bytes become a f i é b: 1 + 1 + 1 + 2 + 1.
    let text = Array("aﬁe\u{301}b".utf8)
    let aligned = try #require(try unsafe Normalizer(.nfkc).aligned(text.span.bytes))
    #expect(String(decoding: aligned.text, as: UTF8.self) == "afiéb")
    #expect(aligned.alignment.source(of: 0..<1) == 0..<1)
    #expect(aligned.alignment.source(of: 1..<2) == 1..<4)
    #expect(aligned.alignment.source(of: 2..<3) == 1..<4)
    #expect(aligned.alignment.source(of: 3..<5) == 4..<7)
    #expect(aligned.alignment.source(of: 5..<6) == 7..<8)
    #expect(aligned.alignment.source(of: 0..<6) == 0..<8)
    #expect(aligned.alignment.source(of: 6..<6) == 8..<8)
  }

  /// Random mixtures of marks and letters: each change's two sides are normal equivalents, and what
  /// lies between is equal.
  @Test(arguments: [NormalizationForm.nfc, .nfd, .nfkc, .nfkd, .nfkcCasefold])
  func alignmentsRebuildTheText(form: NormalizationForm) throws {
    var random = Seed(11).stream("alignment")
    let pool = Array("aéﬁ²각ᄀ ᄋ\u{301}\u{323}\u{307}ẛ̣Å\u{AD}한글ｶﾞカ漢Σß\n")
      .flatMap { Array($0.unicodeScalars) }
    for _ in 0..<200 {
      var text = String.UnicodeScalarView()
      for _ in 0..<random.below(20) { text.append(pool[random.below(pool.count)]) }
      let source = Array(String(text).utf8)
      let normalizer = Normalizer(form)
      guard let aligned = try unsafe normalizer.aligned(source.span.bytes) else {
        #expect(try unsafe normalizer.normalized(source.span.bytes) == nil)
        continue
      }
      #expect(try unsafe normalizer.normalized(source.span.bytes) == aligned.text)
      var rebuilt: [UInt8] = []
      var place = 0
      for change in aligned.alignment.changes {
        rebuilt += source[place..<change.source.lowerBound]
        #expect(rebuilt.count == change.target.lowerBound)
        rebuilt += aligned.text[change.target]
        place = change.source.upperBound
      }
      rebuilt += source[place...]
      #expect(rebuilt == aligned.text)
    }
  }

  @Test func alignmentsCompose() throws {
    let source = Array("xÅﬁe\u{301}Zy".utf8)
    let first = try #require(try unsafe Normalizer(.nfd).aligned(source.span.bytes))
    let second = try #require(try unsafe Normalizer(.nfkcCasefold).aligned(first.text.span.bytes))
    let whole = first.alignment.followed(by: second.alignment)
    #expect(String(decoding: second.text, as: UTF8.self) == "xåfiézy")
    let places = [(0..<1, 0..<1), (1..<3, 1..<3), (3..<4, 3..<6), (5..<7, 6..<9), (7..<8, 9..<10)]
    for (target, origin) in places { #expect(whole.source(of: target) == origin) }
    #expect(whole.source(of: 8..<9) == 10..<11)
  }
}

@Suite struct UTF8Tests {
  @Test(
    arguments: [
      ([0x61, 0xFF, 0x62], 1), ([0xC3, 0xA9], nil), ([0xC0, 0x80], 0), ([0x61, 0xE2, 0x82], 1),
      ([0xED, 0xA0, 0x80], 0), ([0xF4, 0x90, 0x80, 0x80], 0), ([], nil), ([0x80], 0),
      ([0xF0, 0x9F, 0x98, 0x80], nil), ([0xF0, 0x8F, 0x98, 0x80], 0),
    ] as [([UInt8], Int?)]
  )
  func theFirstBadByteIsFound(text: [UInt8], offset: Int?) {
    #expect(unsafe firstInvalidUTF8(in: text.span.bytes) == offset)
    let padding = [UInt8](repeating: 0x20, count: 37)
    #expect(unsafe firstInvalidUTF8(in: (padding + text).span.bytes) == offset.map { $0 + 37 })
  }

  @Test func repairReplacesMaximalParts() {
    let text: [UInt8] = [0x61, 0xE2, 0x82, 0x62, 0xFF, 0xF0, 0x9F, 0x98]
    let repaired = unsafe repairedUTF8(text.span.bytes)
    #expect(String(decoding: repaired, as: UTF8.self) == "a\u{FFFD}b\u{FFFD}\u{FFFD}")
  }
}

@Suite struct CharacterClassTests {
  /// ICU's own regular expressions agree wherever its Unicode version knows the code point.
  @Test(arguments: [
    (#"\p{L}"#, CharacterClass.letter), (#"\p{M}"#, .combining), (#"\p{N}"#, .number),
    (#"\s"#, .whitespace), (#"[\r\n]"#, .newline), (#"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]"#, .head),
    (#"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"#, .tail),
  ])
  func classesAreThoseOfTheRegularExpressions(pattern: String, bit: CharacterClass) throws {
    let expression = try RegularExpression(pattern)
    let unassigned = try RegularExpression(#"\p{Cn}"#)
    // Every 5th code point of the lower planes keeps the debug build quick.
    let scalars = stride(from: UInt32(0), to: 0x3_2000, by: 5).compactMap(Unicode.Scalar.init)
    var text: [UInt8] = []
    var starts: [Int: Unicode.Scalar] = [:]
    for scalar in scalars {
      starts[text.count] = scalar
      text += Array(String(scalar).utf8)
    }
    let found = Set(try unsafe expression.matches(in: text.span.bytes).map(\.lowerBound))
    let unknown = Set(try unsafe unassigned.matches(in: text.span.bytes).map(\.lowerBound))
    var differing: [Unicode.Scalar] = []
    for (start, scalar) in starts where !unknown.contains(start) {
      if CharacterClass(of: scalar).contains(bit) != found.contains(start) {
        differing.append(scalar)
      }
    }
    #expect(differing == [])
  }

  @Test(
    arguments: [
      (0x1C89, CharacterClass.letter), (0x16130, .number), (0x0897, .combining), (0x2EBF0, .letter),
    ] as [(UInt32, CharacterClass)]
  )
  func laterVersionsAreKnown(scalar: UInt32, bit: CharacterClass) throws {
    #expect(CharacterClass(of: try #require(Unicode.Scalar(scalar))).contains(bit))
  }

  @Test func scriptsHaveNames() {
    #expect(Script(of: "я").name == "Cyrillic")
    #expect(Script(of: "漢").code == "Hani")
    #expect(Script(of: "!").isShared)
  }
}
