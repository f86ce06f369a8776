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

  /// How many pieces are worked on at once, besides one that waits for its first ranks: enough for a
  /// rank to arrive from the last cache.
  private static let laneCount = 12

  private let lanes = MergeLanes(count: laneCount + 1)
  /// Those that are worked on, and the one that waits.
  private var active = FlatArray<MergeLane>()

  init() {
    for index in 0...Self.laneCount { active.append(lanes.makeLane(index)) }
  }

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
    var number = 0
    var count = 0
    while count < Self.laneCount, begin(count, &number, pieces, text, tables) { count &+= 1 }
    for index in 0..<count { active[index].complete(tables.ranks.narrow) }
    var hasSpare = count == Self.laneCount && begin(count, &number, pieces, text, tables)
    while count > 0 {
      var index = 0
      while index < count {
        let lane = active[index]
        if lane.mergeNext(tables.ranks) {
          index &+= 1
          continue
        }
        let first = ids.count
        lane.appendTokens(to: &ids)
        pieces[lane.number].firstID = first
        pieces[lane.number].idCount = ids.count &- first
        if hasSpare {
          let spare = active[Self.laneCount]
          spare.complete(tables.ranks.narrow)
          active[index] = spare
          active[Self.laneCount] = lane
          hasSpare = begin(Self.laneCount, &number, pieces, text, tables)
          index &+= 1
        } else {
          count &-= 1
          active[index] = active[count]
          active[count] = lane
        }
      }
    }
  }

  /// Puts the next piece without tokens into a lane and asks for its ranks; false where there is none.
  @inline(__always)
  private func begin(
    _ index: Int,
    _ number: inout Int,
    _ pieces: borrowing FlatArray<Piece>,
    _ text: ByteView,
    _ tables: TokenizerTables
  ) -> Bool {
    while number < pieces.count, pieces[number].idCount >= 0 { number &+= 1 }
    if number == pieces.count { return false }
    active[index].begin(text[pieces[number].range], number: number, tables)
    number &+= 1
    return true
  }
}
