import Testing

@testable import Ranks

/// What the processes of a run tell each other.
///
/// Run by hand, the tests see one process; `Scripts/test-mpi` runs them in several.
@Suite(.serialized) struct CommunicatorTests {
  /// Joined once: MPI starts once a process.
  private static let launched = Result { try Communicator.launched() }

  private var ranks: Communicator {
    get throws { try Self.launched.get() }
  }

  /// The numbers of one rank: of several sizes, so that the order of a sum shows.
  private func numbers(_ rank: Int, _ count: Int) -> [Float] {
    (0..<count).map { Float(($0 &* 7919 &+ rank &* 104_729) % 1009) / 37 + Float(rank) * 1e-3 }
  }

  @Test func neighborsAreAddedFirst() {
    #expect(pairwiseSum([]) == 0)
    #expect(pairwiseSum([1]) == 1)
    let values = [1e16, 1, -1e16, 1, 0.5]
    #expect(pairwiseSum(values) == ((1e16 + 1) + (-1e16 + 1)) + 0.5)
  }

  @Test(arguments: [0, 1, 3, 1000, 600_001])
  func sumsAreThoseOfTheTreeToTheBit(count: Int) throws {
    let ranks = try ranks
    var own = numbers(ranks.rank, count)
    var span = own.mutableSpan
    try ranks.sum(&span)
    var parts = (0..<ranks.count).map { numbers($0, count) }
    var step = 1
    while step < parts.count {
      for index in stride(from: 0, to: parts.count - step, by: 2 * step) {
        parts[index] = zip(parts[index], parts[index + step]).map { $0 + $1 }
      }
      step *= 2
    }
    #expect(own == parts[0])
  }

  @Test func wordsAreGatheredInTheOrderOfTheRanks() throws {
    let ranks = try ranks
    #expect(try ranks.gather(UInt64(10 + ranks.rank)) == (0..<ranks.count).map { UInt64(10 + $0) })
    #expect(try ranks.sum(Double(ranks.rank + 1)) == Double(ranks.count * (ranks.count + 1) / 2))
  }

  @Test func rankZeroSpeaksToAll() throws {
    let ranks = try ranks
    #expect(try ranks.broadcast(ranks.isFirst ? [1, 2, 3] : []) == [1, 2, 3])
    var values = numbers(ranks.rank, 70_000)
    var span = values.mutableSpan
    try ranks.broadcast(&span)
    #expect(values == numbers(0, 70_000))
    try ranks.barrier()
  }

  @Test func anyRankCanAsk() throws {
    let ranks = try ranks
    #expect(try ranks.any(ranks.rank == ranks.count - 1))
    #expect(try !ranks.any(false))
  }

  @Test func differentThingsAreNamed() throws {
    let ranks = try ranks
    try ranks.agree(on: 7, "plan")
    guard ranks.count > 1 else { return }
    #expect(throws: RanksError.different(what: "plan", rank: 1)) {
      try ranks.agree(on: ranks.rank == 1 ? 8 : 7, "plan")
    }
  }

  @Test func whatFailsInOneFailsInAll() throws {
    struct Unreadable: Error {}
    let ranks = try ranks
    #expect(try ranks.together { 5 } == 5)
    let last = ranks.count - 1
    do {
      try ranks.together { if ranks.rank == last { throw Unreadable() } }
      Issue.record("nothing was thrown")
    } catch is Unreadable {
      #expect(ranks.rank == last)
    } catch let error as RanksError {
      #expect(error == .otherRankFailed(rank: last))
    }
  }

  @Test func sharesAreEqualAndInOrder() {
    let shares = (0..<4).map { Communicator(rank: $0, count: 4, localCount: 4).share(of: 12) }
    #expect(shares == [0..<3, 3..<6, 6..<9, 9..<12])
  }

  /// The last test, since nothing can be said afterwards: a launcher takes a process that does not
  /// part from the others for one that died.
  @Test func ranksPartInTheEnd() throws {
    try ranks.barrier()
    try ranks.finish()
  }
}
