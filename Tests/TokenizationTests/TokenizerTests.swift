import Randomness
import Testing
import UnicodeText

@testable import Tokenization

/// A tokenizer of some hundred merges, trained on a few sentences in several scripts.
func smallTokenizer(
  normalization: NormalizationForm = .nfc,
  pattern: SplitPattern = .o200k,
  addedTokens: [AddedToken] = []
) throws -> Tokenizer {
  let counter = WordCounter(normalization: normalization, pattern: pattern)
  for text in smallTexts { try counter.add(text) }
  let model = try BPETrainer(vocabularySize: 600).train(on: counter)
  var configuration = TokenizerConfiguration(
    normalization: Normalization(normalization),
    pattern: pattern
  )
  configuration.addedTokens = [AddedToken(id: 0, content: "<|endoftext|>")] + addedTokens
  return try Tokenizer(model: model, configuration: configuration)
}

let smallTexts = [
  "The quick brown fox jumps over the lazy dog, and the dog doesn't mind it at all.",
  "Die schnelle Füchsin springt über den faulen Hund; der Hund schläft weiter.",
  "Быстрая лиса прыгает через ленивую собаку, а собака спит дальше.",
  "तेज़ लोमड़ी आलसी कुत्ते के ऊपर से कूदती है, और कुत्ता सोता रहता है।",
  "素早い狐がのろまな犬を飛び越える。犬は眠り続ける。",
  "الثعلب السريع يقفز فوق الكلب الكسول، والكلب نائم.",
  "สุนัขจิ้งจอกกระโดดข้ามสุนัขขี้เกียจ 12345 67", "👨‍👩‍👧‍👦 e\u{301}te\u{301} ﬁne   \n\n\t x",
]

@Suite struct TokenizerTests {
  @Test(arguments: SplitPattern.allCases)
  func textsComeBack(pattern: SplitPattern) throws {
    let tokenizer = try smallTokenizer(normalization: .none, pattern: pattern)
    for text in smallTexts {
      let ids = try tokenizer.encode(text)
      #expect(ids.count < text.utf8.count)
      #expect(try tokenizer.decode(ids).utf8.elementsEqual(text.utf8))
    }
  }

  @Test func anyBytesComeBack() throws {
    let tokenizer = try smallTokenizer()
    var random = Seed(3).stream("bytes")
    for _ in 0..<100 {
      let bytes = (0..<random.below(50)).map { _ in UInt8(random.below(256)) }
      let normal = try unsafe Normalizer(.nfc).normalized(bytes.span.bytes) ?? bytes
      let ids = try unsafe tokenizer.encode(bytes.span.bytes)
      #expect(try tokenizer.decodeBytes(ids) == normal)
    }
  }

  @Test func illFormedTextIsRepairedWhenDecoded() throws {
    let tokenizer = try smallTokenizer()
    let ids = try unsafe tokenizer.encode(([0x61, 0xE2, 0x82, 0x62, 0xFF] as [UInt8]).span.bytes)
    #expect(try tokenizer.decode(ids) == "a\u{FFFD}b\u{FFFD}")
  }

  @Test func theEncoderFollowsTheRanks() throws {
    let tokenizer = try smallTokenizer(normalization: .none)
    let encoder = BPEEncoder(tokenizer)
    var random = Seed(4).stream("pieces")
    let words = smallTexts.flatMap { SplitPattern.o200k.pieces(of: $0) }
    for round in 0..<300 {
      // Long pieces go through the queue, short ones through the scan.
      let count = round % 10 == 0 ? 60 : 1 + random.below(4)
      let text = (0..<count).map { _ in words[random.below(words.count)] }.joined()
      let utf8 = Array(text.filter { $0.isLetter }.utf8)
      var ids: [TokenID] = []
      try unsafe encoder.encode(utf8.span.bytes, into: &ids)
      var expected: [TokenID] = []
      for piece in unsafe SplitPattern.o200k.pieces(of: utf8.span.bytes) {
        expected += try tokenizer.encodeByRescanning(Array(utf8[piece]))
      }
      #expect(ids == expected)
    }
  }

  @Test func offsetsNameTheOriginalBytes() throws {
    let tokenizer = try smallTokenizer(normalization: .nfkc)
    let text = "ﬁne e\u{301}te\u{301}<|endoftext|> the dog"
    // As `tokenizers` has it: the parts of a character that was taken apart all have its place, and
    // one that was put together has that of its first part.
    let fi = [0..<3, 0..<3]
    let composed = [6..<7, 6..<7, 9..<10, 10..<11, 10..<11]
    let places = fi + [3..<4, 4..<5, 5..<6] + composed
    let encoding = try tokenizer.encodeWithOffsets(text)
    #expect(try encoding.ids == tokenizer.encode(text))
    #expect(encoding.ids.count { $0 == 0 } == 1)
    var place = 0
    for (id, range) in zip(encoding.ids, encoding.offsets) {
      if id == 0 {
        #expect(range == 13..<26)
        #expect(place == places.count)
        place = 26
        continue
      }
      let end = place + tokenizer.byteCount(of: id)
      #expect(place >= 26 || end <= places.count)
      let expected =
        place >= 26 ? place..<end : places[place].lowerBound..<places[end - 1].upperBound
      #expect(range == expected)
      place = end
    }
    #expect(place == text.utf8.count)
  }

