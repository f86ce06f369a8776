import Randomness
import Testing

@testable import Training

@Suite struct BatchSamplerTests {
  func sampler(
    _ counts: [Int],
    weights: [Double]? = nil,
    order: BatchSampler.Order = .shuffled,
    seed: UInt64 = 1
  ) throws -> BatchSampler {
    try BatchSampler(
      sources: counts.enumerated().map { index, count in
        (TokenArray((0..<Int32(count)).map { $0 + Int32(index) * 10_000 }), weights?[index] ?? 1)
      },
      context: 4,
      batch: 3,
      order: order,
      seed: Seed(seed)
    )
  }

  @Test func targetsAreTheSuccessorsOfInputs() throws {
    var sampler = try sampler([100])
    for step in 0..<20 {
      let batch = sampler.batch(step: step)
      #expect(batch.targets == batch.inputs.map { $0 + 1 })
    }
  }

  @Test func sequentialRowsFollowTheDocumentedFormula() throws {
    var sampler = try sampler([30], order: .sequential)
    // Seven windows of four fit into thirty ids with a successor.
    #expect(sampler.batch(step: 0).inputs == Array(0..<12))
    #expect(sampler.batch(step: 1).inputs == Array(12..<24))
    #expect(sampler.batch(step: 2).inputs == Array(24..<28) + Array(0..<8))
  }

  @Test func anEpochReadsEachWindowOnce() throws {
    var sampler = try sampler([62])
    // (62 − 1) / 4 − 1 = 14 windows: five batches of three rows hold fourteen and one more.
    let rows = (0..<5).flatMap { step in
      let inputs = sampler.batch(step: step).inputs
      return stride(from: 0, to: 12, by: 4).map { inputs[$0] }
    }
    #expect(Set(rows.prefix(14)).count == 14)
  }

  @Test func theBatchDependsOnTheStepAlone() throws {
    var forward = try sampler([200, 300], weights: [1, 3])
    let batches = (0..<30).map { forward.batch(step: $0) }
    var backward = try sampler([200, 300], weights: [1, 3])
    for step in (0..<30).reversed() { #expect(backward.batch(step: step) == batches[step]) }
    var other = try sampler([200, 300], weights: [1, 3], seed: 2)
    #expect((0..<30).map { other.batch(step: $0) } != batches)
  }

  @Test func weightsAreSharesOfRows() throws {
    var sampler = try sampler([200, 300], weights: [1, 3])
    let rows = (0..<100).flatMap { step in
      let inputs = sampler.batch(step: step).inputs
      return stride(from: 0, to: 12, by: 4).map { inputs[$0] >= 10_000 }
    }
    #expect(rows.filter { !$0 }.count == 75)
  }

  @Test func aSequenceShorterThanAWindowIsRefused() {
    #expect(throws: TrainingError.tooFewTokens(count: 4, needed: 5)) { try sampler([4]) }
    #expect(throws: Never.self) { try sampler([5]) }
  }
}
