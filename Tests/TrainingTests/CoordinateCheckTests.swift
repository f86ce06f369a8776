import Accounting
import Kernels
import LanguageModels
import Randomness
import Testing

@testable import Training

/// The coordinate check: activations change as much in a wide model as in a narrow one.
///
/// - Source: Yang et al. 2022, arXiv:2203.03466, appendix D.1.
@Suite struct CoordinateCheckTests {
  static let widths = [32, 64, 128, 256]

  /// The mean change of the stream's numbers and of the logits after five steps, by width.
  func changes(
    _ optimizer: OptimizerChoice,
    rate: Double,
    scaled: Bool,
    tied: Bool
  ) throws -> [(stream: Double, logits: Double)] {
    try Self.widths.map { width in
      var shape = ModelShape.gpt2(
        vocabularySize: 60,
        contextLength: 16,
        layerCount: 2,
        width: width,
        headCount: width / 16
      )
      shape.tiedHead = tied
      var plan = TrainingPlan(
        shape: shape,
        context: 16,
        batch: 8,
        steps: 5,
        schedule: LearningRateSchedule(form: .constant, peak: rate),
        seed: 1,
        threads: 1
      )
      plan.optimizer = optimizer
      plan.weightDecay = 0
      plan.clip = 0
      plan.baseWidth = scaled ? Self.widths[0] : nil
      let model = try GPT(
        shape,
        initialization: scaled
          ? .maximalUpdate(deviation: 0.02, baseWidth: Self.widths[0]) : .gpt2,
        seed: Seed(1)
      )
      let tokens = TokenArray((0..<2000).map { Int32($0 * $0 % 59) })
      let session = try TrainingSession(plan: plan, model: model, sources: [(tokens, 1)])
      let probe = [3, 9, 25, 49, 22, 5, 50, 41, 12, 0]
      let before = try ModelProbe(model).trace(probe)
      for _ in 0..<plan.steps { _ = try session.advance() }
      let after = try ModelProbe(model).trace(probe)
      func difference(_ a: [[Float]], _ b: [[Float]]) -> Double {
        let changes = zip(a, b).flatMap { zip($0, $1).map { Double(abs($0 - $1)) } }
        return changes.reduce(0, +) / Double(changes.count)
      }
      let streams = (before.residual[.residualPost], after.residual[.residualPost])
      return (
        difference(try #require(streams.0?.last), try #require(streams.1?.last)),
        difference(before.logits, after.logits)
      )
    }
  }

  /// The power of the width by which numbers grow, from the narrowest to the widest.
  func slope(_ values: [Double]) -> Double {
    let doublings = Double(values.count - 1)
    return (logarithm(values[values.count - 1]) - logarithm(values[0])) / (doublings * logarithm(2))
  }

  @Test(
    arguments: [(OptimizerChoice.adamw, 5e-3), (.lion, 1e-3), (.sgd, 0.5)],
    [true, false]
  )
  func changesDoNotGrowWithTheWidth(_ optimizer: (OptimizerChoice, Double), tied: Bool) throws {
    let scaled = try changes(optimizer.0, rate: optimizer.1, scaled: true, tied: tied)
    let text = "\(scaled)"
    #expect(abs(slope(scaled.map(\.stream))) < 0.25, "\(text)")
    #expect(abs(slope(scaled.map(\.logits))) < 0.25, "\(text)")
  }

  @Test func withoutTheScalingTheyGrow() throws {
    let plain = try changes(.adamw, rate: 5e-3, scaled: false, tied: true)
    #expect(slope(plain.map(\.logits)) > 0.6, "\(plain)")
  }

  @Test func atTheBaseWidthNothingChanges() throws {
    let shape = ModelShape.gpt2(
      vocabularySize: 60,
      contextLength: 16,
      layerCount: 2,
      width: 64,
      headCount: 4
    )
    let plain = try GPT(shape, seed: Seed(1))
    let scaled = try GPT(
      shape,
      initialization: .maximalUpdate(deviation: 0.02, baseWidth: 64),
      seed: Seed(1)
    )
    #expect(plain.weights[0..<plain.weights.count] == scaled.weights[0..<plain.weights.count])
  }

  @Test func theTableOfFactorsHolds() throws {
    var shape = ModelShape.gpt2(
      vocabularySize: 60,
      contextLength: 16,
      layerCount: 1,
      width: 64,
      headCount: 4
    )
    shape.tiedHead = false
    let layout = try ParameterLayout(shape)
    let update = MaximalUpdate(baseWidth: 16)
    func scales(_ tensor: ParameterTensor?) throws -> [Double] {
      let tensor = try #require(tensor)
      return [true, false].map {
        update.learningRateScale(of: tensor, in: layout, adaptive: $0)
      }
    }
    #expect(try scales(layout.tokenEmbedding) == [1, 4])
    #expect(try scales(layout.blocks[0].queryKeyValue.weight) == [0.25, 1])
    #expect(try scales(layout.blocks[0].queryKeyValue.bias) == [1, 4])
    #expect(try scales(layout.finalNormalization?.weight) == [0.25, 0.25])
    #expect(try scales(layout.head) == [1, 4])
    shape.finalNormalization = false
    shape.tiedHead = true
    #expect(throws: MaximalUpdate.Unsuitable.self) { try update.validate(shape) }
  }
}
