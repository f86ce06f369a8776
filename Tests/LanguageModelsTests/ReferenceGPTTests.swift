import Accounting
import Foundation
import Randomness
import Testing

@testable import LanguageModels

@Suite struct ReferenceGPTTests {
  static let batch = [
    ReferenceGPT.Example(tokens: [3, 1, 4, 1, 5, 9], targets: [1, 4, -1, 5, 9, 2]),
    ReferenceGPT.Example(tokens: [10, 0, 7], targets: [0, 7, 7]),
  ]

  /// A model whose parameters are all away from their special values.
  static func sample(_ shape: ModelShape) throws -> ReferenceGPT {
    let layout = try ParameterLayout(shape)
    var parameters = [Double](repeating: 0, count: layout.storageCount)
    for tensor in layout.tensors {
      var generator = Seed(11).stream(tensor.name)
      let isNormWeight = !tensor.isMatrix && tensor.name.hasSuffix(".weight")
      for index in tensor.range {
        parameters[index] = (isNormWeight ? 1 : 0) + 0.3 * generator.normal()
      }
    }
    return ReferenceGPT(layout: layout, parameters: parameters)
  }

  @Test func asksForTheLogarithmOfTheVocabularyAtFirst() throws {
    let layout = try ParameterLayout(SampleShapes.gpt2)
    let model = ReferenceGPT(
      layout: layout,
      parameters: [Double](repeating: 0, count: layout.storageCount)
    )
    #expect(abs(model.loss(Self.batch) - log(11)) < 1e-12)
  }

  @Test(arguments: SampleShapes.all)
  func theGradientIsTheSlope(name: String, shape: ModelShape) throws {
    var model = try Self.sample(shape)
    let (loss, gradient) = model.gradient(Self.batch)
    #expect(abs(loss - model.loss(Self.batch)) < 1e-12)
    // Central differences at three places of every tensor; a step of 10⁻⁵ leaves errors near 10⁻⁹.
    for tensor in model.layout.tensors {
      var generator = Seed(13).stream(tensor.name)
      for _ in 0..<3 {
        let index = tensor.offset + generator.below(tensor.count)
        let value = model.parameters[index]
        model.parameters[index] = value + 1e-5
        let above = model.loss(Self.batch)
        model.parameters[index] = value - 1e-5
        let below = model.loss(Self.batch)
        model.parameters[index] = value
        let slope = (above - below) / 2e-5
        #expect(
          abs(slope - gradient[index]) < 1e-7 + 1e-5 * abs(slope),
          "\(name), \(tensor.name) \(index - tensor.offset): \(slope), \(gradient[index])"
        )
      }
    }
  }

  @Test(arguments: SampleShapes.all)
  func looksAheadOnlyInFullAttention(name: String, shape: ModelShape) throws {
    let model = try Self.sample(shape)
    let first = model.logits([3, 1, 4, 1, 5])[1]
    let second = model.logits([3, 1, 9, 2, 6])[1]
    #expect((first == second) == shape.causal, "\(name)")
  }

  @Test(arguments: SampleShapes.all)
  func attentionIsAShare(name: String, shape: ModelShape) throws {
    let trace = try Self.sample(shape).forward([3, 1, 4, 1, 5])
    for block in trace.blocks {
      #expect(block.probabilities.count == shape.headCount)
      for head in block.probabilities {
        for row in 0..<head.rows {
          #expect(abs(head[row].reduce(0, +) - 1) < 1e-12)
          #expect(!shape.causal || head[row][(row + 1)...].allSatisfy { $0 == 0 })
        }
      }
    }
  }

  @Test func withoutTargetsThereIsNoLoss() throws {
    let model = try Self.sample(SampleShapes.gpt2)
    let (loss, gradient) = model.gradient([.init(tokens: [1, 2], targets: [-1, -1])])
    #expect(loss == 0)
    #expect(gradient.allSatisfy { $0 == 0 })
  }
}
