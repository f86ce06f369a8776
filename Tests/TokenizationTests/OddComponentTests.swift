import Files
import TestSupport
import Testing
import UnicodeText

@testable import Tokenization

/// What `tokenizers` 0.23.3 does where components meet in ways that few files have; the expected
/// values are its answers.
@Suite struct OddComponentTests {
  /// A tokenizer with some characters, the bytes of `é` and a token of three letters.
  private func tokenizer(_ parts: String, added: String = "") throws -> Tokenizer {
    let spellings = [
      "<unk>", "a", "b", "c", " ", "abe", "<0xC3>", "<0xA9>", "<0x41>", "x", "e", "\u{3000}",
    ]
    let vocabulary = spellings.enumerated().map { #""\#($1)": \#($0)"# }
    let json = """
      {"version": "1.0", "added_tokens": [\(added)], \(parts.isEmpty ? "" : parts + ",")
      "model": {"type": "BPE", "unk_token": "<unk>", "byte_fallback": false,
        "vocab": {\(vocabulary.joined(separator: ", "))}, "merges": []}}
      """
    return try Tokenizer(json: Array(json.utf8), name: "test")
  }

  private func added(_ id: Int, _ content: String, _ flags: String...) -> String {
    let names = ["single_word", "lstrip", "rstrip", "normalized", "special"]
    let settings = names.map { #""\#($0)": \#(flags.contains($0))"# }
    return #"{"id": \#(id), "content": "\#(content)", \#(settings.joined(separator: ", "))}"#
  }

  private func offsets(_ encoding: Encoding) -> [[Int]] {
    encoding.offsets.map { [$0.lowerBound, $0.upperBound] }
  }

  private func streamed(_ ids: [TokenID], _ tokenizer: Tokenizer) throws -> String {
    var decoder = StreamingDecoder(tokenizer)
    var text = ""
    for id in ids { text += try decoder.append(id) }
    return text + (try decoder.finish())
  }

  @Test func aSequenceOfNoDecodersPutsNothingBetweenTokens() throws {
    #expect(try tokenizer("").decode([1, 2]) == "a b")
    let none = try tokenizer(#""decoder": {"type": "Sequence", "decoders": []}"#)
    #expect(try none.decode([1, 2]) == "ab")
    #expect(try Tokenizer(json: none.json, name: "copy").decode([1, 2]) == "ab")
  }

  @Test func aSpecialTokenThatTheNormalizerChangesIsNotLeftOut() throws {
    let tokenizer = try tokenizer(
      #""normalizer": {"type": "Prepend", "prepend": "x"}, "decoder": {"type": "Fuse"}"#,
      added: added(12, "<s>", "normalized", "special") + "," + added(13, "</s>", "special")
    )
    #expect(try tokenizer.decode([12, 1, 13], skipsSpecialTokens: true) == "x<s>a")
    var decoder = StreamingDecoder(tokenizer, skipsSpecialTokens: true)
    #expect(try decoder.append(12) + decoder.append(1) + decoder.append(13) == "x<s>a")
  }

  @Test func stagesThatAddTokensAfterATemplateAreRefused() throws {
    let template = """
      {"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "a", "type_id": 0}},
      {"Sequence": {"id": "A", "type_id": 0}}], "pair": [],
      "special_tokens": {"a": {"id": "a", "ids": [1], "tokens": ["a"]}}}
      """
    let bert = #"{"type": "BertProcessing", "cls": ["a", 1], "sep": ["b", 2]}"#
    func sequence(_ parts: String...) throws -> Tokenizer {
      let list = parts.joined(separator: ", ")
      return try tokenizer(#""post_processor": {"type": "Sequence", "processors": [\#(list)]}"#)
    }
    #expect(try sequence(bert, template).addingSpecialTokens([3]) == [1, 1, 3, 2])
    #expect(throws: TokenizationError.self) { try sequence(template, bert) }
    #expect(throws: TokenizationError.self) { try sequence(template, template) }
  }

  @Test func tokensThatStripLeftCoverNothingTwice() throws {
    let spaces = try tokenizer("", added: added(12, "  ", "lstrip", "rstrip"))
    #expect(try offsets(spaces.encodeWithOffsets("    ")) == [[0, 4]])
    let letter = try tokenizer("", added: added(12, "  x", "lstrip", "rstrip"))
    #expect(try offsets(letter.encodeWithOffsets("  x  x")) == [[0, 5], [5, 6]])
    let after = try tokenizer("", added: added(1, "a", "rstrip") + "," + added(4, " ", "lstrip"))
      .encodeWithOffsets("a b")
    #expect(after.ids == [1, 2])
  }

  @Test func offsetsAreTrimmedByWhatATokenIsInTheNormalizedText() throws {
    let stage =
      #"{"type": "ByteLevel", "add_prefix_space": false, "#
      + #""trim_offsets": true, "use_regex": true}"#
    let tokenizer = try tokenizer(
      #""normalizer": {"type": "Prepend", "prepend": "  "}, "post_processor": "# + stage,
      added: added(9, "x", "normalized")
    )
    #expect(try offsets(tokenizer.encodeWithOffsets("xa")) == [[1, 1], [1, 2]])
    let twice = try self.tokenizer(
      #""post_processor": {"type": "Sequence", "processors": [\#(stage), \#(stage)]}"#,
      added: added(9, "x", "rstrip")
    )
    #expect(try offsets(twice.encodeWithOffsets("bx ")) == [[0, 1], [1, 1]])
  }

  @Test func theFirstTokenAfterACutKeepsItsSpace() throws {
    let tokenizer = try tokenizer(
      """
      "truncation": {"direction": "Left", "max_length": 2, "strategy": "LongestFirst",
      "stride": 0}, "post_processor": {"type": "ByteLevel", "add_prefix_space": true,
      "trim_offsets": true, "use_regex": true}
      """
    )
    let cut = try tokenizer.finish(tokenizer.encodeWithOffsets("a b"))
    #expect(offsets(cut) == [[1, 1], [2, 3]])
    let text = "a\u{3000}b"
    let wide = try tokenizer.finish(tokenizer.encodeWithOffsets(text))
    let utf8 = Array(text.utf8)
    #expect(unsafe wide.codePointOffsets(in: utf8.span.bytes) == [1..<1, 2..<3])
  }

  @Test func tokensThatAreNothingToTheNormalizerAreRefused() throws {
    #expect(throws: TokenizationError.self) {
      try tokenizer(
        #""normalizer": {"type": "Strip", "strip_left": true, "strip_right": true}"#,
        added: added(12, "  ", "normalized")
      )
    }
  }

  @Test(arguments: [
    #"{"type": "BPEDecoder", "suffix": "e"}"#,
    #"{"type": "ByteFallback"}"#,
    #"{"type": "Fuse"}, {"type": "ByteFallback"}"#,
    #"{"type": "Replace", "pattern": {"String": "x"}, "content": "<0xC3>"}, {"type": "ByteFallback"}"#,
    #"{"type": "ByteFallback"}, {"type": "BPEDecoder", "suffix": "e"}"#,
    #"{"type": "BPEDecoder", "suffix": "e"}, {"type": "ByteFallback"}"#,
    #"{"type": "ByteFallback"}, {"type": "Fuse"}, {"type": "Strip", "content": "a", "start": 3, "stop": 0}"#,
    #"{"type": "Fuse"}, {"type": "Strip", "content": "a", "start": 1, "stop": 1}"#,
    #"{"type": "Fuse"}, {"type": "Replace", "pattern": {"String": "ab"}, "content": "x"}"#,
    #"{"type": "Metaspace", "replacement": "a", "prepend_scheme": "always"}"#,
    #"{"type": "ByteLevel"}"#,
    #"{"type": "ByteLevel"}, {"type": "Fuse"}"#,
  ])
  func everyDecoderStreamsTheWholeText(steps: String) throws {
    let tokenizer = try tokenizer(
      #""decoder": {"type": "Sequence", "decoders": [\#(steps)]}"#
    )
    let lists: [[TokenID]] = [
      [6, 7, 1, 10], [1, 6, 7, 8, 6, 1], [8, 6], [8, 6, 1], [1, 1, 1, 1, 2], [1], [5, 5, 10, 5],
      [9, 7, 2], [10, 10], [6, 7, 6, 7, 7, 2, 9], [4, 1, 4, 2],
    ]
    for ids in lists {
      #expect(try streamed(ids, tokenizer) == tokenizer.decode(ids), "\(ids)")
    }
  }

  /// The answers of `sentencepiece` 0.2.3 to a model with the control symbol `x`.
  @Test func controlSymbolsOfOneCharacterAreUnknownInTexts() throws {
    var pieces: [SentencePieceModel.Piece] = [
      .init(text: Array("<unk>".utf8), score: 0, kind: .unknown),
      .init(text: Array("x".utf8), score: 0, kind: .control),
    ]
    for text in ["▁", "a"] {
      pieces.append(.init(text: Array(text.utf8), score: -1, kind: .normal))
    }
    let tokenizer = try Tokenizer(
      SentencePieceModel(
        pieces: pieces,
        normalization: .init(),
        denormalizer: nil,
        byteFallback: false,
        treatsWhitespaceAsSuffix: false,
        unknownSurface: SentencePieceModel.defaultUnknownSurface
      )
    )
    #expect(try tokenizer.encode("axéa") == [2, 3, 0, 3])
  }

  /// `cl100k_base` has 100,256 ranks, and `<|endoftext|>` is 100,257.
  @Test func specialTokensNeedNotFollowTheRanksAtOnce() throws {
    try withTemporaryFolder { folder in
      let path = joined(folder, "ranks.tiktoken")
      let lines = (0...255).map { byte in
        String(decoding: Base64.encode([UInt8(byte)]), as: UTF8.self) + " \(byte)\n"
      }
      try writeFile(path, Array(lines.joined().utf8))
      var missing = MissingSettings()
      missing.pattern = .cl100k
      missing.specialTokens = [
        AddedToken(id: 257, content: "<|end|>"), AddedToken(id: 276, content: "<|more|>"),
      ]
      let read = try Tokenizer(contentsOf: path, missing: missing)
      for tokenizer in [read, try Tokenizer(json: read.json, name: "copy")] {
        let ids = try tokenizer.encode("a<|end|>b<|more|>", specialTokens: .recognize)
        #expect(ids == [97, 257, 98, 276])
        #expect(try tokenizer.decode(ids) == "a<|end|>b<|more|>")
        #expect(throws: TokenizationError.self) { try tokenizer.decode([256]) }
      }
      missing.specialTokens = [AddedToken(id: 1_000_000, content: "<|end|>")]
      #expect(throws: TokenizationError.self) {
        try Tokenizer(contentsOf: path, missing: missing)
      }
    }
  }

  /// Counted code point by code point, these would be billions of steps.
  @Test func offsetsThatJumpAreCountedQuickly() {
    let text = Array(String(repeating: "aé日", count: 30_000).utf8)
    var offsets: [Range<Int>] = []
    var expected: [Range<Int>] = []
    for index in 0..<30_000 {
      let (byte, character) = (6 * index, 3 * index)
      for (start, number) in [(0, 0), (1, 1), (3, 2)] {
        offsets.append(byte + start..<byte + 6)
        expected.append(character + number..<character + 3)
      }
      let back = index / 2
      offsets.append(6 * back..<6 * back + 6)
      expected.append(3 * back..<3 * back + 3)
    }
    let encoding = Encoding(ids: Array(repeating: 0, count: offsets.count), offsets: offsets)
    let found = unsafe encoding.codePointOffsets(in: text.span.bytes)
    #expect(found == expected)
  }

  /// A `tokenizer.json` holds the patterns as expressions for Oniguruma, to which `{1,3}+` is any
  /// number.
  @Test(arguments: SplitPattern.allCases)
  func knownPatternsCanBeWritten(pattern: SplitPattern) throws {
    let expression = pattern.regularExpression
    #expect(SplitPattern(regularExpression: expression) == pattern)
    _ = try PatternMatcher(.regularExpression(expression))
  }
}
