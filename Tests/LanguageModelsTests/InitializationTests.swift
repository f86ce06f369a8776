import Accounting
import Kernels
import LanguageModels
import Randomness
import Testing

@Suite struct InitializationTests {
  private func deviation(_ values: [Float]) -> Double {
    let squares = values.reduce(0.0) { $0 + Double($1) * Double($1) }
    return (squares / Double(values.count)).squareRoot()
  }

  private let wide = ModelShape.gpt2(
    vocabularySize: 100,
    contextLength: 64,
    layerCount: 2,
    width: 64,
    headCount: 4
  )

  @Test func drawsGPT2sDeviations() throws {
    let model = try GPT(wide, seed: Seed(1))
    let block = model.layout.blocks[1]
    #expect(abs(deviation(model.values(of: model.layout.tokenEmbedding)) - 0.02) < 0.001)
    #expect(abs(deviation(model.values(of: block.queryKeyValue.weight)) - 0.02) < 0.001)
    // Two layers: residual projections have 0.02 / √4.
    #expect(abs(deviation(model.values(of: block.attentionOutput.weight)) - 0.01) < 0.001)
    #expect(abs(deviation(model.values(of: block.feedForwardOut.weight)) - 0.01) < 0.001)
  }

  @Test func drawsGlorotsRangePerMap() throws {
    let model = try GPT(wide, initialization: .xavier, seed: Seed(1))
    let values = model.values(of: model.layout.blocks[0].queryKeyValue.weight)
    // One map is 64 × 64, whatever lies beside it: ±√(6/128).
    let limit = Float(6.0 / 128).squareRoot()
    #expect(values.allSatisfy { abs($0) <= limit })
    #expect(abs(deviation(values) - Double(limit) / 3.0.squareRoot()) < 0.003)
  }

  @Test(arguments: [Initialization.gpt2, .xavier])
  func startsNormsAtOneAndBiasesAtZero(initialization: Initialization) throws {
    let model = try GPT(SampleShapes.gpt2, initialization: initialization, seed: Seed(3))
    for tensor in model.layout.tensors where !tensor.isMatrix {
      let expected: Float = tensor.name.hasSuffix(".bias") ? 0 : 1
      #expect(model.values(of: tensor).allSatisfy { $0 == expected }, "\(tensor.name)")
    }
  }

  @Test func repeatsItselfFromTheSameSeed() throws {
    let first = try GPT(SampleShapes.llama, seed: Seed(5))
    let second = try GPT(SampleShapes.llama, seed: Seed(5))
    let other = try GPT(SampleShapes.llama, seed: Seed(6))
    let all = 0..<first.layout.storageCount
    #expect(first.weights[all] == second.weights[all])
    #expect(first.weights[all] != other.weights[all])
  }

  @Test func aTensorDoesNotDependOnItsNeighbors() throws {
    let tied = try GPT(SampleShapes.gpt2, seed: Seed(5))
    let biasless = try GPT(
      SampleShapes.variant(of: SampleShapes.gpt2) { $0.attentionBiases = false },
      seed: Seed(5)
    )
    #expect(
      tied.values(of: tied.layout.blocks[1].feedForwardIn.weight)
        == biasless.values(of: biasless.layout.blocks[1].feedForwardIn.weight)
    )
  }

  @Test func leavesTheGapsBetweenTensorsZero() throws {
    let model = try GPT(SampleShapes.gpt2, seed: Seed(5))
    var covered = Set<Int>()
    for tensor in model.layout.tensors { covered.formUnion(tensor.range) }
    let gaps = Set(0..<model.layout.storageCount).subtracting(covered)
    #expect(!gaps.isEmpty)
    #expect(gaps.allSatisfy { model.weights[$0] == 0 })
  }

  @Test func aCopyHasWeightsOfItsOwn() throws {
    let model = try GPT(SampleShapes.gpt2, seed: Seed(5))
    let copy = try model.copy()
    copy.weights[0] = 42
    #expect(model.weights[0] != 42)
    #expect(model.weights[1] == copy.weights[1])
  }

  @Test func refusesAbsurdShapes() {
    let shape = ModelShape.gpt2(
      vocabularySize: 1 << 31,
      contextLength: 1,
      layerCount: 1 << 31,
      width: 1 << 31,
      headCount: 1
    )
    #expect(throws: AccountingError.self) { try ParameterLayout(shape) }
    #expect(throws: AccountingError.self) {
      try ParameterLayout(SampleShapes.variant(of: shape) { $0.layerCount = 2 })
    }
  }

  @Test func namesTheTokenThatDoesNotFit() throws {
    let model = try GPT(SampleShapes.gpt2, seed: Seed(5))
    #expect(throws: LanguageModelsError.tokenOutOfRange(id: 11, vocabularySize: 11)) {
      try model.validate([0, 11])
    }
    #expect(throws: LanguageModelsError.sequenceLength(length: 7, contextLength: 6)) {
      try model.validate([Int](repeating: 0, count: 7))
    }
    try model.validate([0, 10])
  }
}
