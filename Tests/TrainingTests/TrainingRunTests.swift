import Accounting
import Files
import Foundation
import Kernels
import LanguageModels
import Randomness
import TestSupport
import Testing

@testable import Training

@Suite struct TrainingRunTests {
  let shape = ModelShape.gpt2(
    vocabularySize: 50,
    contextLength: 16,
    layerCount: 2,
    width: 32,
    headCount: 2
  )

  /// Ids with something to learn: each follows from the one before.
  let tokens = TokenArray((0..<2000).map { Int32($0 * $0 % 47) })

  func plan(steps: Int = 12, threads: Int = 1, seed: UInt64 = 3) -> TrainingPlan {
    TrainingPlan(
      shape: shape,
      context: 16,
      batch: 4,
      steps: steps,
      schedule: LearningRateSchedule(form: .cosine, peak: 1e-2, warmupSteps: 2),
      seed: seed,
      threads: threads
    )
  }

  func open(_ folder: String, _ plan: TrainingPlan) throws -> TrainingRun {
    let model = try GPT(plan.shape, seed: Seed(plan.seed))
    let session = try TrainingSession(plan: plan, model: model, sources: [(tokens, 1)])
    return try TrainingRun(folder: folder, session: session, dataDigest: "tokens")
  }

  /// Trains to the end, or stops once after some steps and is opened anew.
  func weights(
    in folder: String,
    _ plan: TrainingPlan,
    stopAfter: Int? = nil
  ) throws -> [Float] {
    var run = try open(folder, plan)
    if let stopAfter {
      var done = 0
      let outcome = try run.train(isInterrupted: { done >= stopAfter }) { _ in done += 1 }
      #expect(outcome == .interrupted)
      run = try open(folder, plan)
      #expect(run.session.stepsDone == stopAfter)
    }
    #expect(try run.train(isInterrupted: { false }) { _ in } == .finished)
    let model = run.session.model
    return model.weights[0..<model.weights.count]
  }

  /// The metrics without their speed, which no two runs share.
  func metrics(in folder: String) throws -> [String] {
    String(decoding: try readFile(joined(folder, "metrics.jsonl")), as: UTF8.self)
      .split(separator: "\n")
      .map { line in
        String(line[..<(line.range(of: ",\"tokens_per_second\"")?.lowerBound ?? line.endIndex)])
      }
  }

  @Test func trainingLowersTheLoss() throws {
    try withTemporaryFolder { folder in
      var losses: [Double] = []
      let run = try open(folder, plan(steps: 60))
      _ = try run.train(isInterrupted: { false }) { losses.append($0.loss) }
      #expect(losses.count == 60)
      #expect(abs(losses[0] - 3.9) < 0.3)
      #expect(losses[59] < losses[0] - 0.5)
    }
  }

