import Foundation
import Randomness
import Testing
import UnicodeText

@Suite struct TextTransformTests {
  private func aligned(
    _ text: String,
    _ step: Normalization.Step
  ) throws -> (text: String, alignment: Alignment)? {
    let bytes = Array(text.utf8)
    return try unsafe TextNormalizer(Normalization([step])).aligned(bytes.span.bytes).map {
      (String(decoding: $0.text, as: UTF8.self), $0.alignment)
    }
  }

  @Test(arguments: [
    ("Any-Latin; Latin-ASCII", "Москва Ελλάδα", "Moskva Ellada"),
    ("Latin-ASCII", "naïve Æ ß", "naive AE ss"),
    ("Devanagari-Latin", "हिन्दी", "hindī"),
    ("Hiragana-Katakana", "ひらがな", "ヒラガナ"),
    ("Any-Hex/Java", "é", "\\u00E9"),
    ("NFD; [:Nonspacing Mark:] Remove; NFC", "thầy giáo", "thay giao"),
    ("Traditional-Simplified", "漢語", "汉语"),
    ("Any-Null", "a漢", "a漢"),
  ])
  func transformsAreICUs(identifier: String, text: String, result: String) throws {
    let normalizer = try TextNormalizer(Normalization([.transform(identifier)]))
    #expect(try normalizer.normalize(text) == result)
  }

  @Test func offsetsPointIntoTheOriginal() throws {
    // п р и щ: two bytes each; щ becomes ŝ, and the ASCII around stays.
    let (text, alignment) = try #require(try aligned("a при щ b", .transform("Russian-Latin/BGN")))
    #expect(text == "a pri shch b")
    #expect(alignment.source(of: 2..<3) == 2..<4)
    #expect(alignment.source(of: 3..<4) == 4..<6)
    #expect(alignment.source(of: 6..<10) == 9..<11)
    #expect(alignment.source(of: 7..<8) == 9..<11)
    #expect(alignment.source(of: 11..<12) == 12..<13)
  }

  @Test func textThatStaysIsNotCopied() throws {
    for step in [
      Normalization.Step.transform("Latin-ASCII"), .lowercaseIn("tr"), .collapseWhitespace,
      .lowercase,
      .form(.nfkcCasefold),
    ] {
      #expect(try aligned("plain words, 123.", step) == nil)
      #expect(try aligned("", step) == nil)
    }
  }

  @Test(arguments: [
    ("tr", "ISPARTA İzmir", "ısparta izmir"), ("az", "I", "ı"), ("lt", "Ì", "i\u{307}\u{300}"),
    ("", "ΟΔΥΣΣΕΥΣ", "οδυσσευς"), ("en", "ISPARTA", "isparta"),
  ])
  func languagesHaveTheirSmallLetters(locale: String, text: String, small: String) throws {
    let found = try aligned(text, .lowercaseIn(locale))?.text
    #expect(found.map { Array($0.utf8) } == Array(small.utf8))
  }

  /// Only words with capitals are looked at; the answer is that of the whole text.
  @Test(arguments: ["", "tr", "lt", "el"])
  func smallLettersAreThoseOfTheWholeText(locale: String) throws {
    let normalizer = try TextNormalizer(Normalization([.lowercaseIn(locale)]))
    var random = Seed(8).stream("small " + locale)
    let pool = Array(
      "aIİiJĮÌÍΣσ\u{307}\u{300}\u{301}\u{345}\u{2019}'.:\u{AD}ЖжÉ漢𐐀 \t\n\u{3000}\u{A0}"
        .unicodeScalars
    )
    for _ in 0..<3000 {
      var scalars = String.UnicodeScalarView()
      for _ in 0..<random.below(100) {
        // Long stretches without capitals, so that there is more than one part.
        let isPlain = random.below(4) != 0
        scalars.append(isPlain ? "x" : pool[random.below(pool.count)])
        if random.below(30) == 0 {
          scalars.append(contentsOf: String(repeating: "y ", count: 50).unicodeScalars)
        }
      }
      let text = String(scalars)
      // Foundation's small letters are those of its own ICU.
      let expected = text.lowercased(
        with: Locale(identifier: locale.isEmpty ? "en_US_POSIX" : locale)
      )
      let found = try normalizer.normalize(text)
      if Array(found.utf8) != Array(expected.utf8) {
        Issue.record("\(text.debugDescription): \(found.debugDescription)")
        return
      }
    }
  }

