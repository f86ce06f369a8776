/// How counting in bounded memory divides the memory it may use.
///
/// The program itself takes a fixed part; the rest is divided among the threads. Each has a table of
/// words, which is written out when it is full, a block of text, and what the text becomes when it
/// is normalized. Writing out sorts the words, which needs room beside the table.
struct CountingMemory {
  /// How many distinct words a thread's table holds when it is written out.
  let wordLimit: Int
  /// How many bytes the distinct words of a thread have together when they are written out.
  let byteLimit: Int
  /// How many bytes of text are counted at once.
  let blockSize: Int
  /// How many bytes a line has at most.
  let lineLimit: Int

  /// What the program, its libraries and the reading of files take.
  static let fixed = 40 << 20
  /// What a thread needs at least.
  static let leastOfThread = 4 << 20

  /// Divides the memory.
  ///
  /// - Parameters:
  ///   - bound: The bytes that the whole process may use, or nil for as much as is useful.
  ///   - threads: How many threads count.
  /// - Throws: ``TokenizationError/memoryTooSmall(work:bound:needed:remedy:)``.
  init(bound: Int?, threads: Int) throws(TokenizationError) {
    guard let bound else {
      (wordLimit, byteLimit, blockSize, lineLimit) = (12 << 20, 1 << 30, 1 << 18, 256 << 20)
      return
    }
    let least = Self.least(threads: threads)
    if bound < least {
      throw .memoryTooSmall(
        work: "counting on \(threads) thread\(threads == 1 ? "" : "s")",
        bound: bound,
        needed: least,
        remedy: threads == 1
          ? "allow that much" : "allow that much, or count on fewer --threads"
      )
    }
    let share = (bound - Self.fixed) / threads
    lineLimit = share / 128
    blockSize = min(lineLimit, 1 << 18)
    // A line becomes longer when it is normalized, and arrays grow by doubling.
    let tableShare = share - share / 8
    var best = 0
    var slots = 1 << 10
    while 32 * slots < tableShare {
      best = max(best, min(3 * slots / 4, (tableShare - 32 * slots) / Self.bytesOfWord))
      slots *= 2
    }
    wordLimit = best
    byteLimit = 11 * best
  }

  /// What a word needs beside its slot: its place among the sorted ones and room for sorting, and
  /// its bytes in the table, while that grows, and in order.
  private static let bytesOfWord = 32 + 16 + 11 * 4

  /// The least memory with which counting works.
  static func least(threads: Int) -> Int { fixed + threads * leastOfThread }

  /// Whether a table with some words must be written out before a text is counted.
  func isFull(words: Int, bytes: Int, before text: Int) -> Bool {
    words > 0 && (words + text / 2 > wordLimit || bytes + text > byteLimit)
  }
}
