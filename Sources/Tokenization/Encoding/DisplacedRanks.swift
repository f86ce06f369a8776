/// The ranks of pairs of tokens, in a table in which each pair has one place and is found by one look.
///
/// Most pairs that merging asks for do not merge, in an order that no processor foresees: a table with
/// chains or probes costs a wrong guess each time, this one has no branch. Pairs are thrown into small
/// buckets, and each bucket has a number that moves its pairs to places of their own.
///
/// - Source: Belazzougui, Botelho and Dietzfelbinger 2009, "Hash, displace, and compress".
struct DisplacedRanks: ~Copyable, Sendable {
  /// The pair of two tokens in 38 bits, above its rank in 19 bits, above 7 bits for the caller; all ones
  /// where free.
  private var slots: FlatArray<UInt64>
  /// What the place of each bucket's pairs is combined with, in the lower 16 bits, and above it a bit for
  /// each pair that is there, of 16: most pairs that do not merge are known by it, so that the slots
  /// asked for are few and stay in the nearer caches.
  private var buckets: FlatArray<UInt32>
  private var multiplier: UInt64
  private let bucketMask: UInt64
  private let placeMask: UInt64
  /// Which bits of a hash say the bucket and the place: fixed ones, as shifts by a variable cost more.
  ///
  /// The bits above the 38 of a pair depend on all of them; a place has some of these.
  private static let bucketShift: UInt64 = 46
  private static let placeShift: UInt64 = 26

  /// Tokens and ranks below this fit.
  static let limit = 1 << 19
  /// How far the rank is from the lowest bit.
  static let rankShift: UInt64 = 7
  private static let pairShift: UInt64 = 26

  /// Where ``value(_:_:)`` begins to mean that two tokens do not merge.
  static let none: UInt64 = 1 << pairShift

  /// How many multipliers are tried: with pairs that no one made up each serves as often as not.
  private static let attempts = 32

  /// A table of pairs, of which the last rank counts where one comes twice.
  ///
  /// - Parameter merges: Merges of tokens below ``limit`` - 1, fewer than ``limit``.
  /// - Returns: Nil where the pairs find no places, which only a made-up list brings about.
  static func make(_ merges: [Merge]) -> DisplacedRanks? {
    var table = DisplacedRanks(merges.count)
    for _ in 0..<attempts {
      if table.fill(merges) { return table }
      table.multiplier = mixed(table.multiplier, hashKey1) | 1
    }
    return nil
  }

  /// A table of nothing.
  init() { self.init(0) }

  private init(_ count: Int) {
    var bits: UInt64 = 4
    // The table is a quarter to half full, and a bucket has two to four pairs.
    while 1 << bits < 2 * count { bits += 1 }
    let bucketBits = bits - 3
    slots = FlatArray(repeating: .max, count: 1 << Int(bits))
    buckets = FlatArray(repeating: 0, count: 1 << Int(bucketBits))
    bucketMask = 1 << bucketBits - 1
    placeMask = 1 << bits - 1
    multiplier = 0x9E37_79B9_7F4A_7C15
  }

  /// The rank of two tokens above ``rankShift`` zero bits; ``none`` or more where they do not merge.
  ///
  /// - Precondition: The tokens are below ``limit``, and one of them below `limit` - 1: two of the
  ///   largest are what a free slot looks like.
  @inline(__always)
  func value(_ left: TokenID, _ right: TokenID) -> UInt64 {
    value(question(left, right))
  }

  /// A pair that is asked for, above the place where its answer is.
  struct Question: BitwiseCopyable {
    fileprivate(set) var bits: UInt64 = 0

    /// A question that was kept as its ``bits``.
    @inline(__always)
    init(bits: UInt64 = 0) { self.bits = bits }

    @inline(__always)
    fileprivate var slot: Int { Int(truncatingIfNeeded: bits) & ((1 << Int(pairShift)) - 1) }
    @inline(__always)
    fileprivate var pair: UInt64 { bits & (0 &- 1 &<< pairShift) }
  }

  /// Where the rank of two tokens is found by ``value(_:)``.
  @inline(__always)
  func question(_ left: TokenID, _ right: TokenID) -> Question {
    let pair = Self.pair(left, right)
    let hash = pair &* multiplier
    let bucket = buckets[bucket(hash)]
    // Slot 0 in place of one that would be of no use. No comparison, which would become a branch.
    let isLikely = Int(bucket &>> presenceBit(hash)) & 1
    let slot = place(hash, bucket) & (0 &- isLikely)
    return Question(bits: pair &<< Self.pairShift | UInt64(truncatingIfNeeded: slot))
  }