  /// Transforms that are not asked about ASCII leave it alone, beside other text too.
  @Test(arguments: [
    "NFC", "NFKD", "Any-Latin", "Latin-ASCII", "Any-Null", "NFD; [:Nonspacing Mark:] Remove; NFC",
    "[:Mn:] Remove", "[:M:] Remove", "Any-Latin; Latin-ASCII",
  ])
  func transformsThatSkipASCIIWouldKeepIt(identifier: String) throws {
    let normalizer = try TextNormalizer(Normalization([.transform(identifier)]))
    var random = Seed(9).stream(identifier)
    for _ in 0..<300 {
      var scalars = String.UnicodeScalarView()
      for _ in 0..<random.below(40) {
        scalars.append(Unicode.Scalar(UInt8(random.below(128))))
      }
      #expect(try aligned(String(scalars), .transform(identifier)) == nil)
      // The last character, of no script, makes ICU look at the rest.
      scalars.append("\u{E000}")
      let bytes = Array(String(scalars).utf8)
      #expect(try unsafe normalizer.normalized(bytes.span.bytes) == nil)
    }
  }

  @Test func spaceGoesAtTheEndsOnly() throws {
    var random = Seed(10).stream("strip")
    let pool = Array("a é\u{3000}\t\n\u{A0}漢".unicodeScalars)
    for _ in 0..<2000 {
      var scalars = String.UnicodeScalarView()
      for _ in 0..<random.below(9) { scalars.append(pool[random.below(pool.count)]) }
      let left = Array(scalars.drop { $0.properties.isWhitespace })
      let right = Array(scalars.reversed().drop { $0.properties.isWhitespace }.reversed())
      let both = Array(left.reversed().drop { $0.properties.isWhitespace }.reversed())
      for (step, expected) in [
        (Normalization.Step.strip(left: true, right: false), left),
        (.strip(left: false, right: true), right), (.strip(left: true, right: true), both),
      ] {
        let found = try TextNormalizer(Normalization([step])).normalize(String(scalars))
        #expect(Array(found.unicodeScalars) == expected, "\(String(scalars).debugDescription)")
      }
    }
    // Ill-formed bytes are no white space.
    for bytes in [[0x20, 0xFF, 0x20], [0x80, 0x20], [0x20, 0xE3, 0x80]] as [[UInt8]] {
      let found = try unsafe TextNormalizer(Normalization([.strip(left: true, right: true)]))
        .normalized(bytes.span.bytes)
      #expect(found == bytes.filter { $0 != 0x20 })
    }
  }

  @Test func whiteSpaceCollapses() throws {
    let (text, alignment) = try #require(try aligned(" a\u{3000}\tb  c ", .collapseWhitespace))
    #expect(text == " a b c ")
    #expect(alignment.source(of: 2..<3) == 2..<6)
    // As the regular expression it is written as does.
    let pattern = try PatternMatcher(.regularExpression(#"\s+"#))
    var random = Seed(3).stream("space")
    let pool = Array("ab \t\n\u{A0}\u{85}\u{3000}\u{200B}é".unicodeScalars)
    for _ in 0..<500 {
      var scalars = String.UnicodeScalarView()
      for _ in 0..<random.below(12) { scalars.append(pool[random.below(pool.count)]) }
      let source = Array(String(scalars).utf8)
      var expected: [UInt8] = []
      var position = 0
      for match in try unsafe pattern.matches(in: source.span.bytes) {
        expected += source[position..<match.lowerBound] + [0x20]
        position = match.upperBound
      }
      expected += source[position...]
      let found = try aligned(String(scalars), .collapseWhitespace)?.text
      #expect(found.map { Array($0.utf8) } ?? source == expected)
    }
  }

  /// Changes on random text: what lies between them is the same on both sides, and they are in order.
  @Test(arguments: [
    "Any-Latin", "Any-Latin; Latin-ASCII", "Thai-Latin", "Any-Upper", "Any-Title", "Any-NFKD",
    "Han-Latin", "Hangul-Latin", "Latin-Katakana", "Devanagari-Bengali", "Any-Hex", "Greek-Latin",
  ])
  func alignmentsRebuildTheText(identifier: String) throws {
    let normalizer = try TextNormalizer(Normalization([.transform(identifier)]))
    var random = Seed(12).stream(identifier)
    let pool = Array("aZé ßﬁ²한국어漢字แกเทย हिन्दी ガば Σας ЩщЖё\u{301}😀\u{200D}\n".unicodeScalars)
    for _ in 0..<60 {
      var scalars = String.UnicodeScalarView()
      for _ in 0..<random.below(24) { scalars.append(pool[random.below(pool.count)]) }
      var source = Array(String(scalars).utf8)
      // Ill-formed bytes stay what and where they are.
      if random.below(3) == 0 { source.insert(0xFF, at: source.count / 2) }
      guard let aligned = try unsafe normalizer.aligned(source.span.bytes) else { continue }
      var rebuilt: [UInt8] = []
      var place = 0
      for change in aligned.alignment.changes {
        try #require(change.source.lowerBound >= place, "\(identifier): \(String(scalars))")
        rebuilt += source[place..<change.source.lowerBound]
        #expect(rebuilt.count == change.target.lowerBound)
        rebuilt += aligned.text[change.target]
        place = change.source.upperBound
      }
      rebuilt += source[place...]
      #expect(rebuilt == aligned.text)
    }
  }

  /// A text of a hundred thousand changes, and rules that look at what stands beside.
  @Test func longTextTakesLinearTime() throws {
    let normalizer = try TextNormalizer(Normalization([.transform("Any-Latin; Latin-ASCII")]))
    let text = String(repeating: "Привет мир ", count: 10_000)
    let clock = ContinuousClock()
    var result = ""
    let time = try clock.measure { result = try normalizer.normalize(text) }
    #expect(result == String(repeating: "Privet mir ", count: 10_000))
    #expect(time < .seconds(20), "\(time)")
  }

  @Test func mistakesAreNamed() {
    #expect(throws: UnicodeTextError.self) {
      try TextNormalizer(Normalization([.transform("Any-Nonsense")]))
    }
    #expect(throws: UnicodeTextError.locale("t r")) {
      try TextNormalizer(Normalization([.lowercaseIn("t r")]))
    }
    #expect(throws: UnicodeTextError.self) { try Normalization.Step(spelling: "transform:") }
    #expect(throws: UnicodeTextError.self) { try Normalization.Step(spelling: "replace:/a/b/c/") }
    #expect(throws: UnicodeTextError.self) { try Normalization.Step(spelling: "replace:/") }
  }

