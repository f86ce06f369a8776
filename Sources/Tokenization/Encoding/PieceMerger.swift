/// Merges the tokens of pieces: always the pair of lowest rank of a piece, the leftmost of equals.
///
/// The ranks that a merge asks for are far away, and the next merge of the piece waits for them. So
/// several pieces are worked on at once, a merge of each in turn: what one asks for arrives while the
/// others are merged. For pieces of up to ``longestPiece`` bytes; a ``PieceParser`` or a ``PieceQueue``
/// takes longer ones.
struct PieceMerger: ~Copyable {
  /// Up to this many bytes looking at all pairs of a piece is faster than to keep a queue of them.
  static let longestPiece = 128

  /// A piece of a text and where its tokens are.
  struct Piece: BitwiseCopyable {
    /// Its bytes.
    var start: Int
    var end: Int
    /// The place of its tokens in the list of all.
    var firstID = 0
    /// How many tokens it has; ``unknown`` before they are found.
    var idCount = unknown

    static let unknown = -1

    init(_ range: Range<Int>) {
      start = range.lowerBound
      end = range.upperBound
    }

    @inline(__always) var range: Range<Int> { start..<end }
    @inline(__always) var ids: Range<Int> { firstID..<firstID &+ idCount }
  }

  /// Where a piece is worked on.
  struct Lane: BitwiseCopyable {
    /// The first of its places.
    var base = 0
    /// How many tokens it began with.
    var count = 0
    /// The place behind those that are looked at.
    var limit = 0
    /// The number of the piece.
    var number = 0
    /// The pairs whose ranks are on their way, and the places where these belong.
    var pair = DisplacedRanks.Question()
    var place = PieceMerger.unusedPlace
    var pairBefore = DisplacedRanks.Question()
    var before = PieceMerger.unusedPlace
  }

  /// How many pieces are worked on at once, besides one that waits for its first ranks: enough for a rank to arrive from the last cache.
  private static let laneCount = 12
  /// Each lane has a place in front of a piece, pairs are looked at in groups, and links are written
  /// sixteen at once.
  private static let laneSize = longestPiece + 32
  /// A place that is in no group.
  static let unusedPlace = laneSize - 1

  private var lanes = FlatArray<Lane>(repeating: Lane(), count: laneCount + 1)

  /// A token for each place, of which a merge empties the right one.
  ///
  /// The first place of a lane and the one behind the last token hold no token: pairs with these do
  /// not merge, so that the ends need no look of their own.
  private var tokens = FlatArray<TokenID>(
    repeating: PairRanks.noToken,
    count: (laneCount + 1) * laneSize
  )
  /// The rank of the pair that starts at a place, above the place.
  ///
  /// subtle: 64 bits, though 32 would do: narrower numbers tempt the compiler to compare four at
  /// once, and such a load waits until the store of one of them has left the processor's queue.
  private var pairs = FlatArray<UInt64>(repeating: noPair, count: (laneCount + 1) * laneSize)
  /// The neighboring places that hold a token.
  private var previous = FlatArray<UInt8>(repeating: 0, count: (laneCount + 1) * laneSize)
  private var next = FlatArray<UInt8>(repeating: 0, count: (laneCount + 1) * laneSize)
  /// The numbers from 0 on: the links that a piece begins with.
  private var numbers = FlatArray<UInt8>(capacity: laneSize)

  init() {
    for number in 0..<Self.laneSize { numbers.append(UInt8(truncatingIfNeeded: number)) }
  }

  /// The bits below a rank hold every place of a pair, the last of which is 127.
  private static let placeMask = (1 << Int(DisplacedRanks.rankShift)) - 1

  /// The least of the pairs that do not merge.
  private static let noPair = DisplacedRanks.none

