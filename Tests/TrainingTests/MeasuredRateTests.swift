import Accounting
import Testing
import Training

@Suite struct MeasuredRateTests {
  @Test func stepsAreTimedAndCounted() throws {
    let blueprint = try Blueprint.preset("nano-1")
    let rate = try MeasuredRate(of: blueprint, batch: 2, threads: 1, seconds: 0.01)
    #expect(rate.steps >= 1)
    #expect(rate.context == 128)
    #expect(rate.secondsPerStep > 0)
    let perToken = try TrainingFLOPs.perToken(blueprint, convention: .matmulAndAttention)
    #expect(rate.flopsPerStep == perToken * 256)
    #expect(abs(rate.tokensPerSecond * rate.secondsPerStep - 256) < 1e-6)
    #expect(rate.flopsPerSecond > 1e6)
  }

  @Test func whatCannotBeTrainedIsRefused() throws {
    #expect(throws: TrainingError.self) {
      try MeasuredRate(of: .preset("nano-1"), context: 4096, threads: 1)
    }
  }
}
