import Randomness
import Testing
import Tokenization
import UnicodeText

/// Bytes that are no UTF-8 go through every normalizer and every pre-tokenizer as they are.
@Suite struct IllFormedTextTests {
  /// A vocabulary of bytes alone.
  private func tokenizer(_ normalizers: [String], _ splits: [String]) throws -> Tokenizer {
    var configuration = TokenizerConfiguration()
    configuration.normalization = Normalization(try normalizers.map { try .init(spelling: $0) })
    configuration.splits = try splits.map { try TextSplit(spelling: $0) }
    let tokens = ByteAlphabet.bytesByCharacter.map { ByteAlphabet.spelling(of: [$0]) }
    return try Tokenizer(model: BPEModel(tokens: tokens, merges: []), configuration: configuration)
  }

  private func decoded(_ text: [UInt8], _ tokenizer: Tokenizer) throws -> [UInt8] {
    try unsafe tokenizer.decodeBytes(tokenizer.encode(text.span.bytes))
  }

  /// A text of whole characters, and between spaces bytes that are none.
  private func text(_ random: inout Xoshiro256) -> [UInt8] {
    let parts: [[UInt8]] =
      ["Ab", "é", "e\u{301}", "İΣ", "ﬁ²", "हिन्दी", "ไปตลาด", "漢字", "👨\u{200D}👩", "12345", "\n", "  "]
      .map { Array($0.utf8) } + [
        [0xFF], [0xC3], [0xE0, 0xA4], [0xF0, 0x9F], [0xED, 0xA0], [0x80],
      ]
    return (0..<random.below(12)).flatMap { _ in parts[random.below(parts.count)] + [0x2E] }
  }

  /// The bytes of a text that belong to no character.
  private func illFormed(_ text: [UInt8]) -> [UInt8] {
    var found: [UInt8] = []
    var rest = text[...]
    while !rest.isEmpty {
      let bytes = Array(rest)
      guard let place = unsafe firstInvalidUTF8(in: bytes.span.bytes) else { break }
      found.append(bytes[place])
      rest = rest.dropFirst(place + 1)
    }
    return found
  }

  @Test(arguments: [
    "nfc", "nfd", "nfkc", "nfkd", "nfkc-casefold", "lowercase", "lowercase:tr", "lowercase:lt",
    "strip-accents", "strip", "collapse-whitespace", "prepend:>", "replace:/b/c/",
    "regex:/[a-z]/x/",
    "transform:Any-Latin; Latin-ASCII", "transform:Traditional-Simplified",
  ])
  func normalizersKeepThem(spelling: String) throws {
    let tokenizer = try tokenizer([spelling], ["o200k"])
    var random = Seed(14).stream(spelling)
    for _ in 0..<80 {
      let text = text(&random)
      let found = try decoded(text, tokenizer)
      #expect(illFormed(found) == illFormed(text), "\(text)")
    }
  }

  @Test(arguments: [
    "o200k", "cl100k", "cl100k_base", "gpt2", "qwen2", "nanochat", "punctuation", "digits",
    "digits:3", "words", "words:th", "graphemes", "whole-graphemes", "split:/b/",
    "regex:/[a-z]+/isolated", "regex:/./merged-with-next", "regex:/ +/contiguous",
  ])
  func preTokenizersKeepEveryByte(spelling: String) throws {
    let tokenizer = try tokenizer([], [spelling])
    var random = Seed(15).stream(spelling)
    for _ in 0..<80 {
      let text = text(&random)
      #expect(try decoded(text, tokenizer) == text)
    }
  }
}
