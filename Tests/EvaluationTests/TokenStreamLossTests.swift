import Accounting
import LanguageModels
import Randomness
import Testing

@testable import Evaluation

@Suite struct TokenStreamLossTests {
  let ids = (0..<61).map { Int32($0 * $0 % 31) }

  func model() throws -> GPT {
    let shape = ModelShape.gpt2(
      vocabularySize: 31,
      contextLength: 16,
      layerCount: 1,
      width: 16,
      headCount: 2
    )
    return try GPT(shape, initialization: .xavier, seed: Seed(4))
  }

  func loss(_ context: Int, _ stride: Int, count: Int = 61, threads: Int = 1) throws
    -> TokenStreamLoss
  {
    try TokenStreamLoss(
      of: model(),
      count: count,
      ids: { Array(ids[$0]) },
      context: context,
      stride: stride,
      threads: threads
    )
  }

  /// What one window says of its last predictions, computed alone.
  func reference(_ context: Int, _ stride: Int, count: Int) throws -> Double {
    let model = try model()
    var (nats, scored, start) = (0.0, 0, 0)
    while scored < count - 1 {
      let end = min(start + context, count - 1)
      let engine = try GPTEngine(
        layout: model.layout,
        batch: 1,
        context: end - start,
        threads: 1,
        purpose: .evaluation
      )
      let losses = try engine.losses(
        parameters: model.weights,
        inputs: Array(ids[start..<end]),
        targets: Array(ids[start + 1..<end + 1])
      )
      nats += losses.dropFirst(scored - start).reduce(0) { $0 + Double($1) }
      scored = end
      start += stride
    }
    return nats
  }

  @Test(arguments: [(16, 16, 61), (16, 5, 61), (7, 1, 20), (16, 16, 9), (12, 12, 2), (12, 12, 25)])
  func everyIDIsPredictedOnce(context: Int, stride: Int, count: Int) throws {
    let loss = try loss(context, stride, count: count)
    #expect(loss.tokens == count - 1)
    #expect(abs(loss.nats - (try reference(context, stride, count: count))) < 1e-4)
    #expect(try self.loss(context, stride, count: count, threads: 2) == loss)
  }

  @Test func aSingleIDPredictsNothing() {
    #expect(throws: EvaluationError.tooFewTokens(count: 1)) { try loss(16, 16, count: 1) }
  }
}