  @Test(arguments: [1, 5, 11])
  func aResumedRunEqualsAnUninterruptedOneToTheBit(stopAfter: Int) throws {
    try withTemporaryFolder { folder in
      let whole = try weights(in: joined(folder, "whole"), plan())
      let resumed = try weights(in: joined(folder, "resumed"), plan(), stopAfter: stopAfter)
      #expect(whole == resumed)
      #expect(
        try metrics(in: joined(folder, "whole")) == metrics(in: joined(folder, "resumed"))
      )
    }
  }

  @Test(arguments: OptimizerChoice.allCases)
  func everyOptimizerLearnsAndResumesToTheBit(choice: OptimizerChoice) throws {
    var plan = plan(steps: 40)
    plan.optimizer = choice
    plan.weightDecay = choice.defaultWeightDecay
    plan.schedule = LearningRateSchedule(form: .constant, peak: 1e-2 * choice.learningRateScale)
    try withTemporaryFolder { folder in
      let run = try open(joined(folder, "whole"), plan)
      var losses: [Double] = []
      _ = try run.train(isInterrupted: { false }) { losses.append($0.loss) }
      let whole = run.session.model.weights[0..<run.session.model.weights.count]
      #expect(try weights(in: joined(folder, "resumed"), plan, stopAfter: 17) == whole)
      #expect(losses.suffix(5).reduce(0, +) / 5 < losses[0] - 0.4, "\(losses)")
    }
  }

  @Test func aResumedRunInPartsEqualsAnUninterruptedOneToTheBit() throws {
    var plan = plan()
    plan.accumulation = 2
    try withTemporaryFolder { folder in
      let whole = try weights(in: joined(folder, "whole"), plan)
      #expect(try weights(in: joined(folder, "resumed"), plan, stopAfter: 5) == whole)
    }
  }

  @Test(arguments: [2, 3])
  func theThreadCountChangesNoBit(threads: Int) throws {
    try withTemporaryFolder { folder in
      let one = try weights(in: joined(folder, "one"), plan())
      let more = try weights(in: joined(folder, "more"), plan(threads: threads))
      #expect(one == more)
    }
  }

  @Test func aCheckpointOfAnotherPlanIsRefused() throws {
    try withTemporaryFolder { folder in
      let run = try open(folder, plan())
      var done = 0
      _ = try run.train(isInterrupted: { done >= 2 }) { _ in done += 1 }
      let failure = #expect(throws: TrainingError.self) { try open(folder, plan(seed: 4)) }
      #expect(failure?.description.contains("another plan") == true)
    }
  }

  @Test func aTruncatedCheckpointIsRefused() throws {
    try withTemporaryFolder { folder in
      let run = try open(folder, plan())
      var done = 0
      _ = try run.train(isInterrupted: { done >= 2 }) { _ in done += 1 }
      let checkpoints = joined(folder, "checkpoint")
      let path = joined(checkpoints, try fileNames(in: checkpoints)[0])
      let bytes = try readFile(path)
      for count in [0, 7, 100, bytes.count - 1] {
        try writeFile(path, bytes[..<count])
        #expect(throws: TrainingError.self, "\(count) bytes") { try open(folder, plan()) }
      }
    }
  }

  @Test func aDivergingRunStopsWithWhatWasSeen() throws {
    try withTemporaryFolder { folder in
      var plan = plan(steps: 50)
      plan.schedule = LearningRateSchedule(form: .constant, peak: 1e30)
      plan.clip = 0
      let run = try open(folder, plan)
      let failure = #expect(throws: TrainingError.self) {
        try run.train(isInterrupted: { false }) { _ in }
      }
      #expect(failure?.description.contains("learning rate 1e+30") == true)
      #expect(try !metrics(in: folder).isEmpty)
      guard case .diverged(let divergence) = failure else { return }
      #expect(!divergence.recentLosses.isEmpty && !divergence.gradientNorms.isEmpty)
      let record = try JSONSerialization.jsonObject(
        with: Data(readFile(joined(folder, "failure.json")))
      )
      #expect((record as? [String: Any])?["step"] as? Int == divergence.step)
      // The weights before the broken step can be gone back to, and break again in the same way.
      #expect(divergence.checkpoint?.hasSuffix("step-\(divergence.step - 1).safetensors") == true)
      let again = try open(folder, plan)
      #expect(again.session.stepsDone == divergence.step - 1)
      let second = #expect(throws: TrainingError.self) {
        try again.train(isInterrupted: { false }) { _ in }
      }
      guard case .diverged(let repeated) = second else { return }
      #expect(repeated.step == divergence.step)
    }
  }

  @Test func aLossThatIsANumberButExplodedStopsTheRun() throws {
    try withTemporaryFolder { folder in
      var plan = plan(steps: 200)
      plan.schedule = LearningRateSchedule(form: .constant, peak: 30)
      plan.weightDecay = 0
      let run = try open(folder, plan)
      let failure = #expect(throws: TrainingError.self) {
        try run.train(isInterrupted: { false }) { _ in }
      }
      guard case .diverged(let divergence) = failure else { return }
      #expect(divergence.loss.isFinite && divergence.loss > divergence.largestLoss)
      #expect(failure?.description.contains("exploded (more than 1") == true)
    }
  }

  @Test func anOlderCheckpointIsKeptWhenTheRunBreaks() throws {
    try withTemporaryFolder { folder in
      var plan = plan(steps: 200)
      plan.schedule = LearningRateSchedule(form: .constant, peak: 1e5, warmupSteps: 100)
      plan.clip = 0
      let model = try GPT(plan.shape, seed: Seed(plan.seed))
      let session = try TrainingSession(plan: plan, model: model, sources: [(tokens, 1)])
      let run = try TrainingRun(
        folder: folder,
        session: session,
        dataDigest: "tokens",
        checkpointInterval: .zero
      )
      let failure = #expect(throws: TrainingError.self) {
        try run.train(isInterrupted: { false }) { _ in }
      }
      guard case .diverged(let divergence) = failure else { return }
      #expect(divergence.checkpoint?.hasSuffix("step-\(divergence.step - 1).safetensors") == true)
      #expect(try fileNames(in: joined(folder, "checkpoint")).count == 1)
    }
  }

  @Test func anImpossiblePlanIsRefusedByName() throws {
    var wrong = plan()
    wrong.context = 17
    #expect(throws: TrainingError.self) { try wrong.validate() }
    wrong = plan()
    wrong.beta2 = 1
    #expect(throws: TrainingError.self) { try wrong.validate() }
    // Each number may stand alone; their product is no number of tokens.
    wrong = plan()
    wrong.batch = 1 << 20
    wrong.steps = 1 << 40
    #expect(throws: TrainingError.self) { try wrong.validate() }
  }

  @Test func aReadOnlyFolderIsFoundAtOnce() throws {
    try withTemporaryFolder { folder in
      try writeFile(joined(folder, "file"), "x")
      #expect(throws: FilesError.self) { try open(joined(folder, "file"), plan()) }
    }
  }
}
