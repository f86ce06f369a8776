import Randomness
import Testing
import UnicodeText

@testable import Tokenization

/// Merging several pieces at once, and the table of ranks it asks, against merging as the rule says.
@Suite struct PieceMergerTests {
  private func randomMerges(_ count: Int, below limit: Int, _ seed: UInt64) -> [Merge] {
    var random = Seed(seed).stream("merges")
    return (0..<count).map { rank in
      let left = TokenID(random.below(limit))
      let right = TokenID(random.below(limit))
      return Merge(left: left, right: right, merged: TokenID(rank))
    }
  }

  /// Few tokens, so that pairs come twice, and tokens up to the largest that fits.
  @Test(arguments: [
    (0, 2), (1, 2), (3, 2), (700, 40), (5000, 1000), (9000, DisplacedRanks.limit - 1),
  ])
  func eachPairHasTheLastOfItsRanks(count: Int, limit: Int) throws {
    let merges = randomMerges(count, below: limit, 3)
    guard let table = DisplacedRanks.make(merges) else {
      Issue.record("no table of \(count) pairs")
      return
    }
    var ranks: [PairKey: UInt64] = [:]
    for (rank, merge) in merges.enumerated() {
      ranks[pairKey(merge.left, merge.right)] = UInt64(rank)
    }
    for merge in merges {
      let rank = try #require(ranks[pairKey(merge.left, merge.right)])
      let value = table.value(merge.left, merge.right)
      #expect(value == rank << DisplacedRanks.rankShift)
    }
    var random = Seed(4).stream("pairs")
    let none = TokenID(DisplacedRanks.limit - 1)
    for _ in 0..<2000 {
      let left = TokenID(random.below(limit))
      let right = TokenID(random.below(limit))
      var values = [table.value(left, none), table.value(none, right)]
      if ranks[pairKey(left, right)] == nil { values.append(table.value(left, right)) }
      #expect(values.allSatisfy { $0 >= DisplacedRanks.none })
    }
  }

  /// A vocabulary that nobody trained: merges in any order, some of which are never reached, some twice.
  ///
  /// Or, `ordered`, in an order in which each token is made once and after its parts, as training does.
  private func tokenizer(
    _ seed: UInt64,
    letters: [UInt8],
    count: Int,
    ordered: Bool = false
  ) throws -> Tokenizer {
    var random = Seed(seed).stream("vocabulary")
    var tokens = ByteAlphabet.bytesByCharacter.map { ByteAlphabet.spelling(of: [$0]) }
    var numbers: [[UInt8]: TokenID] = [:]
    var known: [TokenID] = []
    for (number, spelling) in tokens.enumerated() {
      numbers[spelling] = TokenID(number)
      if letters.contains(where: { ByteAlphabet.spelling(of: [$0]) == spelling }) {
        known.append(TokenID(number))
      }
    }
    var merges: [Merge] = []
    for _ in 0..<count {
      let left = known[random.below(known.count)]
      let right = known[random.below(known.count)]
      let spelling = tokens[Int(left)] + tokens[Int(right)]
      if spelling.count > 24 || ordered && numbers[spelling] != nil { continue }
      let merged = numbers[spelling] ?? TokenID(tokens.count)
      if merged == tokens.count {
        tokens.append(spelling)
        numbers[spelling] = merged
        known.append(merged)
      }
      merges.append(Merge(left: left, right: right, merged: merged))
    }
    // Out of the order in which the tokens are made.
    for index in stride(from: ordered ? 0 : merges.count - 1, to: 0, by: -3) {
      merges.swapAt(index, random.below(index))
    }
    return try Tokenizer(
      model: BPEModel(tokens: tokens, merges: merges),
      configuration: TokenizerConfiguration(normalization: .none, pattern: .gpt2)
    )
  }

  @Test(arguments: [UInt64(1), 2, 3, 4, 5, 6], [false, true])
  func piecesMergedTogetherHaveTheTokensOfTheRule(seed: UInt64, ordered: Bool) throws {
    let letters = Array("abc".utf8) + [0xD0, 0xB0, 0xFF]
    // Few merges leave pairs that are certain, and many leave none.
    let count = seed.isMultiple(of: 2) ? 150 : 25
    let tokenizer = try tokenizer(seed, letters: letters, count: count, ordered: ordered)
    var random = Seed(seed).stream("pieces")
    // Every length around the groups that are looked at, and more pieces than lanes.
    let lengths = Array(0...34) + [63, 64, 65, 66, 71, 72, 73, 127, 128] + [1, 5, 128, 2, 17, 3]
    let texts = lengths.map { length in
      (0..<length).map { _ in letters[random.below(letters.count)] }
    }
    for count in [1, 2, 11, 12, 13, 14, texts.count] {
      try expectTokens(of: Array(texts.prefix(count)), tokenizer)
      try expectTokens(of: Array(texts.suffix(count)), tokenizer)
    }
    try expectTokens(of: [Array(repeating: letters[0], count: 128)], tokenizer)
  }

