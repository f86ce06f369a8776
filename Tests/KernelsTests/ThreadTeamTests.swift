import Kernels
import Synchronization
import Testing

@Suite struct ThreadTeamTests {
  @Test(arguments: 1...4)
  func everyThreadRunsTheBodyOnce(count: Int) throws {
    let team = try ThreadTeam(count: count)
    for _ in 0..<200 {
      let seen = Mutex<[Int]>([])
      team.run { thread in seen.withLock { $0.append(thread) } }
      let sorted = seen.withLock { $0.sorted() }
      #expect(sorted == Array(0..<count))
    }
  }

  @Test(arguments: 2...4)
  func noThreadPassesABarrierBeforeAllHaveCome(count: Int) throws {
    let team = try ThreadTeam(count: count)
    let arrived = Atomic<Int>(0)
    let early = Atomic<Int>(0)
    team.run { _ in
      for round in 1...500 {
        arrived.add(1, ordering: .sequentiallyConsistent)
        team.barrier()
        if arrived.load(ordering: .sequentiallyConsistent) < round * count {
          early.add(1, ordering: .relaxed)
        }
        team.barrier()
      }
    }
    #expect(early.load(ordering: .relaxed) == 0)
  }

  @Test func runsAgainAfterASleep() async throws {
    let team = try ThreadTeam(count: 3)
    let runs = Atomic<Int>(0)
    for _ in 0..<3 {
      team.run { _ in runs.add(1, ordering: .relaxed) }
      try await Task.sleep(for: .milliseconds(5))
    }
    #expect(runs.load(ordering: .relaxed) == 9)
  }

  @Test(arguments: 1...5, [0, 1, 7, 16, 100])
  func sharesCoverEverythingOnce(count: Int, total: Int) throws {
    let team = try ThreadTeam(count: count)
    for grain in [1, 4, 16] {
      let all = (0..<count).flatMap { Array(team.share(of: total, thread: $0, grain: grain)) }
      #expect(all == Array(0..<total))
    }
  }
}
