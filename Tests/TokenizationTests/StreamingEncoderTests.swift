import Randomness
import TestSupport
import Testing
import UnicodeText

@testable import Tokenization

/// Texts that come in bit by bit have the tokens and places of whole ones.
@Suite struct StreamingEncoderTests {
  /// Characters that stages treat in different ways, alone and beside each other.
  private static let parts: [[UInt8]] =
    [
      " ", " ", " ", "  ", "\n", "\r\n", "\t", "\u{A0}", "\u{3000}", "a", "the", "Word", "LL", "'s",
      "'", "'ll", "I'm", "12", "1234567", "3", ",", ".", "!?", "/", "e\u{301}", "\u{301}", "é", "ﬁ",
      "Å", "İ", "I\u{307}", "ΣΑΣ", "ς", "ß", "漢字", "カ\u{3099}", "か", "한국", "ᄒ", "ᅡ", "ไทย", "नि",
      "क्", "س", "👩‍👩‍👧", "🇫🇷", "\u{200D}", "\u{FEFF}", "\u{AD}", "▁", "<s>", "</s>", "<unk>", "<mask>",
      "<|end|>", "<new>", "ω<я>", "cat", "<0x0A>", "\u{0}", "_", "²", "½", "ſ",
    ].map { Array($0.utf8) } + [[0xFF], [0xC3], [0xE2, 0x82], [0x80], [0xF0, 0x9F]]

  private static func text(_ random: inout Xoshiro256, length: Int, wellFormed: Bool) -> [UInt8] {
    let count = wellFormed ? parts.count - 5 : parts.count
    return (0..<length).flatMap { _ in parts[random.below(count)] }
  }

  /// Encodes a text in bits of random lengths and compares with the whole.
  ///
  /// - Returns: How many parts the text was encoded in.
  private func compare(
    _ tokenizer: Tokenizer,
    _ text: [UInt8],
    _ random: inout Xoshiro256,
    offsets: StreamingEncoder.OffsetUnit?,
    threads: Int = 1,
    dropout: MergeDropout? = nil
  ) throws -> Int {
    let policy: SpecialTokenPolicy = random.below(3) == 0 ? .asText : .recognize
    let encoder = try StreamingEncoder(
      tokenizer,
      threads: threads,
      specialTokens: policy,
      dropout: dropout,
      offsets: offsets,
      window: 1 + random.below(40)
    )
    var found = Encoding(ids: [], offsets: [])
    var parts = 0
    var place = 0
    func take(_ part: Encoding) {
      found.ids += part.ids
      found.offsets += part.offsets
      if !part.ids.isEmpty { parts += 1 }
    }
    while place < text.count {
      let end = min(text.count, place + 1 + random.below(9))
      take(try encoder.append(Array(text[place..<end])))
      place = end
    }
    take(try encoder.finish())
    let whole = BPEEncoder(tokenizer, dropout: dropout)
    whole.startText(0)
    if let offsets {
      var wanted = try unsafe whole.encodeWithOffsets(text.span.bytes, specialTokens: policy)
      if offsets == .codePoints {
        wanted.offsets = unsafe wanted.codePointOffsets(in: text.span.bytes)
      }
      #expect(found == wanted, "\(String(decoding: text, as: UTF8.self).debugDescription)")
    } else {
      var ids: [TokenID] = []
      try unsafe whole.encode(text.span.bytes, specialTokens: policy, into: &ids)
      #expect(found.ids == ids, "\(String(decoding: text, as: UTF8.self).debugDescription)")
    }
    return parts
  }

  private func compareRandomTexts(
    _ tokenizer: Tokenizer,
    name: String,
    wellFormed: Bool = false,
    count: Int = 12
  ) throws -> Int {
    var random = Seed(4).stream(name)
    var parts = 0
    for round in 0..<count {
      let text = Self.text(&random, length: 60, wellFormed: wellFormed)
      let unit: StreamingEncoder.OffsetUnit? = [nil, .bytes, .codePoints][round % 3]
      parts += try compare(tokenizer, text, &random, offsets: unit)
    }
    return parts
  }

