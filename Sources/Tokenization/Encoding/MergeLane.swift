/// A piece while its tokens are merged: a list of nodes, one for each token it began with.
///
/// The nodes of a piece lie side by side, so that those of a word fill a few cache lines, and name
/// each other by their distance from the first one: a place. A merge empties the right one of two
/// nodes. The first node and the one behind the last token hold ``PairRanks/noToken``: pairs with these do
/// not merge, so that the ends need no look of their own.
@safe struct MergeLane: BitwiseCopyable {
  /// A token and what it merges with.
  private struct Node {
    /// The rank of the pair that starts here, above the number of the node; or the question whose answer
    /// is on its way.
    ///
    /// subtle: 64 bits, though 32 would do: narrower numbers tempt the compiler to compare four at
    /// once, and such a load waits until the store of one of them has left the processor's queue.
    var pair: UInt64
    var token: TokenID
    /// The places of the neighbors that hold a token.
    var previous: UInt16
    var next: UInt16
  }

  /// What is known of the whole piece.
  private struct Header {
    /// Which piece it is.
    var number: Int
    /// How many tokens it began with.
    var count: UInt32
    /// The place behind the nodes that are looked at.
    var limit: UInt32
    /// The places whose ranks are on their way.
    var place: UInt16
    var before: UInt16
  }

  private let header: UnsafeMutablePointer<Header>
  private let nodes: UnsafeMutableRawPointer

  private static let headerSize = 32
  /// How far a node is from the next one, and this as a shift.
  private static let step = 16
  private static let stepShift = 4
  /// A node in front of a piece and one behind it; and those up to a group of eight.
  private static let nodeCount = PieceMerger.longestPiece + 16
  /// A node that is in no group.
  private static let unusedPlace = (nodeCount - 1) * step
  /// How much memory a lane needs, in whole cache lines.
  static let byteCount = (headerSize + nodeCount * step + 63) & ~63

  /// The bits below a rank hold every node that starts a pair, the last of which is 127.
  private static let numberMask: UInt64 = (1 << DisplacedRanks.rankShift) - 1
  /// The least of the pairs that do not merge.
  private static let noPair = DisplacedRanks.none

  /// A lane in memory for it that begins with a cache line.
  @unsafe init(_ memory: UnsafeMutableRawPointer) {
    precondition(MemoryLayout<Header>.size <= Self.headerSize)
    precondition(MemoryLayout<Node>.size == Self.step)
    unsafe header = memory.bindMemory(to: Header.self, capacity: 1)
    unsafe nodes = memory + Self.headerSize
    unsafe header.initialize(to: Header(number: 0, count: 0, limit: 0, place: 0, before: 0))
    for place in stride(from: 0, to: Self.nodeCount * Self.step, by: Self.step) {
      let node = Node(pair: Self.noPair, token: PairRanks.noToken, previous: 0, next: 0)
      unsafe nodes.storeBytes(of: node, toByteOffset: place, as: Node.self)
    }
  }

  /// Which piece it is, as ``begin(_:number:_:)`` was told.
  @inline(__always) var number: Int { unsafe header.pointee.number }

  // MARK: Nodes

  @inline(__always)
  private func node(_ place: Int) -> UnsafeMutablePointer<Node> {
    assert(place >= 0 && place < Self.nodeCount * Self.step && place % Self.step == 0, "\(place)")
    return unsafe (nodes + place).assumingMemoryBound(to: Node.self)
  }

  /// Makes the nodes on both sides the neighbors of a node.
  @inline(__always)
  private func link(_ place: Int) {
    unsafe node(place).pointee.previous = UInt16(truncatingIfNeeded: place &- Self.step)
    unsafe node(place).pointee.next = UInt16(truncatingIfNeeded: place &+ Self.step)
  }

  // MARK: Work

  /// Begins with a piece and asks for its ranks.
  ///
  /// - Parameters:
  ///   - piece: At most ``PieceMerger/longestPiece`` bytes.
  ///   - number: Which one it is.
  ///   - tables: The vocabulary, whose ranks are narrow.
  @inline(__always)
  func begin(_ piece: ByteView, number: Int, _ tables: TokenizerTables) {
    let last = store(piece, tables)
    unsafe node(last &+ Self.step).pointee.token = PairRanks.noToken
    if last > 0 {
      var left = unsafe node(Self.step).pointee.token
      link(Self.step)
      var place = 2 &* Self.step
      while place <= last {
        let right = unsafe node(place).pointee.token
        let question = tables.ranks.narrow.question(left, right)
        tables.ranks.narrow.prefetch(question)
        unsafe node(place &- Self.step).pointee.pair = question.bits
        link(place)
        left = right
        place &+= Self.step
      }
    }
    // Whole groups of eight are looked at.
    let groups = max(8, (last &>> Self.stepShift &+ 6) & ~7)
    unsafe header.pointee = Header(
      number: number,
      count: UInt32(truncatingIfNeeded: last &>> Self.stepShift),
      limit: UInt32(truncatingIfNeeded: (groups &+ 1) &<< Self.stepShift),
      place: UInt16(truncatingIfNeeded: Self.unusedPlace),
      before: UInt16(truncatingIfNeeded: Self.unusedPlace)
    )
    unsafe node(Self.unusedPlace).pointee.pair = DisplacedRanks.Question().bits
  }