  /// Finds the tokens of the pieces that have none yet.
  ///
  /// - Parameters:
  ///   - pieces: Pieces of at most ``longestPiece`` bytes, and pieces whose tokens are known.
  ///   - text: What the pieces are parts of.
  ///   - tables: The vocabulary, whose ranks are narrow.
  ///   - ids: The tokens are appended here.
  mutating func merge(
    _ pieces: inout FlatArray<Piece>,
    of text: ByteView,
    _ tables: TokenizerTables,
    into ids: inout FlatArray<TokenID>
  ) {
    for index in 0..<lanes.count { lanes[index].base = index &* Self.laneSize }
    var number = 0
    var active = 0
    while active < Self.laneCount, prepare(active, &number, pieces, text, tables) { active &+= 1 }
    for index in 0..<active { complete(index, tables.ranks.narrow) }
    var hasSpare =
      active == Self.laneCount && prepare(Self.laneCount, &number, pieces, text, tables)
    while active > 0 {
      var index = 0
      while index < active {
        let lane = lanes[index]
        receive(lane, tables.ranks.narrow)
        let best = lowestPair(lane)
        if best < Self.noPair {
          mergePair(best, index, tables.ranks)
          index &+= 1
          continue
        }
        pieces[lane.number].firstID = ids.count
        appendTokens(of: lane, to: &ids)
        pieces[lane.number].idCount = ids.count &- pieces[lane.number].firstID
        if hasSpare {
          lanes[index] = lanes[Self.laneCount]
          lanes[Self.laneCount].base = lane.base
          complete(index, tables.ranks.narrow)
          hasSpare = prepare(Self.laneCount, &number, pieces, text, tables)
          index &+= 1
        } else {
          active &-= 1
          lanes[index] = lanes[active]
        }
      }
    }
  }

  /// Puts the next piece without tokens into a lane and asks for its ranks; false where there is none.
  @inline(__always)
  private mutating func prepare(
    _ index: Int,
    _ number: inout Int,
    _ pieces: borrowing FlatArray<Piece>,
    _ text: ByteView,
    _ tables: TokenizerTables
  ) -> Bool {
    while number < pieces.count, pieces[number].idCount >= 0 { number &+= 1 }
    if number == pieces.count { return false }
    let base = lanes[index].base
    let count = start(text[pieces[number].range], base, tables)
    // Whole groups of eight are looked at.
    let limit = max(8, (count &+ 6) & ~7)
    lanes[index] = Lane(base: base, count: count, limit: limit, number: number)
    number &+= 1
    return true
  }

  /// Notes the ranks that a prepared lane asked for.
  @inline(__always)
  private mutating func complete(_ index: Int, _ ranks: borrowing DisplacedRanks) {
    let lane = lanes[index]
    for place in stride(from: 1, to: lane.count, by: 1) {
      let question = DisplacedRanks.Question(bits: pairs[lane.base &+ place])
      pairs[lane.base &+ place] = ranks.value(question) | UInt64(truncatingIfNeeded: place)
    }
    for place in stride(from: max(lane.count, 1), through: lane.limit, by: 1) {
      pairs[lane.base &+ place] = Self.noPair
    }
  }

  /// The tokens that a piece begins with, their links and, in place of their ranks, the questions.
  ///
  /// - Returns: How many tokens there are.
  @inline(__always)
  private mutating func start(_ piece: ByteView, _ base: Int, _ tables: TokenizerTables) -> Int {
    var count = 0
    if tables.coversAllBytes, piece.count > 0 {
      count = startUnits(piece, base, tables)
    } else {
      for offset in 0..<piece.count {
        let token = tables.byteTokens[piece[offset]]
        if token == TokenizerTables.none { continue }
        ask(base &+ count, token, tables.ranks.narrow)
        count &+= 1
        tokens[base &+ count] = token
      }
    }
    tokens[base &+ count &+ 1] = PairRanks.noToken
    previous.copy(numbers, 0..<count, to: base &+ 1)
    next.copy(numbers, 2..<count &+ 2, to: base &+ 1)
    return count
  }

