import Accounting
import Kernels
import LanguageModels
import Randomness
import Testing

@testable import Training

@Suite struct GradientAccumulationTests {
  /// Trains a small model on batches of twelve windows, computed in some number of parts.
  func train(parts: Int, threads: Int = 1, steps: Int = 5) throws -> (
    weights: [Float], records: [StepRecord]
  ) {
    var plan = TrainingPlan(
      shape: .gpt2(
        vocabularySize: 50,
        contextLength: 16,
        layerCount: 2,
        width: 32,
        headCount: 2
      ),
      context: 16,
      batch: 12,
      steps: steps,
      schedule: LearningRateSchedule(form: .constant, peak: 1e-3),
      seed: 3,
      threads: threads
    )
    plan.accumulation = parts
    let model = try GPT(plan.shape, seed: Seed(plan.seed))
    let tokens = TokenArray((0..<2000).map { Int32($0 * $0 % 47) })
    let session = try TrainingSession(plan: plan, model: model, sources: [(tokens, 1)])
    let records = try (0..<steps).map { _ in try session.advance() }
    return (model.weights[0..<model.weights.count], records)
  }

  @Test(arguments: [2, 3, 12])
  func partsGiveTheUnsplitBatchWithinRounding(parts: Int) throws {
    let whole = try train(parts: 1)
    let split = try train(parts: parts)
    for (whole, split) in zip(whole.records, split.records) {
      #expect(abs(whole.loss - split.loss) < 2e-6 * whole.loss)
      #expect(abs(whole.gradientNorm - split.gradientNorm) < 2e-5 * whole.gradientNorm)
      #expect(whole.tokens == split.tokens && whole.flops == split.flops)
    }
    // A forgotten division by the number of parts would change the norms by that factor.
    #expect(whole.weights != split.weights)
    let largest = zip(whole.weights, split.weights).map { abs($0 - $1) }.max() ?? 0
    #expect(largest < 2e-4, "\(largest)")
  }

  @Test(arguments: [2, 3])
  func theThreadCountChangesNoBit(threads: Int) throws {
    #expect(try train(parts: 3, threads: threads).weights == train(parts: 3).weights)
  }

  @Test func partsMustBeEqual() {
    let failure = #expect(throws: TrainingError.self) { try train(parts: 5) }
    #expect(failure?.description.contains("batch of 12 does not fall into 5") == true)
  }

  @Test func rowsOfABatchAreThoseOfTheWhole() throws {
    let sources: [(source: any TokenSource, weight: Double)] = [
      (TokenArray(Array(0..<300)), 1), (TokenArray(Array(400..<700)), 2.5),
    ]
    var sampler = try BatchSampler(
      sources: sources,
      context: 4,
      batch: 6,
      order: .shuffled,
      seed: Seed(1)
    )
    for step in [3, 0, 7] {
      let whole = sampler.batch(step: step)
      let parts = [4..<6, 0..<2, 2..<4].map { sampler.batch(step: step, rows: $0).inputs }
      #expect(parts[1] + parts[2] + parts[0] == whole.inputs)
    }
  }
}
