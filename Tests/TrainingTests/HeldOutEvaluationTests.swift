import Accounting
import Evaluation
import Files
import Foundation
import Kernels
import LanguageModels
import Randomness
import TestSupport
import Testing

@testable import Training

@Suite struct HeldOutEvaluationTests {
  let training = TokenArray((0..<2000).map { Int32($0 * $0 % 47) })
  let held = TokenArray((0..<300).map { Int32(($0 + 11) * ($0 + 11) % 47) })
  let noise = TokenArray((0..<200).map { Int32($0 &* 7919 % 41) })

  func plan(steps: Int = 12, every: Int? = 3, stopping: EarlyStopping? = nil) -> TrainingPlan {
    var plan = TrainingPlan(
      shape: .gpt2(
        vocabularySize: 50,
        contextLength: 16,
        layerCount: 1,
        width: 32,
        headCount: 2
      ),
      context: 16,
      batch: 4,
      steps: steps,
      schedule: LearningRateSchedule(form: .constant, peak: 1e-2),
      seed: 3,
      threads: 1
    )
    plan.evaluationInterval = every
    plan.earlyStopping = stopping
    return plan
  }

  var heldOut: HeldOutText {
    HeldOutText(streams: [
      HeldOutText.Stream(label: "en", source: held, range: 0..<100, bytes: 120),
      HeldOutText.Stream(label: "xx", source: noise, range: 0..<200, bytes: nil),
      HeldOutText.Stream(label: "en", source: held, range: 100..<300, bytes: 250),
    ])
  }

  func open(_ folder: String, _ plan: TrainingPlan) throws -> TrainingRun {
    let model = try GPT(plan.shape, seed: Seed(plan.seed))
    return try TrainingRun(
      folder: folder,
      session: TrainingSession(plan: plan, model: model, sources: [(training, 1)]),
      heldOut: plan.evaluationInterval == nil ? nil : heldOut,
      dataDigest: "tokens"
    )
  }

  func weights(_ run: TrainingRun) -> [Float] {
    run.session.model.weights[0..<run.session.model.weights.count]
  }

  @Test func evaluationsComeAtTheirStepsAndSumByLabel() throws {
    try withTemporaryFolder { folder in
      let run = try open(folder, plan(steps: 11))
      var records: [EvaluationRecord] = []
      let outcome = try run.train(
        isInterrupted: { false },
        evaluated: { records.append($0) },
        observe: { _ in }
      )
      #expect(outcome == .finished)
      #expect(records.map(\.step) == [3, 6, 9, 11])
      #expect(records.map(\.tokens) == [3, 6, 9, 11].map { $0 * 64 })
      let last = try #require(records.last)
      #expect(last == run.lastEvaluation)
      #expect(last.languages.map(\.language) == ["en", "xx"])
      // Each of the two pieces of English predicts all its ids but the first.
      #expect(last.languages.map(\.tokens) == [99 + 199, 199])
      #expect(last.languages.map(\.bytes) == [370, nil])
      #expect(last.languages[1].bitsPerByte == nil)
      // The losses are those that Evaluation measures of the final weights.
      let stream = try TokenStreamLoss(
        of: run.session.model,
        count: 200,
        ids: { noise.tokens(in: $0) },
        context: 16,
        stride: 16,
        threads: 1
      )
      #expect(last.languages[1].nats == stream.nats)
      let lines = try readFile(joined(folder, "evaluations.jsonl")).split(separator: 0x0A)
      let stored = try lines.map {
        try JSONDecoder().decode(EvaluationRecord.self, from: Data($0))
      }
      #expect(stored == records)
    }
  }

  @Test func evaluatingChangesNoBitOfTheTraining() throws {
    try withTemporaryFolder { folder in
      let with = try open(joined(folder, "with"), plan(every: 1))
      let without = try open(joined(folder, "without"), plan(every: nil))
      _ = try with.train(isInterrupted: { false }) { _ in }
      _ = try without.train(isInterrupted: { false }) { _ in }
      #expect(weights(with) == weights(without))
    }
  }

  @Test(arguments: [1, 4, 6, 7])
  func earlyStoppingEndsAtTheSameStepAfterAResume(stopAfter: Int) throws {
    // What improves by less than a nat does not count, so the second evaluation is the third to fail.
    let stopping = EarlyStopping(patience: 3, minimumImprovement: 1)
    let plan = plan(steps: 100, every: 2, stopping: stopping)
    try withTemporaryFolder { folder in
      let whole = try open(joined(folder, "whole"), plan)
      #expect(try whole.train(isInterrupted: { false }) { _ in } == .finished)
      #expect(whole.isStoppedEarly && whole.session.stepsDone == 8)
      #expect(whole.bestEvaluation?.step == 2)

      let broken = try open(joined(folder, "broken"), plan)
      var done = 0
      let outcome = try broken.train(isInterrupted: { done >= stopAfter }) { _ in done += 1 }
      #expect(outcome == .interrupted)
      let resumed = try open(joined(folder, "broken"), plan)
      #expect(resumed.session.stepsDone == stopAfter)
      #expect(try resumed.train(isInterrupted: { false }) { _ in } == .finished)
      #expect(resumed.session.stepsDone == 8)
      #expect(weights(resumed) == weights(whole))
      for name in ["evaluations.jsonl"] {
        #expect(
          try readFile(joined(joined(folder, "broken"), name))
            == readFile(joined(joined(folder, "whole"), name))
        )
      }
      // The model is that of the second step.
      let two = try open(joined(folder, "two"), self.plan(steps: 2, every: nil))
      _ = try two.train(isInterrupted: { false }) { _ in }
      #expect(weights(whole) == weights(two))
      #expect(resumed.seconds > 0)
    }
  }

  @Test func theTimeOfAllPartsIsCounted() throws {
    try withTemporaryFolder { folder in
      let first = try open(folder, plan())
      var done = 0
      _ = try first.train(isInterrupted: { done >= 2 }) { _ in
        done += 1
        Thread.sleep(forTimeInterval: 0.05)
      }
      let second = try open(folder, plan())
      #expect(second.seconds == first.seconds && second.seconds >= 0.1)
      _ = try second.train(isInterrupted: { false }) { _ in }
      #expect(second.seconds > first.seconds)
    }
  }

  @Test func impossibleEvaluationsAreRefused() throws {
    for stopping in [
      EarlyStopping(patience: 0), EarlyStopping(patience: 1, minimumImprovement: -1),
    ] {
      #expect(throws: TrainingError.self) { try plan(stopping: stopping).validate() }
    }
    #expect(throws: TrainingError.self) {
      try plan(every: nil, stopping: EarlyStopping(patience: 1)).validate()
    }
  }
}