  /// Writes the tokens that a piece begins with.
  ///
  /// - Returns: The place of the last one, 0 where there is none.
  @inline(__always)
  private func store(_ piece: ByteView, _ tables: TokenizerTables) -> Int {
    var last = 0
    if tables.coversAllBytes, piece.count > 0 {
      // The distance to the next node: none where the byte before was the first of two, and what is
      // written for the second is overwritten by the next one. A branch would be guessed wrong too often.
      var step = Self.step
      tables.ranks.bytePairs.forEachUnit(of: piece, tables.byteTokens) { unit in
        unsafe node(last &+ Self.step).pointee.token = unit & ~BytePairs.pairMark
        last &+= step
        step = Self.step &- Int(unit &>> 31) &<< Self.stepShift
      }
    } else {
      for offset in 0..<piece.count {
        let token = tables.byteTokens[piece[offset]]
        if token == TokenizerTables.none { continue }
        last &+= Self.step
        unsafe node(last).pointee.token = token
      }
    }
    return last
  }

  /// Notes the ranks that were asked for at the beginning.
  @inline(__always)
  func complete(_ ranks: borrowing DisplacedRanks) {
    let last = unsafe Int(header.pointee.count) &<< Self.stepShift
    let limit = unsafe Int(header.pointee.limit)
    var place = Self.step
    while place < last {
      answer(place, ranks)
      place &+= Self.step
    }
    while place < limit {
      unsafe node(place).pointee.pair = Self.noPair
      place &+= Self.step
    }
  }

  /// Puts the rank that was asked for in the place of the question.
  @inline(__always)
  private func answer(_ place: Int, _ ranks: borrowing DisplacedRanks) {
    let question = unsafe DisplacedRanks.Question(bits: node(place).pointee.pair)
    unsafe node(place).pointee.pair =
      ranks.value(question) | UInt64(truncatingIfNeeded: place &>> Self.stepShift)
  }

  /// Notes the ranks that the last merge asked for, merges the pair of lowest rank, the leftmost of
  /// equals, and asks for the ranks of the two new ones.
  ///
  /// - Returns: False where nothing is left to merge.
  @inline(__always)
  func mergeNext(_ ranks: borrowing PairRanks) -> Bool {
    receive(ranks.narrow)
    let best = lowestPair()
    if best >= Self.noPair { return false }
    let place = Int(truncatingIfNeeded: best & Self.numberMask) &<< Self.stepShift
    let merged = ranks.merged(UInt32(truncatingIfNeeded: best &>> DisplacedRanks.rankShift))
    let eaten = unsafe Int(node(place).pointee.next)
    let before = unsafe Int(node(place).pointee.previous)
    let after = unsafe Int(node(eaten).pointee.next)
    unsafe node(place).pointee.token = merged
    unsafe node(place).pointee.next = UInt16(truncatingIfNeeded: after)
    unsafe node(after).pointee.previous = UInt16(truncatingIfNeeded: place)
    unsafe node(eaten).pointee.pair = Self.noPair
    let pair = unsafe ranks.narrow.question(merged, node(after).pointee.token)
    let pairBefore = unsafe ranks.narrow.question(node(before).pointee.token, merged)
    ranks.narrow.prefetch(pair)
    ranks.narrow.prefetch(pairBefore)
    unsafe node(place).pointee.pair = pair.bits
    unsafe node(before).pointee.pair = pairBefore.bits
    unsafe header.pointee.place = UInt16(truncatingIfNeeded: place)
    unsafe header.pointee.before = UInt16(truncatingIfNeeded: before)
    return true
  }

  /// Notes the ranks that the last merge asked for.
  @inline(__always)
  private func receive(_ ranks: borrowing DisplacedRanks) {
    let place = unsafe Int(header.pointee.place)
    let before = unsafe Int(header.pointee.before)
    // Both questions first, as before the first merge they are one.
    let pair = unsafe DisplacedRanks.Question(bits: node(place).pointee.pair)
    let pairBefore = unsafe DisplacedRanks.Question(bits: node(before).pointee.pair)
    unsafe node(place).pointee.pair =
      ranks.value(pair) | UInt64(truncatingIfNeeded: place &>> Self.stepShift)
    unsafe node(before).pointee.pair =
      ranks.value(pairBefore) | UInt64(truncatingIfNeeded: before &>> Self.stepShift)
  }

  /// The least pair, in parts that do not wait for each other.
  @inline(__always)
  private func lowestPair() -> UInt64 {
    let limit = unsafe Int(header.pointee.limit)
    var best = UInt64.max
    var place = Self.step
    repeat {
      let first = min(min(pair(place, 0), pair(place, 1)), min(pair(place, 2), pair(place, 3)))
      let second = min(min(pair(place, 4), pair(place, 5)), min(pair(place, 6), pair(place, 7)))
      best = min(best, min(first, second))
      place &+= 8 &* Self.step
    } while place < limit
    return best
  }

  @inline(__always)
  private func pair(_ place: Int, _ more: Int) -> UInt64 {
    unsafe node(place &+ more &* Self.step).pointee.pair
  }

  /// Appends the tokens that are left.
  @inline(__always)
  func appendTokens(to ids: inout FlatArray<TokenID>) {
    let count = unsafe Int(header.pointee.count)
    ids.reserve(count)
    let last = count &<< Self.stepShift
    var end = ids.count
    var place = Self.step
    while place <= last {
      unsafe ids.store(node(place).pointee.token, at: end)
      end &+= 1
      place = unsafe Int(node(place).pointee.next)
    }
    ids.setCount(end)
  }
}

/// The memory of several lanes.
@safe struct MergeLanes: ~Copyable {
  private let memory: ZeroedMemory

  init(count: Int) {
    memory = ZeroedMemory(byteCount: count * MergeLane.byteCount)
  }

  deinit { memory.deallocate() }

  /// An empty lane in the memory with a number, valid while the memory lives.
  func makeLane(_ index: Int) -> MergeLane {
    unsafe MergeLane(memory.start + index * MergeLane.byteCount)
  }
}
