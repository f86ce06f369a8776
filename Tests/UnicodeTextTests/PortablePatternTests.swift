import Testing
import UnicodeText

/// Regular expressions mean what they mean to Oniguruma, by the answers of `tokenizers` 0.23.3.
@Suite struct PortablePatternTests {
  private func matches(_ pattern: String, _ text: String) throws -> [String] {
    let utf8 = Array(text.utf8)
    let matcher = try PatternMatcher(.regularExpression(pattern))
    return try unsafe matcher.matches(in: utf8.span.bytes).map {
      String(decoding: utf8[$0], as: UTF8.self)
    }
  }

  @Test(arguments: [
    (#"\w+"#, ["a²b", "½", "c", "d"]),
    (#"\W+"#, ["-", " \u{200D}", "\u{200C}"]),
    (#"[\w]+"#, ["a", "b", "c", "d"]),
    (#"[\w-]+"#, ["a", "b-", "c", "d"]),
    (#"[^\w\s]+"#, ["²", "-½", "\u{200D}", "\u{200C}"]),
    (#"[[:word:]]+"#, ["a", "b", "c", "d"]),
    (#"\b.\B"#, ["a", " "]),
    (#"[\]-a]"#, ["a"]),
    (#"[\w&&[^ab]]"#, ["c", "d"]),
  ])
  func wordsAreOnigurumas(pattern: String, expected: [String]) throws {
    #expect(try matches(pattern, "a²b-½ \u{200D}c\u{200C}d") == expected)
  }

  @Test func punctuationAndDigitsAreOnigurumas() throws {
    #expect(try matches("[[:punct:]]+", "a$+`<!-٣") == ["$+`<!-"])
    #expect(try matches("[[:^punct:]]+", "a$b") == ["a", "b"])
    #expect(try matches("[[:xdigit:]]+", "fFg9٣") == ["fF", "9"])
    #expect(try matches(#"\v"#, "\u{0B}\u{0C}\n\u{85}") == ["\u{0B}"])
  }

  @Test func placesOfMistakesAreThoseOfThePattern() {
    #expect(throws: UnicodeTextError.pattern(#"\w\b("#, place: 5, code: "U_REGEX_MISMATCHED_PAREN"))
    {
      try PatternMatcher(.regularExpression(#"\w\b("#))
    }
    #expect(throws: UnicodeTextError.self) { try PatternMatcher(.regularExpression(#"\Qa"#)) }
  }

  /// Neither the memory of the matcher nor its steps end at a long run.
  @Test(arguments: [#"\s+(?!\S)|\s+"#, #"\s*[\r\n]+|\s+"#, #"(?:\s|a)+"#, #"\S+|\s+|\d+|\D+"#])
  func longRunsMatch(pattern: String) throws {
    let matcher = try PatternMatcher(.regularExpression(pattern))
    for letter in [" ", "\n"] {
      let text = Array(String(repeating: letter, count: 300_000).utf8)
      #expect(try unsafe matcher.matches(in: text.span.bytes) == [0..<300_000])
    }
  }
}
