import Randomness
import Testing

@testable import Tokenization

/// What `explain` shows must end in the tokens that encoding gives.
@Suite struct ExplainingTests {
  /// The stages of Hugging Face's formats, with the ids that `tokenizers` recorded.
  @Test(arguments: StageRecord.shared?.cases ?? [])
  func piecesEndInTheRecordedTokens(recorded: StageRecord.Case) throws {
    let texts = try #require(StageRecord.shared).texts
    let tokenizer = try Tokenizer(json: recorded.file, name: "recorded")
    for (index, text) in texts.enumerated() {
      let pieces = try tokenizer.explain(text)
      #expect(pieces.flatMap(\.ids) == recorded.ids[index], "\(text.debugDescription)")
      for piece in pieces where !piece.steps.isEmpty {
        #expect(piece.steps.last?.tokens == piece.ids.map { tokenizer.spelling(of: $0) })
        #expect(piece.steps.first?.rank == nil)
      }
    }
  }

  /// A model of scores with everything that makes one special: bytes, an unused piece, a symbol.
  private func scoredModel(byteFallback: Bool) throws -> Tokenizer {
    var pieces: [SentencePieceModel.Piece] = [
      .init(text: Array("<unk>".utf8), score: 0, kind: .unknown),
      .init(text: Array("<s>".utf8), score: 0, kind: .control),
      .init(text: Array("[x]".utf8), score: 0, kind: .userDefined),
    ]
    if byteFallback {
      for byte in 0..<256 {
        pieces.append(.init(text: Array(byteTokenName(byte).utf8), score: 0, kind: .byte))
      }
    }
    for (rank, text) in ["ab", "▁a", "▁ab", "ba", "abab", "cab"].enumerated() {
      let kind: SentencePieceModel.Kind = text == "ab" ? .unused : .normal
      pieces.append(.init(text: Array(text.utf8), score: -Float(rank), kind: kind))
    }
    for text in ["▁", "a", "b", "c"] {
      pieces.append(.init(text: Array(text.utf8), score: -10, kind: .normal))
    }
    return try Tokenizer(
      SentencePieceModel(
        pieces: pieces,
        normalization: .init(),
        denormalizer: nil,
        byteFallback: byteFallback,
        treatsWhitespaceAsSuffix: false,
        unknownSurface: SentencePieceModel.defaultUnknownSurface
      )
    )
  }

  @Test(arguments: [true, false])
  func scoresEndInTheTokens(byteFallback: Bool) throws {
    let tokenizer = try scoredModel(byteFallback: byteFallback)
    var random = Seed(4).stream("explain")
    let parts = ["a", "b", "ab", "c", " ", "  ", "é", "漢", "[x]", "<s>"]
    for _ in 0..<500 {
      let text = (0..<random.below(12)).map { _ in parts[random.below(parts.count)] }.joined()
      let pieces = try tokenizer.explain(text)
      let ids = try tokenizer.encode(text)
      #expect(pieces.flatMap(\.ids) == ids, "\(text.debugDescription)")
    }
  }

  @Test func unusedPiecesFallApartAtTheEnd() throws {
    let piece = try #require(try scoredModel(byteFallback: true).explain("cab ").first)
    #expect(
      piece.steps == [
        .init(tokens: ["▁", "c", "a", "b"], rank: nil), .init(tokens: ["▁", "c", "ab"], rank: 0),
        .init(tokens: ["▁", "cab"], rank: 5),
      ]
    )
    let other = try #require(try scoredModel(byteFallback: true).explain("bcb[x]ab").first)
    #expect(other.steps.last?.tokens == ["▁", "b", "c", "b", "[x]", "a", "b"])
    #expect(other.steps.dropLast().last?.tokens == ["▁", "b", "c", "b", "[x]", "ab"])
  }
}
