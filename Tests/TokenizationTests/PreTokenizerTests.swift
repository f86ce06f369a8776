import Foundation
import Randomness
import Testing
import UnicodeText

@testable import Tokenization

/// The pieces of Hugging Face's pre-tokenizers, recorded by `Scripts/reference/pretokenizers.py`.
struct PreTokenizerRecord: Sendable {
  struct Case: Sendable, CustomTestStringConvertible {
    let stage: String
    let pieces: [[Int]]
    var testDescription: String { stage }
  }

  let texts: [String]
  let cases: [Case]

  static let shared: PreTokenizerRecord? = try? PreTokenizerRecord()

  init() throws {
    let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("Fixtures/pretokenizers.json")
    let record = try #require(
      JSONSerialization.jsonObject(with: Data(contentsOf: path)) as? [String: Any]
    )
    texts = try #require(record["texts"] as? [String])
    cases = try #require(record["cases"] as? [[String: Any]]).map { recorded in
      let stage = try JSONSerialization.data(
        withJSONObject: try #require(recorded["stage"]),
        options: [.sortedKeys]
      )
      let pieces = try #require(recorded["pieces"] as? [[Int]])
      return Case(stage: String(decoding: stage, as: UTF8.self), pieces: pieces)
    }
  }
}

/// The pre-tokenizers against `tokenizers` 0.23.3, and what only this module has.
@Suite struct PreTokenizerTests {
  /// The smallest `tokenizer.json` with a pre-tokenizer, whose last stage spells bytes.
  private func tokenizer(preTokenizer stage: String) throws -> Tokenizer {
    let file = """
      {"pre_tokenizer": {"type": "Sequence", "pretokenizers": [\(stage), {"type": "ByteLevel",
      "add_prefix_space": false, "use_regex": false}]}, "decoder": {"type": "ByteLevel"},
      "model": {"type": "BPE", "vocab": {"a": 0}, "merges": []}}
      """
    return try Tokenizer(json: Array(file.utf8), name: "pre-tokenizer")
  }

  @Test func theRecordIsThere() throws {
    let record = try PreTokenizerRecord()
    #expect(record.cases.count == 15)
    #expect(record.texts.count == 144)
  }

  @Test(arguments: PreTokenizerRecord.shared?.cases ?? [])
  func piecesAreHuggingFaces(recorded: PreTokenizerRecord.Case) throws {
    let configuration = try tokenizer(preTokenizer: recorded.stage).configuration
    for (text, expected) in zip(try PreTokenizerRecord().texts, recorded.pieces) {
      let found = try configuration.pieces(of: Array(text.utf8)).flatMap { piece in
        let utf8 = Array(text.utf8)
        let start = String(decoding: utf8[..<piece.lowerBound], as: UTF8.self).unicodeScalars.count
        let count = String(decoding: utf8[piece], as: UTF8.self).unicodeScalars.count
        return [start, start + count]
      }
      #expect(found == expected, "\(text.debugDescription)")
    }
  }

  private func pieces(_ text: String, _ stages: String...) throws -> [String] {
    var configuration = TokenizerConfiguration()
    configuration.splits = try stages.map(TextSplit.init(spelling:))
    let utf8 = Array(text.utf8)
    return try configuration.pieces(of: utf8).map { String(decoding: utf8[$0], as: UTF8.self) }
  }

