import Randomness
import Testing
import UnicodeText

@testable import Tokenization

/// Reading pieces from left to right against merging them.
@Suite struct PieceParserTests {
  /// A vocabulary of merges learned from random words of few letters, where many tokens overlap.
  private func tokenizer(
    letters: Int,
    vocabularySize: Int,
    seed: UInt64
  ) throws -> Tokenizer {
    var random = Seed(seed).stream("words")
    let counter = WordCounter(normalization: .none, pattern: .gpt2)
    for _ in 0..<300 { try counter.add(word(letters, upTo: 14, &random)) }
    let model = try BPETrainer(vocabularySize: vocabularySize, specialTokens: []).train(on: counter)
    return try Tokenizer(
      model: model,
      configuration: TokenizerConfiguration(normalization: .none, pattern: .gpt2)
    )
  }

  private func word(_ letters: Int, upTo length: Int, _ random: inout Xoshiro256) -> String {
    let alphabet = Array("abcdefgh")
    return String(
      (0..<1 + random.below(length)).map { _ in
        alphabet[random.below(letters)]
      }
    )
  }

  private func parsed(_ text: [UInt8], _ tokenizer: Tokenizer) throws -> [TokenID] {
    let vocabulary = try #require(TokenVocabulary(tokenizer.merges, tokenizer.tables))
    var parser = PieceParser(vocabulary)
    var ids = FlatArray<TokenID>()
    let isParsed = text.withByteView { parser.parse($0, tokenizer.tables.ranks, into: &ids) }
    try #require(isParsed)
    return ids.toArray()
  }

  @Test(arguments: [(1, 270), (2, 262), (2, 330), (3, 400), (8, 700)])
  func tokensAreThoseOfMerging(letters: Int, vocabularySize: Int) throws {
    for seed in UInt64(1)...4 {
      let tokenizer = try tokenizer(letters: letters, vocabularySize: vocabularySize, seed: seed)
      let vocabulary = try #require(TokenVocabulary(tokenizer.merges, tokenizer.tables))
      var parser = PieceParser(vocabulary)
      var random = Seed(seed).stream("texts")
      for _ in 0..<250 {
        let text = Array(word(letters, upTo: 40, &random).utf8)
        var ids = FlatArray<TokenID>()
        let isParsed = text.withByteView { parser.parse($0, tokenizer.tables.ranks, into: &ids) }
        try #require(isParsed)
        #expect(try ids.toArray() == tokenizer.encodeByRescanning(text), "\(text), seed \(seed)")
      }
    }
  }

  @Test func piecesOfRealTextAndRandomBytesAreReadToo() throws {
    let tokenizer = try smallTokenizer(normalization: .none)
    var random = Seed(5).stream("bytes")
    var texts = smallTexts.map { Array($0.utf8) }
    for length in [1, 2, 63, 64, 65, 127, 128, 129, 300] {
      texts.append((0..<length).map { _ in UInt8(truncatingIfNeeded: random.next()) })
      texts.append(Array(String(repeating: "springtschläft", count: 30).utf8.prefix(length)))
    }
    for text in texts {
      #expect(try parsed(text, tokenizer) == tokenizer.encodeByRescanning(text))
    }
  }

  /// Merges that leave a token unreached: `aab` can not arise, since `a a` merges before `ab`.
  @Test func tokensThatNothingMergesToAreNotUsed() throws {
    var tokens = ByteAlphabet.bytesByCharacter.map { ByteAlphabet.spelling(of: [$0]) }
    let number = { (text: String) in TokenID(tokens.firstIndex(of: Array(text.utf8)) ?? 0) }
    let a = number("a")
    let b = number("b")
    let first = TokenID(tokens.count)
    let merges = [
      Merge(left: a, right: a, merged: first), Merge(left: a, right: b, merged: first + 1),
      Merge(left: a, right: first + 1, merged: first + 2),
      Merge(left: first + 2, right: b, merged: first + 3),
    ]
    tokens += ["aa", "ab", "aab", "aabb"].map { Array($0.utf8) }
    let tokenizer = try Tokenizer(
      model: BPEModel(tokens: tokens, merges: merges),
      configuration: TokenizerConfiguration(normalization: .none, pattern: .gpt2)
    )
    for text in ["aab", "aabb", "aaab", "abaab", "aaaaabb", "b"].map({ Array($0.utf8) }) {
      #expect(try parsed(text, tokenizer) == tokenizer.encodeByRescanning(text))
    }
  }

  @Test func vocabulariesOfAnotherOrderAreMerged() throws {
    let tokenizer = try smallTokenizer()
    var merges = tokenizer.merges
    merges.swapAt(0, 1)
    #expect(TokenVocabulary(merges, tokenizer.tables) == nil)
    #expect(TokenVocabulary([], tokenizer.tables) == nil)
  }

  /// The first long pieces are merged, the others parsed.
  @Test func longPiecesHaveTheTokensOfMerging() throws {
    let tokenizer = try smallTokenizer(normalization: .none)
    var random = Seed(9).stream("words")
    let words = (0..<600).map { _ in " " + word(8, upTo: 300, &random) }
    var ids: [TokenID] = []
    try unsafe BPEEncoder(tokenizer).encode(Array(words.joined().utf8).span.bytes, into: &ids)
    var merged = FlatArray<TokenID>()
    var queue = PieceQueue()
    for word in words {
      Array(word.utf8).withByteView { queue.merge($0, tokenizer.tables, into: &merged) }
    }
    #expect(ids == merged.toArray())
  }

  /// What nothing cuts, or cuts badly, is encoded in steps that grow with its length.
  @Test(arguments: ["a", " ", "\u{1F468}\u{200D}", "กขคง", "\n", "ab", "\u{301}", "1"])
  func longPiecesAreReadInTime(unit: String) throws {
    let tokenizer = try smallTokenizer(normalization: .none)
    let count = 40_000 / unit.utf8.count
    let text = String(repeating: unit, count: count)
    var ids: [TokenID] = []
    let encoder = BPEEncoder(tokenizer)
    for _ in 0..<2 {
      ids = []
      try unsafe encoder.encode(Array(text.utf8).span.bytes, into: &ids)
      #expect(try tokenizer.decodeBytes(ids) == Array(text.utf8))
    }
    // The queue of merges, which never counts on the order of the vocabulary.
    var merged = FlatArray<TokenID>()
    var queue = PieceQueue()
    Array(text.utf8).withByteView { text in
      for piece in tokenizer.configuration.pattern?.pieces(ofView: text) ?? [] {
        queue.merge(text[piece], tokenizer.tables, into: &merged)
      }
    }
    #expect(ids == merged.toArray())
  }
}

extension SplitPattern {
  fileprivate func pieces(ofView text: ByteView) -> [Range<Int>] {
    var pieces: [Range<Int>] = []
    forEachPiece(of: text) { pieces.append($0) }
    return pieces
  }
}