  @Test(arguments: FormatRecord.shared?.cases ?? [])
  func everyRecordedTokenizerStreams(recorded: FormatRecord.Case) throws {
    let tokenizer = try recorded.tokenizer()
    _ = try compareRandomTexts(tokenizer, name: recorded.testDescription, wellFormed: true)
  }

  @Test(arguments: StageRecord.shared?.cases ?? [])
  func everyRecordedStageStreams(recorded: StageRecord.Case) throws {
    let tokenizer = try Tokenizer(json: recorded.file, name: "recorded")
    _ = try compareRandomTexts(tokenizer, name: recorded.testDescription)
  }

  /// Bytes that have no token are left out, and the first token is the first of the whole text.
  @Test func textsThatBeginWithNoTokenStream() throws {
    let cases = try #require(FormatRecord.shared).cases
    let recorded = try #require(cases.first { $0.name == "few bytes dropped" })
    let tokenizer = try recorded.tokenizer()
    var random = Seed(4).stream("dropped")
    for start in Self.parts {
      let text = start + Array(" the cat,".utf8) + start
      for _ in 0..<8 { _ = try compare(tokenizer, text, &random, offsets: .bytes) }
    }
  }

  private static let normalizers = [
    "nfc", "nfd", "nfkc", "nfkd", "nfkc-casefold", "lowercase", "lowercase:tr", "lowercase:lt",
    "strip-accents", "strip", "collapse-whitespace", "replace:/b/c/", "replace:/th/z/",
  ]
  private static let splits = [
    "o200k", "cl100k", "cl100k_base", "gpt2", "qwen2", "nanochat", "whitespace",
    "whitespace-split", "punctuation", "digits", "digits:1", "digits:3", "scripts", "words",
    "graphemes", "whole-graphemes", "split:/ /", "split:/th/",
  ]

  /// A small tokenizer with stages of its own, and added tokens of all flags.
  private func tokenizer(
    _ normalizers: [String],
    _ splits: [String],
    added: Bool = false,
    prefixSpace: Bool = false
  ) throws -> Tokenizer {
    var configuration = TokenizerConfiguration()
    configuration.normalization = Normalization(try normalizers.map { try .init(spelling: $0) })
    configuration.splits = try splits.map { try TextSplit(spelling: $0) }
    configuration.addsPrefixSpace = prefixSpace
    let counter = try WordCounter(configuration)
    for text in smallTexts + ["the word 'll 12 I'm", "漢字 か 한국"] { try counter.add(text) }
    let model = try BPETrainer(vocabularySize: 420).train(on: counter)
    if added {
      let next = TokenID(model.tokens.count)
      configuration.addedTokens = [
        AddedToken(id: next, content: "<s>", isNormalized: true),
        AddedToken(id: next + 1, content: "</s>", stripsLeft: true, stripsRight: true),
        AddedToken(id: next + 2, content: "cat", singleWord: true, isSpecial: false),
        AddedToken(id: next + 3, content: "e W", isSpecial: false),
        AddedToken(id: next + 4, content: "<|end|>"),
        AddedToken(id: next + 5, content: "<mask>", stripsLeft: true),
        AddedToken(id: next + 6, content: "  ", isSpecial: false),
        AddedToken(id: next + 7, content: "Word", stripsRight: true, isNormalized: true),
      ]
    }
    return try Tokenizer(model: model, configuration: configuration)
  }

