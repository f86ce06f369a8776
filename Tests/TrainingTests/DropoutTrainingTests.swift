import Accounting
import Kernels
import LanguageModels
import Randomness
import TestSupport
import Testing

@testable import Training

@Suite struct DropoutTrainingTests {
  private let tokens = TokenArray((0..<2000).map { Int32($0 * $0 % 47) })

  private func plan(
    threads: Int = 1,
    parts: Int = 1,
    dropout: Dropout = Dropout(0.2)
  ) -> TrainingPlan {
    var shape = ModelShape.gpt2(
      vocabularySize: 50,
      contextLength: 16,
      layerCount: 2,
      width: 32,
      headCount: 2
    )
    shape.dropout = dropout
    var plan = TrainingPlan(
      shape: shape,
      context: 16,
      batch: 12,
      steps: 8,
      schedule: LearningRateSchedule(form: .cosine, peak: 1e-2, warmupSteps: 2),
      seed: 3,
      threads: threads
    )
    plan.accumulation = parts
    return plan
  }

  private func session(_ plan: TrainingPlan) throws -> TrainingSession {
    try TrainingSession(
      plan: plan,
      model: GPT(plan.shape, seed: Seed(plan.seed)),
      sources: [(tokens, 1)]
    )
  }

  private func train(_ plan: TrainingPlan) throws -> (records: [StepRecord], weights: [Float]) {
    let session = try session(plan)
    let records = try (0..<plan.steps).map { _ in try session.advance() }
    return (records, session.model.weights[0..<session.model.weights.count])
  }

  @Test(arguments: [2, 3], [1, 3])
  func theThreadCountChangesNoBit(threads: Int, parts: Int) throws {
    let one = try train(plan(parts: parts)).weights
    #expect(try train(plan(threads: threads, parts: parts)).weights == one)
  }

  @Test(arguments: [2, 4, 12])
  func microBatchesDropWhatTheWholeBatchDrops(parts: Int) throws {
    let whole = try train(plan()).records
    let split = try train(plan(parts: parts)).records
    for (whole, split) in zip(whole, split) {
      #expect(abs(whole.loss - split.loss) < 1e-4 * whole.loss)
      #expect(abs(whole.gradientNorm - split.gradientNorm) < 1e-3 * whole.gradientNorm)
    }
    let plain = try train(plan(dropout: .none)).records
    #expect(whole[0].loss != plain[0].loss)
    #expect(abs(whole[7].loss - plain[7].loss) > 1e-3, "\(whole[7].loss), \(plain[7].loss)")
  }

  @Test(arguments: [1, 3, 7])
  func aResumedRunEqualsAnUninterruptedOneToTheBit(stopAfter: Int) throws {
    let plan = plan(threads: 2, parts: 3)
    let whole = try train(plan)
    try withTemporaryFolder { folder in
      func open() throws -> TrainingRun {
        try TrainingRun(folder: folder, session: session(plan), dataDigest: "tokens")
      }
      var losses: [Double] = []
      let first = try open()
      _ = try first.train(isInterrupted: { losses.count >= stopAfter }) { losses.append($0.loss) }
      let second = try open()
      #expect(second.session.stepsDone == stopAfter)
      _ = try second.train(isInterrupted: { false }) { losses.append($0.loss) }
      #expect(losses == whole.records.map(\.loss))
      let weights = second.session.model.weights
      #expect(weights[0..<weights.count] == whole.weights)
    }
  }
}
