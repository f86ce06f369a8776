/// The merges by their pairs: rank and merged token, in flat tables that never change.
///
/// A slot of the ``DisplacedRanks`` is eight bytes, both tokens and the rank, so that eight slots share
/// a cache line and the table of 32,000 merges takes half a megabyte. A vocabulary too large for it has
/// wider slots.
struct PairRanks: ~Copyable, Sendable {
  /// What a pair becomes.
  struct Entry: BitwiseCopyable, Sendable {
    fileprivate var key: PairKey = .max
    /// The place in the list of merges: lower ranks merge first.
    var rank = UInt32.max
    /// The merged token.
    var merged: TokenID = 0
  }

  /// The rank of a pair that does not merge, as ``rank(_:_:)`` gives it.
  static let none: UInt32 = 0xFF_FFFF

  /// A token that is in no pair.
  static let noToken = TokenID(DisplacedRanks.limit - 1)

  /// The ranks by pairs of tokens below ``noToken``.
  let narrow: DisplacedRanks
  /// The merged tokens by rank.
  private var merged: FlatArray<TokenID>
  /// The merged token of rank 0 where the tokens are made in the order of their numbers, which saves
  /// a look.
  private let firstMerged: TokenID
  private let isConsecutive: Bool
  /// The pairs of bytes, by which pieces begin; of no use unless the table ``isNarrow``.
  let bytePairs: BytePairs
  /// The slots of a vocabulary that is too large for the narrow ones.
  private var wideSlots: FlatArray<Entry>

  /// Whether ``rank(_:_:)`` can be asked.
  let isNarrow: Bool

  init(_ merges: [Merge], _ byteTokens: borrowing ByteTokens) {
    var largest: TokenID = 0
    for merge in merges { largest = max(largest, merge.left, merge.right, merge.merged) }
    for byte in 0..<256 where byteTokens[UInt8(byte)] != TokenizerTables.none {
      largest = max(largest, byteTokens[UInt8(byte)])
    }
    let first = merges.first?.merged ?? 0
    firstMerged = first
    isConsecutive = merges.indices.allSatisfy {
      UInt64(merges[$0].merged) == UInt64(first) + UInt64($0)
    }
    var narrow: DisplacedRanks?
    if largest < Self.noToken, merges.count < DisplacedRanks.limit {
      narrow = DisplacedRanks.make(merges)
    }
    merged = FlatArray(capacity: merges.count)
    for merge in merges { merged.append(merge.merged) }
    if let narrow = narrow.take() {
      isNarrow = true
      self.narrow = narrow
      wideSlots = FlatArray(repeating: Entry(), count: 1)
      bytePairs = BytePairs(merges, byteTokens, isConsecutive: isConsecutive)
    } else {
      isNarrow = false
      self.narrow = DisplacedRanks()
      bytePairs = BytePairs([], byteTokens, isConsecutive: false)
      wideSlots = FlatArray(repeating: Entry(), count: 2 * tableSize(for: merges.count))
      fillWide(merges)
    }
  }

  private mutating func fillWide(_ merges: [Merge]) {
    for (rank, merge) in merges.enumerated() {
      let key = pairKey(merge.left, merge.right)
      var place = wideStart(key)
      while wideSlots[place].key != .max, wideSlots[place].key != key {
        place = (place + 1) & (wideSlots.count - 1)
      }
      wideSlots[place] = Entry(key: key, rank: UInt32(rank), merged: merge.merged)
    }
  }

  /// What two tokens become; the rank is `UInt32.max` where nothing.
  @inline(__always)
  func find(_ left: TokenID, _ right: TokenID) -> Entry {
    if isNarrow {
      // Tokens beyond the narrow ones merge with nothing.
      if max(left, right) >= Self.noToken { return Entry() }
      let rank = rank(left, right)
      if rank == Self.none { return Entry() }
      return Entry(key: pairKey(left, right), rank: rank, merged: merged(rank))
    }
    let key = pairKey(left, right)
    var place = wideStart(key)
    while true {
      let slot = wideSlots[place]
      if slot.key == key || slot.key == .max { return slot }
      place = (place + 1) & (wideSlots.count - 1)
    }
  }

  /// The rank of two tokens, or ``none``.
  ///
  /// - Precondition: The table ``isNarrow``, and the tokens are bytes or merged ones.
  @inline(__always)
  func rank(_ left: TokenID, _ right: TokenID) -> UInt32 {
    let value = narrow.value(left, right)
    if value >= DisplacedRanks.none { return Self.none }
    return UInt32(truncatingIfNeeded: value &>> DisplacedRanks.rankShift)
  }

  /// Two tokens as one number of 40 bits.
  @inline(__always)
  static func narrowKey(_ left: TokenID, _ right: TokenID) -> UInt64 {
    UInt64(left) << 20 | UInt64(right)
  }

  /// The token that a merge makes.
  @inline(__always)
  func merged(_ rank: UInt32) -> TokenID {
    isConsecutive ? firstMerged &+ rank : merged[Int(rank)]
  }

  @inline(__always)
  private func wideStart(_ key: PairKey) -> Int {
    Int(truncatingIfNeeded: (key &* 0x9E37_79B9_7F4A_7C15) >> 20) & (wideSlots.count - 1)
  }
}
