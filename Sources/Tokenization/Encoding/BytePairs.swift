/// The ranks of pairs of bytes, and which pairs of a piece can be merged at once because nothing ever
/// comes before them.
///
/// A pair between two other bytes is certain to be merged where each merge that its first byte could
/// make with a token before it, and its second byte with a token behind it, has a higher rank: until
/// the rank of the pair is reached, both bytes stay as they are. Where every token is made after its
/// parts, no merge asks for the new token earlier, so that making it at the start changes nothing.
/// In text of many languages three quarters of the bytes of words go that way, without a look at any
/// list.
struct BytePairs: ~Copyable, Sendable {
  /// Three ranks for each two bytes, in 21 bits each from above, all ones where there is none.
  ///
  /// That of the pair, the lowest one of the first byte with a token that begins with the second one,
  /// and the lowest one of a token that ends with the first byte with the second one.
  private var entries: FlatArray<UInt64>
  /// The token of rank 0.
  private let firstMerged: TokenID
  /// The ranks beyond the ends of a piece: the highest, or 0 where nothing is certain.
  private let outside: UInt64

  private static let none: UInt64 = (1 << 21) - 1

  /// What a unit of a piece has where it is a merged pair.
  static let pairMark: UInt32 = 1 << 31

  /// The pairs of a vocabulary whose ranks and tokens are narrow.
  ///
  /// - Parameters:
  ///   - merges: The merges by rank.
  ///   - byteTokens: The token of each byte.
  ///   - isConsecutive: Whether the merged tokens have consecutive numbers.
  init(_ merges: [Merge], _ byteTokens: borrowing ByteTokens, isConsecutive: Bool) {
    firstMerged = merges.first?.merged ?? 0
    entries = FlatArray(repeating: .max >> 1, count: 1 << 16)
    var largest = 0
    for merge in merges { largest = max(largest, Int(max(merge.left, merge.right, merge.merged))) }
    // The first and the last byte of each token that merging makes, 256 where it makes none.
    var firsts = FlatArray<UInt16>(repeating: 256, count: largest + 1)
    var lasts = FlatArray<UInt16>(repeating: 256, count: largest + 1)
    var bytes = FlatArray<UInt16>(repeating: 256, count: largest + 1)
    var isOrdered =
      isConsecutive && merges.allSatisfy { max($0.left, $0.right) < $0.merged }
    for byte in 0..<256 {
      let token = byteTokens[UInt8(byte)]
      if token == TokenizerTables.none { continue }
      if token >= firstMerged { isOrdered = false }
      if token > largest { continue }
      bytes[Int(token)] = UInt16(byte)
      firsts[Int(token)] = UInt16(byte)
      lasts[Int(token)] = UInt16(byte)
    }
    outside = isOrdered ? Self.none : 0
    for (rank, merge) in merges.enumerated() {
      let (left, right) = (Int(merge.left), Int(merge.right))
      let (first, second) = (Int(bytes[left]), Int(bytes[right]))
      if first < 256, second < 256 { set(first, second, 42, UInt64(rank)) }
      if !isOrdered || firsts[left] > 255 || firsts[right] > 255 { continue }
      firsts[Int(merge.merged)] = firsts[left]
      lasts[Int(merge.merged)] = lasts[right]
      if first < 256 { lower(first, Int(firsts[right]), 21, UInt64(rank)) }
      if second < 256 { lower(Int(lasts[left]), second, 0, UInt64(rank)) }
    }
    if !isOrdered {
      // Nothing is certain: no rank is below these.
      for index in 0..<entries.count { entries[index] &= Self.none << 42 }
    }
  }

  private mutating func set(_ first: Int, _ second: Int, _ shift: UInt64, _ rank: UInt64) {
    let index = first << 8 | second
    entries[index] = entries[index] & ~(Self.none << shift) | rank << shift
  }

  private mutating func lower(_ first: Int, _ second: Int, _ shift: UInt64, _ rank: UInt64) {
    let known = entries[first << 8 | second] >> shift & Self.none
    if rank < known { set(first, second, shift, rank) }
  }

  /// What is known of the pair at a place of a piece.
  @inline(__always)
  private func entry(_ piece: ByteView, _ place: Int) -> UInt64 {
    entries[Int(piece[place]) << 8 | Int(piece[place &+ 1])]
  }

  /// Visits the tokens that a piece begins with: for each byte its token, or that of the pair it
  /// starts, with a mark, where that pair is merged at once.
  ///
  /// - Parameters:
  ///   - piece: At least one byte; each has a token.
  ///   - byteTokens: The token of each byte.
  ///   - body: Is given a unit for each byte. Of two bytes in a row at most one starts a pair.
  @inline(__always)
  func forEachUnit(
    of piece: ByteView,
    _ byteTokens: borrowing ByteTokens,
    _ body: (UInt32) -> Void
  ) {
    let last = piece.count &- 1
    if last > 0 {
      var before = outside
      var current = entry(piece, 0)
      var place = 0
      while place < last &- 1 {
        let next = entry(piece, place &+ 1)
        body(unit(current, before, next, byteTokens[piece[place]]))
        before = current
        current = next
        place &+= 1
      }
      body(unit(current, before, outside &<< 21, byteTokens[piece[place]]))
    }
    body(byteTokens[piece[last]])
  }

  /// The token of a byte, or of the pair with an entry that the byte starts, as the pairs before and
  /// behind say.
  ///
  /// No comparisons, which would become branches that no processor foresees.
  @inline(__always)
  private func unit(
    _ entry: UInt64,
    _ before: UInt64,
    _ next: UInt64,
    _ token: TokenID
  ) -> UInt32 {
    let rank = entry &>> 42
    let isBelow = (rank &- (before & Self.none)) & (rank &- (next &>> 21 & Self.none))
    let mask = UInt32(truncatingIfNeeded: 0 &- (isBelow &>> 63))
    let pair = firstMerged &+ UInt32(truncatingIfNeeded: rank) | Self.pairMark
    return token ^ ((token ^ pair) & mask)
  }
}