  /// The tokens of a piece of at least one byte, of which each has one: single bytes, and the pairs
  /// that ``BytePairs`` makes of them.
  @inline(__always)
  private mutating func startUnits(
    _ piece: ByteView,
    _ base: Int,
    _ tables: TokenizerTables
  ) -> Int {
    var place = base
    // 1 where the byte before was the first of two: what is written for the second is overwritten by
    // the next one. A branch would be guessed wrong too often.
    var isInside = 0
    tables.ranks.bytePairs.forEachUnit(of: piece, tables.byteTokens) { unit in
      let token = unit & ~BytePairs.pairMark
      ask(place, token, tables.ranks.narrow)
      tokens[place &+ 1] = token
      place &+= 1 &- isInside
      isInside = Int(unit &>> 31)
    }
    return place &- base
  }

  /// Asks for the rank of the token at a place and the one behind it.
  ///
  /// The place in front of the first token holds none.
  @inline(__always)
  private mutating func ask(_ place: Int, _ token: TokenID, _ ranks: borrowing DisplacedRanks) {
    let question = ranks.question(tokens[place], token)
    ranks.prefetch(question)
    pairs[place] = question.bits
  }

  /// Merges the pair that ``lowestPair(_:)`` found, and asks for the ranks of the two new ones.
  @inline(__always)
  private mutating func mergePair(_ best: UInt64, _ index: Int, _ ranks: borrowing PairRanks) {
    let base = lanes[index].base
    let place = Int(truncatingIfNeeded: best) & Self.placeMask
    let merged = ranks.merged(UInt32(truncatingIfNeeded: best &>> DisplacedRanks.rankShift))
    let eaten = Int(next[base &+ place])
    let before = Int(previous[base &+ place])
    let after = Int(next[base &+ eaten])
    tokens[base &+ place] = merged
    next[base &+ place] = UInt8(truncatingIfNeeded: after)
    previous[base &+ after] = UInt8(truncatingIfNeeded: place)
    pairs[base &+ eaten] = Self.noPair
    let pair = ranks.narrow.question(merged, tokens[base &+ after])
    let pairBefore = ranks.narrow.question(tokens[base &+ before], merged)
    ranks.narrow.prefetch(pair)
    ranks.narrow.prefetch(pairBefore)
    lanes[index].pair = pair
    lanes[index].place = place
    lanes[index].pairBefore = pairBefore
    lanes[index].before = before
  }

  /// Notes the ranks that the last merge of a lane asked for.
  @inline(__always)
  private mutating func receive(_ lane: Lane, _ ranks: borrowing DisplacedRanks) {
    pairs[lane.base &+ lane.place] =
      ranks.value(lane.pair) | UInt64(truncatingIfNeeded: lane.place)
    pairs[lane.base &+ lane.before] =
      ranks.value(lane.pairBefore) | UInt64(truncatingIfNeeded: lane.before)
  }

  /// The least pair of a lane, in parts that do not wait for each other.
  @inline(__always)
  private func lowestPair(_ lane: Lane) -> UInt64 {
    var best = UInt64.max
    var place = lane.base &+ 1
    let limit = place &+ lane.limit
    repeat {
      let first = min(
        min(pairs[place], pairs[place &+ 1]),
        min(pairs[place &+ 2], pairs[place &+ 3])
      )
      let second = min(
        min(pairs[place &+ 4], pairs[place &+ 5]),
        min(pairs[place &+ 6], pairs[place &+ 7])
      )
      best = min(best, min(first, second))
      place &+= 8
    } while place < limit
    return best
  }

  /// Appends what is left in a lane.
  @inline(__always)
  private func appendTokens(of lane: Lane, to ids: inout FlatArray<TokenID>) {
    ids.reserve(lane.count)
    var place = 1
    while place <= lane.count {
      ids.append(tokens[lane.base &+ place])
      place = Int(next[lane.base &+ place])
    }
  }
}
