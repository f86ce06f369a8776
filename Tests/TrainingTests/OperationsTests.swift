import Accounting
import LanguageModels
import Randomness
import Testing

@testable import Training

@Suite struct OperationsTests {
  @Test(arguments: [
    (SequenceOperation.copy, [3, 1, 4, 1, 5, 9, 2]), (.reverse, [2, 9, 5, 1, 4, 1, 3]),
    (.rotate, [1, 4, 1, 5, 9, 2, 3]), (.sort, [1, 1, 2, 3, 4, 5, 9]),
    (.successor, [4, 2, 5, 2, 6, 0, 3]), (.complement, [6, 8, 5, 8, 4, 0, 7]),
    (.add, [4, 5, 5, 6, 4, 1, 5]), (.maximum, [3, 3, 4, 4, 5, 9, 9]),
    (.minimum, [3, 1, 1, 1, 1, 1, 1]), (.count, [1, 2, 1, 2, 1, 1, 1]),
  ])
  func answersAreThoseOfTheExample(operation: SequenceOperation, answer: [Int]) {
    #expect(operation.answer([3, 1, 4, 1, 5, 9, 2]) == answer)
  }

  @Test func theVocabularyIsThatOfThePreset() throws {
    let shape = try Blueprint.preset("operations").shape
    #expect(SequenceOperation.vocabularySize == shape.vocabularySize)
    #expect(OperationsData.length == shape.contextLength)
    #expect(try ParameterLayout(shape).parameterCount == 102_016)
    #expect(SequenceOperation.allCases.map(\.token) == Array(10..<20))
  }

  @Test func trainingAndValidationAreApartAndRepeatable() throws {
    let data = try OperationsData(trainingCount: 3000, validationCount: 500, seed: Seed(1))
    #expect(data.training.count == 3000 && data.validation.count == 500)
    #expect(Set(data.training + data.validation).count == 3500)
    let counts = Dictionary(grouping: data.validation, by: \.operation).mapValues(\.count)
    #expect(counts.count == 10 && counts.values.allSatisfy { $0 == 50 })
    let again = try OperationsData(trainingCount: 3000, validationCount: 500, seed: Seed(1))
    #expect(again.training == data.training && again.validation == data.validation)
    #expect(throws: TrainingError.self) {
      try OperationsData(trainingCount: 10, validationCount: 9, seed: Seed(1))
    }
  }

  @Test func anEpochReadsEachExampleOnce() throws {
    let data = try OperationsData(trainingCount: 60, validationCount: 10, seed: Seed(1))
    var batches = try OperationsBatches(data.training, batch: 12, seed: Seed(1))
    #expect(batches.stepsPerEpoch == 5)
    for epoch in 0..<2 {
      let rows = (0..<5).flatMap { step in
        let inputs = batches.batch(step: 5 * epoch + step, rows: 0..<12).inputs
        return stride(from: 0, to: inputs.count, by: 8).map { Array(inputs[$0..<$0 + 8]) }
      }
      #expect(Set(rows) == Set(data.training.map(\.inputs)))
    }
    let (first, second) = (
      batches.batch(step: 0, rows: 0..<12), batches.batch(step: 5, rows: 0..<12)
    )
    #expect(first != second)
    #expect(throws: TrainingError.self) {
      try OperationsBatches(data.training, batch: 61, seed: Seed(1))
    }
  }

  @Test func aModelLearnsAndIsMeasured() throws {
    let data = try OperationsData(trainingCount: 2000, validationCount: 200, seed: Seed(1))
    let shape = ModelShape.operations
    let batches = try OperationsBatches(data.training, batch: 50, seed: Seed(1))
    let plan = TrainingPlan(
      shape: shape,
      context: 8,
      batch: 50,
      steps: 200,
      schedule: LearningRateSchedule(form: .constant, peak: 3e-3, warmupSteps: 10),
      seed: 1,
      threads: 1
    )
    let model = try GPT(shape, seed: Seed(1))
    let session = try TrainingSession(plan: plan, model: model, batches: batches)
    let before = try EpochRecord(0, of: session, on: data)
    #expect(abs(before.validationLoss - 3.0) < 0.2)  // ln 20
    #expect(before.validationAccuracy < 0.2 && before.confidence < 0.2)
    while !session.isDone { _ = try session.advance() }
    let after = try EpochRecord(5, of: session, on: data)
    #expect(after.validationAccuracy > 0.3 && after.validationLoss < 2)
    #expect(after.validationExactMatch <= after.validationAccuracy)
    #expect(after.confidence > before.confidence)
    #expect(after.accuracy.count == 10)
    let mean = after.accuracy.values.reduce(0, +) / 10
    #expect(abs(mean - after.validationAccuracy) < 1e-12)
    #expect(after.attentionEntropyBits.count == 2)
    #expect(after.attentionEntropyBits.allSatisfy { $0.count == 4 })
    #expect(after.attentionEntropyBits.joined().allSatisfy { $0 >= 0 && $0 <= 3.0001 })
    #expect(after.gradientNorms["blocks.1.attention.output"] ?? 0 > 0)
    #expect(after.gradientNorms["head"] ?? 0 > 0)
  }

  @Test func measuringChangesNoBitOfTheTraining() throws {
    let data = try OperationsData(trainingCount: 200, validationCount: 20, seed: Seed(1))
    func weights(measures: Bool) throws -> [[Float]] {
      let plan = TrainingPlan(
        shape: .operations,
        context: 8,
        batch: 20,
        steps: 6,
        schedule: LearningRateSchedule(form: .constant, peak: 1e-3),
        seed: 1,
        threads: 1
      )
      let session = try TrainingSession(
        plan: plan,
        model: GPT(.operations, seed: Seed(1)),
        batches: OperationsBatches(data.training, batch: 20, seed: Seed(1))
      )
      while !session.isDone {
        if measures { _ = try EpochRecord(0, of: session, on: data) }
        _ = try session.advance()
      }
      return session.model.layout.tensors.map { session.model.values(of: $0) }
    }
    #expect(try weights(measures: true) == weights(measures: false))
  }
}
