import Randomness
import Testing
import Tokenization
import UnicodeText

@Suite struct SplitPatternTests {
  @Test(arguments: [
    (SplitPattern.cl100k, "It's 2026.", ["It", "'s", " ", "202", "6", "."]),
    (.gpt2, "It's 2026.", ["It", "'s", " 2026", "."]),
    (.qwen2, "a12", ["a", "1", "2"]),
    (.nanochat, "a123", ["a", "12", "3"]),
    (.o200k, "HelloWorld's don'T", ["Hello", "World's", " don'T"]),
    (.o200k, "हिन्दी में", ["हिन्दी", " में"]),
    (.cl100k, "हिन्दी", ["ह", "िन", "्द", "ी"]),
    (.o200k, "漢ABC", ["漢", "ABC"]),
    (.cl100k, "a  b\n\n c \n", ["a", " ", " b", "\n\n", " c", " \n"]),
    (.cl100k, "", []),
    (.cl100k, "a\n  ", ["a", "\n", "  "]),
    (.cl100kBase, "a\n  ", ["a", "\n  "]),
    (.cl100kBase, "a\n  b!\n ", ["a", "\n", " ", " b", "!\n", " "]),
  ])
  func piecesAreAsWritten(pattern: SplitPattern, text: String, pieces: [String]) {
    #expect(pattern.pieces(of: text) == pieces)
  }

  /// The scanners against the regular expressions that define them, by ICU's engine.
  ///
  /// The alphabet holds every kind of character the patterns tell apart, in one to four bytes.
  @Test(arguments: SplitPattern.allCases)
  func scannersEqualTheirRegularExpressions(pattern: SplitPattern) throws {
    let expression = try RegularExpression(pattern.regularExpression)
    let alphabet =
      Array(
        "aBsStTdDmMlLrReEvVſǅʰʺ漢語हि्दीе́ЖжßéÉ𝐀𝒶😀👨\u{200D}12٣Ⅷ½²'’ \u{A0}\u{3000}\t\u{85}\u{2028}"
          .unicodeScalars
      ) + Array("\n\r/.!-_…\u{301}\u{20DD}\u{0}\u{200B}\u{FEFF}".unicodeScalars)
    var random = Seed(5).stream(pattern.rawValue)
    for _ in 0..<4000 {
      var scalars = String.UnicodeScalarView()
      // Few different characters in one string make the runs that matter likely.
      let few = (0..<2 + random.below(6)).map { _ in alphabet[random.below(alphabet.count)] }
      for _ in 0..<random.below(14) { scalars.append(few[random.below(few.count)]) }
      let text = Array(String(scalars).utf8)
      let expected = try unsafe expression.matches(in: text.span.bytes)
      let found = unsafe pattern.pieces(of: text.span.bytes)
      if found != expected {
        Issue.record("\(String(scalars).debugDescription): \(found), not \(expected)")
        return
      }
    }
  }

  @Test(arguments: SplitPattern.allCases)
  func anyBytesAreCovered(pattern: SplitPattern) {
    var random = Seed(6).stream(pattern.rawValue)
    for _ in 0..<300 {
      let text = (0..<random.below(40)).map { _ in
        random.below(2) == 0 ? UInt8(random.below(256)) : UInt8(0x61)
      }
      var place = 0
      for piece in unsafe pattern.pieces(of: text.span.bytes) {
        #expect(piece.lowerBound == place && piece.upperBound > place)
        place = piece.upperBound
      }
      #expect(place == text.count)
    }
  }

  @Test(arguments: SplitPattern.allCases)
  func expressionsAreRecognized(pattern: SplitPattern) {
    #expect(SplitPattern(regularExpression: pattern.regularExpression) == pattern)
    #expect(SplitPattern(regularExpression: #"\w+"#) == nil)
  }
}
