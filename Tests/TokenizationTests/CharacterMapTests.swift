import Foundation
import Testing

@testable import Tokenization

/// Maps that SentencePiece compiled from the rules in `Scripts/reference/formats.py`; what they make of
/// texts is compared in ``FormatTests``.
@Suite struct CharacterMapTests {
  private func map(_ name: String) throws -> CharacterMap {
    let cases = try #require(FormatRecord.shared).cases
    let recorded = try #require(cases.first { $0.name == name })
    let model = try SentencePieceModel(recorded.file, path: name)
    return try #require(model.normalization.characterMap)
  }

  @Test func keysAreMeasured() throws {
    let many = try map("many rules").keyMeasures
    #expect(many.longest == 10 && !many.hasSpace)
    // The other map has a key with a space, so that no text may be cut there.
    #expect(try map("rules").keyMeasures.hasSpace)
  }

  /// The longest key, also where a longer one begins alike.
  @Test(arguments: [
    ("http://www.", 10, "w"), ("http://wx", 4, "h"), ("123456", 3, "some"), ("1234567", 7, "many"),
    ("e\u{301}\u{323}x", 5, "ẹ\u{301}"), ("e\u{301}x", 3, "é"), ("\u{301}", 2, ""),
    ("\r\n\n", 2, " "), ("\r\r", 1, " "), ("aaaaaaa", 3, "b"),
  ])
  func theLongestKeyCounts(text: String, length: Int, replacement: String) throws {
    let map = try map("many rules")
    try Array(text.utf8).withByteView { text in
      let found = try #require(map.longestPrefix(of: text))
      #expect(found.length == length)
      #expect(Array(found.replacement) == Array(replacement.utf8))
    }
  }

  @Test(arguments: ["e\u{302}", "aa", "-_", "h", "x", ""])
  func whatNoKeyBeginsIsNotFound(text: String) throws {
    let map = try map("many rules")
    Array(text.utf8).withByteView { #expect(map.longestPrefix(of: $0) == nil) }
  }

  /// Bytes that are no characters, and the first ones of a key alone.
  @Test(arguments: [[0xFF], [0x00], [0xEF, 0xBD], [0xC3], [0x80, 0x61]] as [[UInt8]])
  func bytesOfNoKeyAreNotFound(bytes: [UInt8]) throws {
    let map = try map("many rules")
    bytes.withByteView { #expect(map.longestPrefix(of: $0) == nil) }
  }
}