  /// Pairs that are merged at once, and those that are not as something may come before them.
  @Test
  func aPairIsMergedAtOnceWhereNothingComesBeforeIt() throws {
    let (a, b, c, d) = (TokenID(97), TokenID(98), TokenID(99), TokenID(100))
    let merges = [
      Merge(left: b, right: c, merged: 256), Merge(left: a, right: b, merged: 257),
      Merge(left: c, right: d, merged: 258), Merge(left: d, right: d, merged: 259),
    ]
    let byteTokens = ByteTokens((0..<256).map { TokenID($0) })
    let pairs = BytePairs(merges, byteTokens, isConsecutive: true)
    let never = BytePairs(merges, byteTokens, isConsecutive: false)
    func units(_ text: String, _ pairs: borrowing BytePairs) -> [UInt32] {
      var units: [UInt32] = []
      Array(text.utf8).withByteView { pairs.forEachUnit(of: $0, byteTokens) { units.append($0) } }
      return units
    }
    let mark = BytePairs.pairMark
    #expect(units("ab", pairs) == [257 | mark, b])
    #expect(units("abc", pairs) == [a, 256 | mark, c])
    #expect(units("abcd", pairs) == [a, 256 | mark, c, d])
    #expect(units("cab", pairs) == [c, 257 | mark, b])
    #expect(units("dd", pairs) == [259 | mark, d])
    #expect(units("ddd", pairs) == [d, d, d])
    #expect(units("a", pairs) == [a])
    #expect(units("ab", never) == [a, b])
  }

  private func expectTokens(of texts: [[UInt8]], _ tokenizer: Tokenizer) throws {
    var merger = PieceMerger()
    var ids = FlatArray<TokenID>()
    var pieces = FlatArray<PieceMerger.Piece>()
    var start = 0
    for text in texts {
      pieces.append(PieceMerger.Piece(start..<start + text.count))
      start += text.count
    }
    Array(texts.joined()).withByteView {
      merger.merge(&pieces, of: $0, tokenizer.tables, into: &ids)
    }
    for (index, text) in texts.enumerated() {
      let found = pieces[index].ids.map { ids[$0] }
      #expect(try found == tokenizer.encodeByRescanning(text), "\(text)")
    }
  }

  /// The same through the whole encoder, with pieces that are known, new, twice in a group, or long.
  @Test(arguments: [UInt64(1), 2], [false, true])
  func encodedTextHasTheTokensOfItsPieces(seed: UInt64, ordered: Bool) throws {
    let letters = Array("abcde".utf8)
    let tokenizer = try tokenizer(seed, letters: letters, count: 300, ordered: ordered)
    var random = Seed(seed).stream("text")
    var text: [UInt8] = []
    for _ in 0..<700 {
      text.append(UInt8(ascii: " "))
      let length = 1 + random.below(random.below(20) == 0 ? 300 : 6)
      for _ in 0..<length { text.append(letters[random.below(letters.count)]) }
    }
    var expected: [TokenID] = []
    for piece in unsafe SplitPattern.gpt2.pieces(of: text.span.bytes) {
      expected += try tokenizer.encodeByRescanning(Array(text[piece]))
    }
    let encoder = BPEEncoder(tokenizer)
    for _ in 0..<2 {
      var ids: [TokenID] = []
      try unsafe encoder.encode(text.span.bytes, into: &ids)
      #expect(ids == expected)
    }
  }

  /// Words of all lengths, many with the same beginning, in more groups than are merged together.
  @Test func wordsThatComeAgainBeforeTheyAreLearnedHaveTheirTokens() throws {
    let letters = Array("abcde".utf8)
    let tokenizer = try tokenizer(3, letters: letters, count: 300)
    var random = Seed(5).stream("words")
    let words = (0..<400).map { number in
      let start = Array(" abcabcabc".utf8.prefix(number.isMultiple(of: 3) ? 10 : 1))
      let length = 1 + random.below(number.isMultiple(of: 7) ? 300 : 20)
      return start + (0..<length).map { _ in letters[random.below(letters.count)] }
    }
    let expected = try words.map { try tokenizer.encodeByRescanning($0) }
    let order = (0..<3000).map { _ in random.below(words.count) }
    let text = order.flatMap { words[$0] }
    for threads in [1, 2] {
      let encoder = BatchEncoder(tokenizer, threads: threads)
      for _ in 0..<2 {
        let batch = try encoder.encode([text, text, Array(text.reversed()), text])
        #expect(Array(batch[0]) == order.flatMap { expected[$0] })
        #expect(batch[1] == batch[0] && batch[3] == batch[0])
      }
    }
  }
}
