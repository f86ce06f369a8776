import Synchronization

/// The words that the encoders of several threads learned, one ``LearnedTable`` after the other.
final class LearnedWords: Sendable {
  private let current: Mutex<LearnedTable>
  private let latest = Atomic<Int>(0)

  /// The table grows from 2¹¹ to 2¹⁹ words: 16 MiB, and up to as much for long words and lists.
  private static let smallestBits = 11
  private static let largestBits = 19
  /// As many words as are made room for before they are met: 4 MiB.
  private static let expectedBits = 17
  /// Growing four times at once moves a word a third of a time.
  private static let growthBits = 2

  init() {
    current = Mutex(LearnedTable(bits: Self.smallestBits, isLast: false))
  }

  /// Makes the table large enough for the words of some bytes of text at once, as growing step by step
  /// touches more memory.
  func expect(byteCount: Int) {
    // Natural text has a new word in 64 bytes or more, the more the longer it is; half of the slots are
    // used.
    let bits = min(Int.bitWidth - 1 - max(1, byteCount >> 5).leadingZeroBitCount, Self.expectedBits)
    current.withLock { table in
      if bits <= table.view.slotCount.trailingZeroBitCount { return }
      table = table.enlarged(bits: bits, isLast: false)
      latest.add(1, ordering: .relaxed)
    }
  }

  /// The number of the latest table.
  @inline(__always)
  var generation: Int { latest.load(ordering: .relaxed) }

  /// The latest table and its number.
  func table() -> (LearnedTable, generation: Int) {
    current.withLock { table in (table, latest.load(ordering: .relaxed)) }
  }

  /// The table that follows one that is full: a larger one with its words or, at the largest size, an
  /// empty one.
  ///
  /// Words that other threads add to the old one meanwhile may be lost, and are learned again.
  func table(after full: LearnedTable) -> (LearnedTable, generation: Int) {
    current.withLock { table in
      if table === full {
        let bits = table.view.slotCount.trailingZeroBitCount
        let next = min(bits + Self.growthBits, Self.largestBits)
        table =
          bits >= Self.largestBits
          ? LearnedTable(bits: bits, isLast: true)
          : table.enlarged(bits: next, isLast: next == Self.largestBits)
        latest.add(1, ordering: .relaxed)
      }
      return (table, latest.load(ordering: .relaxed))
    }
  }
}