  @Test func codePointsCountWholeCharacters() throws {
    let encoding = Encoding(ids: [0, 1, 2], offsets: [0..<2, 2..<4, 4..<5])
    let text = Array("a漢é".utf8)
    #expect(unsafe encoding.codePointOffsets(in: text.span.bytes) == [0..<2, 1..<2, 2..<3])
  }

  @Test func specialTokensInTextFollowThePolicy() throws {
    let tokenizer = try smallTokenizer()
    let text = "a<|endoftext|>b"
    #expect(try tokenizer.encode(text).contains(0))
    #expect(try !tokenizer.encode(text, specialTokens: .asText).contains(0))
    #expect(try tokenizer.decode(tokenizer.encode(text, specialTokens: .asText)) == text)
    #expect(throws: TokenizationError.specialTokenInText(token: "<|endoftext|>", offset: 1)) {
      try tokenizer.encode(text, specialTokens: .refuse)
    }
    #expect(try tokenizer.decode(tokenizer.encode(text), skipsSpecialTokens: true) == "ab")
    #expect(tokenizer.endOfText == 0)
  }

  @Test func addedTokensKeepTheirFlags() throws {
    let count = TokenID(600)
    let tokenizer = try smallTokenizer(addedTokens: [
      AddedToken(id: count, content: "<m>", stripsLeft: true, stripsRight: true, isSpecial: false),
      AddedToken(id: count + 1, content: "cat", singleWord: true, isSpecial: false),
      AddedToken(id: count + 2, content: "ﬁx", isNormalized: true, isSpecial: false),
    ])
    #expect(try tokenizer.encodeWithOffsets("  <m> ").ids == [600])
    #expect(try tokenizer.encode("cat").contains(601))
    #expect(try !tokenizer.encode("cats").contains(601))
    #expect(try tokenizer.encode("a-cat.").contains(601))
    #expect(try tokenizer.encode("ﬁx").contains(602))
    #expect(try tokenizer.decode([600, 602]) == "<m>ﬁx")
  }

  @Test(.timeLimit(.minutes(1)), arguments: ["a", " ", "👨‍👩‍👧‍👦", "^", "漢"])
  func aLongRunOfOneCharacterIsNoTrouble(unit: String) throws {
    let tokenizer = try smallTokenizer()
    let text = String(repeating: unit, count: 20_000 / unit.utf8.count)
    #expect(try tokenizer.decode(tokenizer.encode(text)) == text)
  }

  @Test(arguments: [1, 2, 5])
  func threadsDoNotChangeTheTokens(threads: Int) throws {
    let tokenizer = try smallTokenizer()
    let texts = (0..<200).map { Array(smallTexts[$0 % smallTexts.count].dropFirst($0 / 8).utf8) }
    let expected = try texts.map { try unsafe tokenizer.encode($0.span.bytes) }
    #expect(try tokenizer.encode(texts, threads: threads) == expected)
  }

  @Test func aFullCacheForgetsAndGoesOn() throws {
    let tokenizer = try smallTokenizer()
    let encoder = BPEEncoder(tokenizer)
    for round in 0..<2 {
      for number in stride(from: 0, to: 60_000, by: 1 + 20 * round) {
        let text = Array(" word number\(String(number, radix: 36)) and longer than sixteen".utf8)
        var ids: [TokenID] = []
        try unsafe encoder.encode(text.span.bytes, into: &ids)
        if number % 1000 == 0 { #expect(try tokenizer.decodeBytes(ids) == text) }
      }
    }
  }

  @Test func partsThatDoNotFitAreRefused() throws {
    func make(_ tokens: [String], _ merges: [Merge], _ added: [AddedToken]) throws {
      _ = try Tokenizer(
        model: BPEModel(tokens: tokens.map { Array($0.utf8) }, merges: merges),
        configuration: TokenizerConfiguration(addedTokens: added)
      )
    }
    #expect(throws: TokenizationError.self) { try make(["a", "a"], [], []) }
    #expect(throws: TokenizationError.self) {
      try make(["a"], [Merge(left: 0, right: 0, merged: 1)], [])
    }
    #expect(throws: TokenizationError.self) {
      try make(["a"], [], [AddedToken(id: TokenID(Tokenizer.largestGap + 2), content: "x")])
    }
    #expect(throws: TokenizationError.self) {
      try make(["a"], [], [AddedToken(id: 0, content: "x")])
    }
    #expect(throws: TokenizationError.self) {
      try make(["a"], [], [AddedToken(id: 1, content: "")])
    }
    #expect(throws: TokenizationError.unknownToken(id: 600, vocabularySize: 600)) {
      try smallTokenizer().decode([9, 600])
    }
  }
}