  /// Asks for the memory that the answer is in.
  @inline(__always)
  func prefetch(_ question: Question) { slots.prefetch(question.slot) }

  /// The answer to a question.
  @inline(__always)
  func value(_ question: Question) -> UInt64 {
    // Another pair leaves bits above the rank.
    slots[question.slot] ^ question.pair
  }

  @inline(__always)
  private static func pair(_ left: TokenID, _ right: TokenID) -> UInt64 {
    UInt64(left) &<< 19 | UInt64(right)
  }

  @inline(__always)
  private func bucket(_ hash: UInt64) -> Int {
    Int(truncatingIfNeeded: hash &>> Self.bucketShift & bucketMask)
  }

  /// The place of a pair in the slots.
  @inline(__always)
  private func place(_ hash: UInt64, _ bucket: UInt32) -> Int {
    Int(truncatingIfNeeded: (hash &>> Self.placeShift ^ UInt64(bucket & 0xFFFF)) & placeMask)
  }

  /// The bit of a pair among those of its bucket.
  @inline(__always)
  private func presenceBit(_ hash: UInt64) -> UInt32 {
    16 | UInt32(truncatingIfNeeded: hash &>> (Self.placeShift + 3)) & 15
  }

  /// Puts the pairs in; false where those of a bucket cannot be told apart by this multiplier.
  private mutating func fill(_ merges: [Merge]) -> Bool {
    for index in 0..<slots.count { slots[index] = .max }
    var ends = FlatArray<UInt32>(repeating: 0, count: buckets.count + 1)
    for merge in merges { ends[bucket(Self.pair(merge.left, merge.right) &* multiplier) + 1] += 1 }
    var largest: UInt32 = 0
    for index in 1..<ends.count {
      largest = max(largest, ends[index])
      ends[index] += ends[index - 1]
    }
    if largest > 64 { return false }
    var starts = FlatArray<UInt32>(capacity: buckets.count)
    for index in 0..<buckets.count { starts.append(ends[index]) }
    var entries = FlatArray<UInt64>(repeating: .max, count: merges.count)
    for (rank, merge) in merges.enumerated() {
      let pair = Self.pair(merge.left, merge.right)
      let bucket = bucket(pair &* multiplier)
      entries[Int(starts[bucket])] = pair << Self.pairShift | UInt64(rank) << Self.rankShift
      starts[bucket] += 1
    }
    // Full buckets first, while there is room.
    for size in stride(from: largest, to: 0, by: -1) {
      for bucket in 0..<buckets.count where ends[bucket + 1] - ends[bucket] == size {
        let range = Int(ends[bucket])..<Int(ends[bucket + 1])
        guard isDistinct(&entries, range), let found = displacement(entries, range) else {
          return false
        }
        buckets[bucket] = found
        for index in range where entries[index] != .max {
          let hash = (entries[index] >> Self.pairShift) &* multiplier
          slots[place(hash, found)] = entries[index]
          buckets[bucket] |= 1 << presenceBit(hash)
        }
      }
    }
    return true
  }

  /// Whether the pairs of a bucket have different places; of equal pairs the last is left.
  private func isDistinct(_ entries: inout FlatArray<UInt64>, _ range: Range<Int>) -> Bool {
    for index in range {
      for later in index + 1..<max(index + 1, range.upperBound) {
        if entries[index] >> Self.pairShift == entries[later] >> Self.pairShift {
          entries[index] = .max
          break
        }
        let first = (entries[index] >> Self.pairShift) &* multiplier
        let second = (entries[later] >> Self.pairShift) &* multiplier
        if place(first, 0) == place(second, 0) { return false }
      }
    }
    return true
  }

  /// The first number that moves the pairs of a bucket to free places.
  private func displacement(
    _ entries: borrowing FlatArray<UInt64>,
    _ range: Range<Int>
  ) -> UInt32? {
    for displacement in 0..<UInt32(min(slots.count, 1 << 16)) {
      var isFree = true
      for index in range where entries[index] != .max {
        let place = place((entries[index] >> Self.pairShift) &* multiplier, displacement)
        if slots[place] != .max {
          isFree = false
          break
        }
      }
      if isFree { return displacement }
    }
    return nil
  }
}
