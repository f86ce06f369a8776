import Randomness
import Testing
import UnicodeText

@testable import Tokenization

/// Where long pieces are cut before they are merged.
@Suite struct CharacterSeamsTests {
  /// Characters of three bytes that share their first bytes, and some of one, two and four.
  private static let alphabet = Array("一丁丂七丄万あいうえกขฃคა가각ab éя𠀀")

  private func text(_ length: Int, _ random: inout Xoshiro256) -> String {
    String((0..<length).map { _ in Self.alphabet[random.below(Self.alphabet.count)] })
  }

  /// A vocabulary with tokens of characters in a row, and of parts of characters.
  private func tokenizer(_ vocabularySize: Int, _ seed: UInt64) throws -> Tokenizer {
    var random = Seed(seed).stream("texts")
    let counter = WordCounter(normalization: .none, pattern: .cl100k)
    for _ in 0..<200 { try counter.add(text(1 + random.below(6), &random)) }
    let model = try BPETrainer(vocabularySize: vocabularySize, specialTokens: []).train(on: counter)
    return try Tokenizer(
      model: model,
      configuration: TokenizerConfiguration(normalization: .none, pattern: .cl100k)
    )
  }

  private func parts(_ piece: [UInt8], _ seams: borrowing CharacterSeams) -> [ArraySlice<UInt8>] {
    piece.withByteView { view in
      var parts: [ArraySlice<UInt8>] = []
      var start = 0
      while start < view.count {
        let end = seams.end(ofPartAt: start, view)
        parts.append(piece[start..<end])
        start = end
      }
      return parts
    }
  }

  @Test(arguments: [270, 300, 400, 700])
  func partsHaveTheTokensOfTheWhole(vocabularySize: Int) throws {
    var cuts = 0
    for seed in UInt64(1)...3 {
      let tokenizer = try tokenizer(vocabularySize, seed)
      guard let seams = CharacterSeams(tokenizer.merges, tokenizer.tables) else {
        Issue.record("a vocabulary without seams")
        return
      }
      var random = Seed(seed).stream("pieces")
      for _ in 0..<150 {
        var piece = Array(text(1 + random.below(30), &random).utf8)
        // Some are ill-formed.
        if random.below(3) == 0 { piece.remove(at: random.below(piece.count)) }
        if piece.isEmpty { continue }
        let parts = parts(piece, seams)
        cuts += parts.count - 1
        #expect(parts.flatMap { $0 } == piece)
        var ids: [TokenID] = []
        for part in parts { ids += try tokenizer.encodeByRescanning(Array(part)) }
        #expect(try ids == tokenizer.encodeByRescanning(piece), "\(piece), seed \(seed)")
      }
    }
    #expect(cuts > 0)
  }

  /// Beyond the first 32 KiB, pieces are cut.
  @Test func encodedTextHasTheTokensOfMerging() throws {
    let tokenizer = try tokenizer(700, 7)
    var random = Seed(7).stream("text")
    let lines = (0..<1500).map { _ in text(8 + random.below(30), &random) + "\n" }
    let long = String(repeating: "一あ", count: 9000)
    var ids: [TokenID] = []
    let encoder = BPEEncoder(tokenizer)
    for text in lines + [long] {
      var tokens: [TokenID] = []
      try unsafe encoder.encode(Array(text.utf8).span.bytes, into: &tokens)
      ids += tokens
    }
    var merged = FlatArray<TokenID>()
    var queue = PieceQueue()
    for text in lines + [long] {
      Array(text.utf8).withByteView { view in
        SplitPattern.cl100k.forEachPiece(of: view) { piece in
          queue.merge(view[piece], tokenizer.tables, into: &merged)
        }
      }
    }
    #expect(ids == merged.toArray())

    // In one text most pieces wait for others, and those that come again do so before they are learned.
    let joined = Array((lines + lines.shuffled(using: &random)).joined().utf8)
    merged.removeAll()
    joined.withByteView { view in
      SplitPattern.cl100k.forEachPiece(of: view) { piece in
        queue.merge(view[piece], tokenizer.tables, into: &merged)
      }
    }
    for encoder in [encoder, BPEEncoder(tokenizer)] {
      ids.removeAll()
      try unsafe encoder.encode(joined.span.bytes, into: &ids)
      #expect(ids == merged.toArray())
    }
  }

  @Test func vocabulariesWithoutAllBytesHaveNone() throws {
    let tokens = ["a", "b", "ab"].map { Array($0.utf8) }
    let merges = [Merge(left: 0, right: 1, merged: 2)]
    let tokenizer = try Tokenizer(
      model: BPEModel(tokens: tokens, merges: merges),
      configuration: TokenizerConfiguration(normalization: .none, pattern: .gpt2)
    )
    let hasSeams = CharacterSeams(merges, tokenizer.tables) != nil
    #expect(!hasSeams)
  }
}