  @Test(
    arguments: [
      ("nfkc-casefold", .form(.nfkcCasefold)), ("lowercase", .lowercase),
      ("lowercase:tr", .lowercaseIn("tr")), ("lowercase:und", .lowercaseIn("")),
      ("strip-left", .strip(left: true, right: false)),
      ("replace:/a/b/", .replace(.literal("a"), with: "b")),
      ("replace:|a/b||", .replace(.literal("a/b"), with: "")),
      (#"regex:/\d+/0/"#, .replace(.regularExpression(#"\d+"#), with: "0")),
      ("transform:Any-Latin; Latin-ASCII", .transform("Any-Latin; Latin-ASCII")),
      ("collapse-whitespace", .collapseWhitespace), ("prepend: ", .prepend(" ")),
    ] as [(String, Normalization.Step)]
  )
  func stepsHaveSpellings(spelling: String, step: Normalization.Step) throws {
    #expect(try Normalization.Step(spelling: spelling) == step)
  }

  @Test func transformsAreListed() {
    let names = TextTransform.available
    #expect(names.contains("Latin-ASCII") && names.contains("Any-Latin") && names.count > 100)
  }
}

@Suite struct TextBoundariesTests {
  @Test(arguments: [
    ("th", "สวัสดีชาวโลก", ["สวัสดี", "ชาว", "โลก"]),
    ("my", "ကျွန်တော်စာဖတ်တယ်", ["ကျွန်တော်", "စာ", "ဖတ်", "တယ်"]),
    ("km", "ខ្ញុំស្រឡាញ់ភាសាខ្មែរ", ["ខ្ញុំ", "ស្រឡាញ់", "ភាសាខ្មែរ"]),
    ("lo", "ພາສາລາວງ່າຍ", ["ພາສາ", "ລາວ", "ງ່າຍ"]),
    ("ja", "東京都に住む", ["東京", "都", "に", "住む"]),
    ("zh", "我喜欢学习", ["我", "喜欢", "学习"]),
    ("", "don't stop", ["don't", " ", "stop"]),
  ])
  func wordsAreFoundWithDictionaries(locale: String, text: String, words: [String]) throws {
    #expect(try TextBoundaries(.words, locale: locale).segments(of: text) == words)
  }

  @Test func graphemesAreWhole() throws {
    let text = "क्षि👩‍👩‍👧🇫🇷e\u{301}\r\n"
    let found = try TextBoundaries(.graphemes).segments(of: text)
    // ICU 72 still parts क् and षि; later rules keep the conjunct.
    #expect(found.suffix(4) == ["👩‍👩‍👧", "🇫🇷", "e\u{301}", "\r\n"])
    let words = try unsafe TextBoundaries(.words).count(in: Array("Two words, 3.".utf8).span.bytes)
    #expect(words.words == 3)
  }

  @Test func illFormedBytesAreCovered() throws {
    let boundaries = try TextBoundaries(.words)
    var random = Seed(4).stream("boundaries")
    for _ in 0..<200 {
      let text = (0..<random.below(30)).map { _ in UInt8(random.below(256)) }
      var place = 0
      for segment in try unsafe boundaries.segments(of: text.span.bytes) {
        #expect(segment.range.lowerBound == place)
        place = segment.range.upperBound
      }
      #expect(place == text.count)
    }
  }
}
