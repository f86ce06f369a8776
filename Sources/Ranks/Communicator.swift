/// The processes that work on one run together, as this process sees them.
///
/// Sums are taken in one fixed order, that of a binary tree over the ranks: the same ranks give the
/// same bits every time, and a sum over 2K parts that lie in pairs on K ranks equals the one over
/// 2K ranks. Without MPI, and without a launcher, there is one process, and nothing is sent.
///
/// Every operation is called by all processes in the same order, one at a time. A
/// process that dies ends the others: its launcher sees to that.
public struct Communicator: Sendable, Hashable {
  /// The number of this process, from 0 on.
  public let rank: Int
  /// How many processes there are.
  public let count: Int
  /// How many of them run on this machine.
  public let localCount: Int

  /// A process without others.
  public static let alone = Communicator(rank: 0, count: 1, localCount: 1)

  init(rank: Int, count: Int, localCount: Int) {
    self.rank = rank
    self.count = count
    self.localCount = localCount
  }

  /// Whether this process speaks for all: it writes files and shows progress.
  public var isFirst: Bool { rank == 0 }

  /// The process's share of so many things in a row, where all shares are equal.
  ///
  /// - Precondition: `total` is a multiple of ``count``.
  public func share(of total: Int) -> Range<Int> {
    precondition(total % count == 0, "\(total) things for \(count) ranks")
    let length = total / count
    return rank * length..<(rank + 1) * length
  }

  /// Adds up the numbers of all processes, place by place; each gets the sums.
  ///
  /// Every process sums a slice of its own and sends it to the others: 2 (K − 1) / K of the numbers
  /// leave each process.
  ///
  /// - Complexity: Time and traffic are linear in the count; a few MiB of memory.
  /// - Throws: ``RanksError/failed(operation:reason:)``.
  /// - Precondition: All processes pass the same count.
  public func sum(_ values: inout MutableSpan<Float>) throws(RanksError) {
    guard count > 1 else { return }
    try Transport.sum(&values, rank: rank, ranks: count)
  }

  /// Adds up one number of each process in the order of ``sum(_:)``.
  ///
  /// - Throws: ``RanksError/failed(operation:reason:)``.
  public func sum(_ value: Double) throws(RanksError) -> Double {
    pairwiseSum(try gather(value.bitPattern).map(Double.init(bitPattern:)))
  }

  /// Gives each process the words of all, in the order of the ranks.
  ///
  /// - Throws: ``RanksError/failed(operation:reason:)``.
  public func gather(_ word: UInt64) throws(RanksError) -> [UInt64] {
    count > 1 ? try Transport.gather(word, ranks: count) : [word]
  }

  /// Tells whether something holds in any process.
  ///
  /// - Throws: ``RanksError/failed(operation:reason:)``.
  public func any(_ holds: Bool) throws(RanksError) -> Bool {
    count > 1 ? try gather(holds ? 1 : 0).contains(1) : holds
  }

  /// Copies the numbers of rank 0 to all others.
  ///
  /// - Throws: ``RanksError/failed(operation:reason:)``.
  /// - Precondition: All processes pass the same count.
  public func broadcast(_ values: inout MutableSpan<Float>) throws(RanksError) {
    guard count > 1 else { return }
    try Transport.broadcast(&values)
  }

  /// Gives each process the bytes of rank 0.
  ///
  /// - Parameter bytes: Looked at on rank 0 only.
  /// - Returns: The bytes that rank 0 passed.
  /// - Throws: ``RanksError/failed(operation:reason:)``.
  public func broadcast(_ bytes: [UInt8]) throws(RanksError) -> [UInt8] {
    count > 1 ? try Transport.broadcast(bytes, isSource: isFirst) : bytes
  }

  /// Checks that all processes hold the same thing.
  ///
  /// - Parameters:
  ///   - digest: What the thing comes to.
  ///   - name: What it is, for the error.
  /// - Throws: ``RanksError/different(what:rank:)`` in every process, naming the first that differs.
  public func agree(on digest: UInt64, _ name: String) throws(RanksError) {
    let all = try gather(digest)
    if let rank = all.firstIndex(where: { $0 != all[0] }) {
      throw .different(what: name, rank: rank)
    }
  }

  /// Waits until every process has come here.
  ///
  /// - Throws: ``RanksError/failed(operation:reason:)``.
  public func barrier() throws(RanksError) {
    if count > 1 { try Transport.barrier() }
  }

  /// Does something that each process may fail in, and fails in all when it fails in one.
  ///
  /// So a file that one process cannot read ends the run instead of leaving the others waiting.
  ///
  /// - Parameter body: Does not wait for other processes.
  /// - Returns: What the body returned here.
  /// - Throws: The body's error where it failed, ``RanksError/otherRankFailed(rank:)`` elsewhere. The
  ///   lowest rank's error is the one to show: that rank gets its own.
  public func together<Result>(_ body: () throws -> Result) throws -> Result {
    guard count > 1 else { return try body() }
    let outcome = Swift.Result { try body() }
    var failed: UInt64 = 0
    if case .failure = outcome { failed = 1 }
    let all = try gather(failed)
    if let first = all.firstIndex(of: 1), first != rank {
      throw RanksError.otherRankFailed(rank: first)
    }
    return try outcome.get()
  }
}

/// The sum of numbers by a binary tree: of neighbors, then of neighboring sums.
///
/// Example: five numbers give ((a + b) + (c + d)) + e.
public func pairwiseSum(_ values: [Double]) -> Double {
  var sums = values
  var step = 1
  while step < sums.count {
    for index in stride(from: 0, to: sums.count - step, by: 2 * step) {
      sums[index] += sums[index + step]
    }
    step *= 2
  }
  return sums.first ?? 0
}