  @Test func wordsAreICUs() throws {
    #expect(try pieces("สวัสดีชาวโลก", "words:th") == ["สวัสดี", "ชาว", "โลก"])
    #expect(
      try pieces("hello, big  world!?", "words") == ["hello", ",", " big", " ", " world", "!?"]
    )
    #expect(try pieces("東京都に住む", "o200k", "words") == ["東京", "都", "に", "住む"])
    #expect(try pieces(" say สวัสดีชาวโลก", "o200k", "words") == [" say", " สวัสดี", "ชาว", "โลก"])
  }

  @Test func graphemesStayWhole() throws {
    // cl100k cuts before every mark; the stage behind it joins what belongs together.
    #expect(try pieces("हिन्दी", "cl100k", "whole-graphemes") == ["हिन्दी"])
    #expect(try pieces("a e\u{301}b\r\nc", "gpt2") == ["a", " e", "\u{301}", "b", "\r", "\n", "c"])
    #expect(
      try pieces("a e\u{301}b\r\nc", "gpt2", "whole-graphemes") == [
        "a", " e\u{301}", "b", "\r\n", "c",
      ]
    )
    #expect(try pieces("👩‍👩‍👧🇫🇷x", "graphemes") == ["👩‍👩‍👧", "🇫🇷", "x"])
    #expect(try pieces("plain text", "gpt2", "whole-graphemes") == ["plain", " text"])
  }

  /// No cut of the guarded pieces lies inside a grapheme cluster, and nothing is lost.
  @Test(arguments: ["gpt2", "cl100k", "o200k", "digits:1", "punctuation"])
  func noCutFallsInsideAGrapheme(rule: String) throws {
    var random = Seed(9).stream(rule)
    let pool = Array("aह्िक्षन् \u{301}\u{200D}👩👧🇫🇷1٣\r\n.é한각ᄀ".unicodeScalars)
    for _ in 0..<300 {
      var scalars = String.UnicodeScalarView()
      for _ in 0..<random.below(16) { scalars.append(pool[random.below(pool.count)]) }
      let text = String(scalars)
      let whole = Set(
        try pieces(text, "graphemes").reduce(into: [0]) { ends, piece in
          ends.append((ends.last ?? 0) + piece.utf8.count)
        }
      )
      var end = 0
      for piece in try pieces(text, rule, "whole-graphemes") {
        #expect(whole.contains(end), "\(text.debugDescription)")
        end += piece.utf8.count
      }
      #expect(end == text.utf8.count)
    }
  }

  @Test(
    arguments: [
      ("llama3", TextSplit(.cl100k)), ("qwen2", TextSplit(.qwen2)),
      ("whitespace", .wordsAndSymbols),
      ("whitespace-split", .whitespace), ("punctuation", .punctuation()),
      ("punctuation:merged-with-next", .punctuation(.mergedWithNext)), ("scripts", .scripts),
      ("digits", TextSplit(.digits(individual: false))),
      ("digits:1", TextSplit(.digits(individual: true))),
      ("digits:3", TextSplit(.text(.regularExpression(#"\p{N}{1,3}"#)))),
      ("words:th", TextSplit(.words(locale: "th"))), ("graphemes", TextSplit(.graphemes)),
      ("whole-graphemes", TextSplit(.wholeGraphemes)),
      ("split:/, /", TextSplit(.text(.literal(", ")))),
      (
        #"regex:|\w+|removed-inverted"#,
        TextSplit(.text(.regularExpression(#"\w+"#)), behavior: .removed, isInverted: true)
      ),
    ] as [(String, TextSplit)]
  )
  func stagesHaveSpellingsAndFiles(spelling: String, split: TextSplit) throws {
    #expect(try TextSplit(spelling: spelling) == split)
    var configuration = TokenizerConfiguration()
    configuration.splits = [split, TextSplit(.o200k)]
    configuration.normalization = .none
    let model = BPEModel(tokens: [Array("a".utf8)], merges: [])
    let written = try Tokenizer(model: model, configuration: configuration)
    let read = try Tokenizer(json: written.json, name: "copy")
    #expect(read.configuration == configuration)
    let isOwn = ["words:th", "graphemes", "whole-graphemes"].contains(spelling)
    #expect(configuration.substitutes.isEmpty == !isOwn)
  }

  @Test(arguments: [
    "", "o300k", "digits:0", "punctuation:sideways", "words:t h", "regex:/(/", "regex:/a",
    "split://",
  ])
  func otherSpellingsAreRefused(spelling: String) {
    #expect(throws: TokenizationError.self) { try TextSplit(spelling: spelling) }
  }

  @Test func ownNormalizersAreKeptInFiles() throws {
    var configuration = TokenizerConfiguration()
    configuration.normalization = Normalization([
      .form(.nfkcCasefold), .lowercaseIn("tr"), .transform("Any-Latin; Latin-ASCII"),
      .collapseWhitespace,
    ])
    let model = BPEModel(tokens: [Array("a".utf8)], merges: [])
    let written = try Tokenizer(model: model, configuration: configuration)
    let read = try Tokenizer(json: written.json, name: "copy")
    #expect(read.configuration == configuration)
    #expect(configuration.substitutes.count == 3)
    let wrong = String(decoding: written.json, as: UTF8.self)
      .replacingOccurrences(of: "NFKC_Casefold", with: "Rot13")
    #expect(throws: TokenizationError.self) {
      try Tokenizer(json: Array(wrong.utf8), name: "wrong")
    }
  }
}