  @Test(arguments: splits)
  func everySplitStreams(split: String) throws {
    var parts = 0
    for normalizer in [[], ["nfc"], ["nfkc", "lowercase"]] {
      for added in [false, true] {
        let tokenizer = try tokenizer(normalizer, [split], added: added)
        parts += try compareRandomTexts(tokenizer, name: split, count: 8)
      }
    }
    // Of 48 texts, so that all of them were cut many times, where the rule cuts at spaces.
    if SplitPattern(rawValue: split) != nil { #expect(parts > 48 * 5, "\(parts) parts") }
    #expect(parts > 60, "\(parts) parts")
  }

  @Test(arguments: normalizers)
  func everyNormalizerStreams(normalizer: String) throws {
    var parts = 0
    for split in ["o200k", "cl100k", "gpt2"] {
      for added in [false, true] {
        let tokenizer = try tokenizer([normalizer], [split], added: added)
        parts += try compareRandomTexts(tokenizer, name: normalizer, count: 8)
      }
    }
    #expect(parts > 48 * 3, "\(parts) parts")
  }

  @Test(arguments: [
    ["digits:1", "gpt2"], ["digits:3", "punctuation", "cl100k"], ["gpt2", "whole-graphemes"],
    ["punctuation:merged-with-next", "o200k"], ["split:/a/removed", "cl100k"],
    ["scripts", "o200k"],
  ])
  func sequencesOfStagesStream(splits: [String]) throws {
    for prefixSpace in [false, true] {
      let tokenizer = try tokenizer(["nfc"], splits, added: true, prefixSpace: prefixSpace)
      _ = try compareRandomTexts(tokenizer, name: "\(splits)", count: 20)
    }
  }

  @Test func threadsAndDropoutChangeNothing() throws {
    let tokenizer = try tokenizer(["nfc"], ["o200k"], added: true)
    var random = Seed(4).stream("threads")
    let text = Self.text(&random, length: 120_000, wellFormed: false)
    let whole = try unsafe tokenizer.encode(text.span.bytes)
    let encoder = try StreamingEncoder(tokenizer, threads: 2, window: 1 << 18)
    var ids: [TokenID] = []
    for start in stride(from: 0, to: text.count, by: 100_000) {
      ids += try encoder.append(Array(text[start..<min(text.count, start + 100_000)])).ids
    }
    ids += try encoder.finish().ids
    #expect(ids == whole)
    let dropout = try MergeDropout(probability: 0.3, seed: Seed(7))
    for _ in 0..<10 {
      let text = Self.text(&random, length: 60, wellFormed: false)
      _ = try compare(tokenizer, text, &random, offsets: nil, threads: 2, dropout: dropout)
    }
  }

  @Test func littleIsHeldOfALongText() throws {
    let encoder = try StreamingEncoder(smallTokenizer(), window: 256)
    for number in 0..<2_000 {
      _ = try encoder.append(Array("word \(number), Wörter. 漢字。かな".utf8))
      #expect(encoder.waiting.count < 256)
    }
  }

  @Test func whatCannotBeCutIsHeldUpToTheLimit() throws {
    let tokenizer = try smallTokenizer()
    let encoder = try StreamingEncoder(tokenizer, window: 16, limit: 1_000)
    #expect(encoder.obstacle == nil)
    let error = #expect(throws: TokenizationError.self) {
      for _ in 0..<100 { _ = try encoder.append(Array("aaaaaaaaaaaaaaaa".utf8)) }
    }
    #expect(error?.description.contains("no place where it can be cut") == true)

    let other = try self.tokenizer(["transform:Any-Latin"], ["o200k"])
    let whole = try StreamingEncoder(other, window: 16, limit: 1_000)
    #expect(whole.obstacle != nil)
    let refusal = #expect(throws: TokenizationError.self) {
      for _ in 0..<100 { _ = try whole.append(Array("many a word here".utf8)) }
    }
    #expect(refusal?.description.contains("transform:Any-Latin") == true)
  }

  @Test func refusedTokensAreNamedByTheirPlaceInTheWholeText() throws {
    let tokenizer = try smallTokenizer()
    let text = Array((String(repeating: "some words ", count: 500) + "<|endoftext|>").utf8)
    for threads in [1, 2] {
      let encoder = try StreamingEncoder(
        tokenizer,
        threads: threads,
        specialTokens: .refuse,
        window: 64
      )
      #expect(throws: TokenizationError.specialTokenInText(token: "<|endoftext|>", offset: 5_500)) {
        for byte in stride(from: 0, to: text.count, by: 50) {
          _ = try encoder.append(Array(text[byte..<min(text.count, byte + 50)]))
        }
        _ = try encoder.finish()
      }
    }
  }
}
