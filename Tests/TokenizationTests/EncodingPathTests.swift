import Randomness
import Testing
import UnicodeText

@testable import Tokenization

/// The fast ways of encoding against the plain ones.
@Suite struct EncodingPathTests {
  private let texts = smallTexts + [String(repeating: "неразделимое", count: 30), "", "a"]

  @Test(arguments: [1, 2, 3])
  func batchesHaveTheTokensOfSingleTexts(threads: Int) throws {
    let tokenizer = try smallTokenizer()
    let many = (0..<40).flatMap { number in texts.map { "\(number) \($0)" } }
    var all: [UInt8] = []
    var ranges: [Range<Int>] = []
    for text in many {
      ranges.append(all.count..<all.count + text.utf8.count)
      all += Array(text.utf8)
    }
    let encoder = BatchEncoder(tokenizer, threads: threads)
    for _ in 0..<2 {
      let batch = try unsafe encoder.encode(ranges, of: all.span.bytes)
      #expect(batch.count == many.count)
      for (index, text) in many.enumerated() {
        #expect(try Array(batch[index]) == tokenizer.encode(text))
      }
    }
  }

  /// Scanned, queued and looked-up pieces of every length, against merging as the rule says.
  @Test func piecesOfEveryLengthAreMergedByTheRule() throws {
    let tokenizer = try smallTokenizer(normalization: .none)
    for length in Array(1...70) + [127, 128, 129, 300] {
      let text = String(String(repeating: "springtschläftвает", count: 20).prefix(length))
      let encoder = BPEEncoder(tokenizer)
      for _ in 0..<2 {
        var ids: [TokenID] = []
        try unsafe encoder.encode(Array(text.utf8).span.bytes, into: &ids)
        let plain = try tokenizer.explain(text).flatMap(\.ids)
        #expect(ids == plain, "\(length) characters")
      }
    }
  }

  @Test func ranksOfLargeVocabulariesAreFoundToo() throws {
    let large: TokenID = 1 << 21
    let merges = [
      Merge(left: 1, right: 2, merged: large), Merge(left: large, right: 3, merged: large + 1),
    ]
    let bytes = ByteTokens((0..<256).map { TokenID($0) })
    let ranks = PairRanks(merges, bytes)
    let isNarrow = ranks.isNarrow
    #expect(!isNarrow)
    #expect(ranks.find(large, 3).merged == large + 1)
    #expect(ranks.find(1, 2).rank == 0)
    #expect(ranks.find(2, 1).rank == .max)
  }

  @Test func dropoutIsSeededAndCoversTheText() throws {
    let tokenizer = try smallTokenizer()
    let bytes = texts.map { Array($0.utf8) }
    func encode(_ probability: Double, _ seed: UInt64, threads: Int = 1) throws -> [[TokenID]] {
      let dropout = try MergeDropout(probability: probability, seed: Seed(seed))
      return try tokenizer.encode(bytes, threads: threads, dropout: dropout)
    }
    let plain = try tokenizer.encode(bytes, threads: 1)
    #expect(try encode(0, 1) == plain)
    let some = try encode(0.3, 1)
    #expect(try encode(0.3, 1, threads: 3) == some)
    #expect(try encode(0.3, 2) != some)
    #expect(some.joined().count > plain.joined().count)
    for (ids, text) in zip(some, plain) {
      #expect(try tokenizer.decodeBytes(ids) == tokenizer.decodeBytes(text))
    }
    // Nothing is merged where everything is left out.
    #expect(try encode(1, 1).joined().allSatisfy { tokenizer.byteCount(of: $0) == 1 })
    #expect(throws: TokenizationError.self) { try encode(1.5, 1) }
  }

  @Test func streamedTextIsTheWholeText() throws {
    let tokenizer = try smallTokenizer(normalization: .none)
    let illFormed: [UInt8] = [0x61, 0xE2, 0x82, 0x62, 0xE0, 0x80, 0xF0, 0x9F, 0xFF, 0xC3]
    for bytes in texts.map({ Array($0.utf8) }) + [illFormed] {
      // Byte by byte, the hardest way.
      let ids = bytes.map { tokenizer.tables.byteTokens[$0] }
      var decoder = StreamingDecoder(tokenizer)
      var text = ""
      for id in ids {
        let part = try decoder.append(id)
        if bytes != illFormed { #expect(!part.contains("\u{FFFD}")) }
        text += part
      }
      text += try decoder.finish()
      #expect(text == String(decoding: bytes, as: UTF8.self))
    }
    var decoder = StreamingDecoder(tokenizer, skipsSpecialTokens: true)
    #expect(try decoder.append(0) == "")
    #expect(throws: TokenizationError.self) { try decoder.append(60_000) }
  }
}
