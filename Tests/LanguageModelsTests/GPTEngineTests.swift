import Accounting
import Foundation
import Kernels
import LanguageModels
import Randomness
import Testing

/// The fast engine held to the reference model, shape by shape.
@Suite struct GPTEngineTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    var shape: ModelShape
    var testDescription: String { name }
  }

  static let cases = (SampleShapes.all + wider).map { Case(name: $0.name, shape: $0.shape) }

  /// Shapes with more than one block of queries, whole vectors and awkward tails.
  static let wider: [(name: String, shape: ModelShape)] = [
    (
      "wide gpt2",
      .gpt2(vocabularySize: 67, contextLength: 70, layerCount: 1, width: 36, headCount: 2)
    ),
    (
      "wide llama",
      .llama(
        vocabularySize: 40,
        contextLength: 33,
        layerCount: 2,
        width: 48,
        headCount: 3,
        keyValueHeadCount: 1,
        feedForwardWidth: 50
      )
    ),
  ]

  /// A model and a batch with targets left out.
  struct Sample {
    let layout: ParameterLayout
    let parameters: FloatBuffer
    let batch = 3
    let inputs: [Int32]
    let targets: [Int32]
    var context: Int { layout.shape.contextLength }

    init(_ shape: ModelShape) throws {
      layout = try ParameterLayout(shape)
      parameters = try FloatBuffer(count: layout.storageCount)
      var generator = Seed(11).stream("engine")
      for tensor in layout.tensors {
        for index in tensor.range {
          let center: Float = tensor.isMatrix || tensor.name.hasSuffix("bias") ? 0 : 1
          parameters[index] = center + Float(0.3 * generator.normal())
        }
      }
      let rows = batch * shape.contextLength
      let vocabulary = Int32(shape.vocabularySize)
      inputs = (0..<rows).map { _ in Int32.random(in: 0..<vocabulary, using: &generator) }
      targets = (0..<rows).map { index in
        index % 4 == 2 ? -1 : Int32.random(in: 0..<vocabulary, using: &generator)
      }
    }

    func engine(
      threads: Int = 2,
      purpose: GPTEngine.Purpose = .training,
      precision: ProductPrecision = .f32
    ) throws -> GPTEngine {
      try GPTEngine(
        layout: layout,
        batch: batch,
        context: context,
        threads: threads,
        purpose: purpose,
        precision: precision
      )
    }

    func gradient(
      threads: Int,
      precision: ProductPrecision = .f32
    ) throws -> (loss: Double, gradients: [Float]) {
      let gradients = try FloatBuffer(count: layout.storageCount)
      let loss = try engine(threads: threads, precision: precision).gradient(
        parameters: parameters,
        inputs: inputs,
        targets: targets,
        into: gradients
      )
      return (loss, gradients[0..<gradients.count])
    }

    var reference: ReferenceGPT {
      ReferenceGPT(GPT(layout: layout, weights: parameters))
    }

    var examples: [ReferenceGPT.Example] {
      (0..<batch).map { row in
        let range = row * context..<(row + 1) * context
        return ReferenceGPT.Example(
          tokens: inputs[range].map(Int.init),
          targets: targets[range].map(Int.init)
        )
      }
    }
  }

  @Test(arguments: cases)
  func hasTheLossAndTheGradientOfTheReference(of item: Case) throws {
    let sample = try Sample(item.shape)
    let (loss, gradients) = try sample.gradient(threads: 2)
    let expected = sample.reference.gradient(sample.examples)
    #expect(abs(loss - expected.loss) < 1e-5 * expected.loss)
    for tensor in sample.layout.tensors {
      var difference = 0.0
      var size = 0.0
      for index in tensor.range {
        let distance = Double(gradients[index]) - expected.gradient[index]
        difference += distance * distance
        size += expected.gradient[index] * expected.gradient[index]
      }
      // Key biases have no gradient under a softmax: what is left there is rounding.
      let relative = (difference / max(size, 1e-9)).squareRoot()
      #expect(relative < 1e-4, "\(tensor.name): \(relative)")
    }
  }

  @Test(arguments: cases)
  func givesTheSameBitsOnAnyNumberOfThreads(of item: Case) throws {
    let sample = try Sample(item.shape)
    let one = try sample.gradient(threads: 1)
    for threads in 2...4 {
      let other = try sample.gradient(threads: threads)
      #expect(one.loss == other.loss)
      #expect(one.gradients.map(\.bitPattern) == other.gradients.map(\.bitPattern))
    }
  }

  @Test(arguments: cases)
  func evaluatesLikeTheReference(of item: Case) throws {
    let sample = try Sample(item.shape)
    let engine = try sample.engine(purpose: .evaluation)
    let losses = try engine.losses(
      parameters: sample.parameters,
      inputs: sample.inputs,
      targets: sample.targets
    )
    let expected = sample.examples.flatMap { example in
      let logits = sample.reference.logits(example.tokens)
      let all = sample.reference.losses(logits, example.targets)
      var rest = all[...]
      return example.targets.map { $0 < 0 ? 0 : rest.removeFirst() }
    }
    for (loss, reference) in zip(losses, expected) {
      #expect(abs(Double(loss) - reference) < 1e-4 * max(1, reference))
    }
    let logits = try engine.logits(parameters: sample.parameters, inputs: sample.inputs)
    let expectedLogits = sample.examples.flatMap { example in
      let logits = sample.reference.logits(example.tokens)
      return (0..<logits.rows).flatMap { logits[$0] }
    }
    #expect(logits.count == expectedLogits.count)
    let difference = zip(logits, expectedLogits).reduce(0) { max($0, abs(Double($1.0) - $1.1)) }
    #expect(difference < 1e-4)
  }

  @Test(arguments: cases)
  func measuresTheEntropyOfEachHead(of item: Case) throws {
    let sample = try Sample(item.shape)
    let engine = try sample.engine(purpose: .evaluation)
    let entropies = try engine.attentionEntropies(
      parameters: sample.parameters,
      inputs: sample.inputs
    )
    let traces = sample.examples.map { sample.reference.forward($0.tokens) }
    for layer in 0..<item.shape.layerCount {
      for head in 0..<item.shape.headCount {
        let bits = traces.flatMap { trace in
          let weights = trace.blocks[layer].probabilities[head]
          return (0..<weights.rows).map { row in
            weights[row].reduce(0) { $1 > 0 ? $0 - $1 * log2($1) : $0 }
          }
        }
        let mean = bits.reduce(0, +) / Double(bits.count)
        #expect(abs(entropies[layer][head] - mean) < 1e-5, "layer \(layer), head \(head)")
      }
    }
  }

  @Test func rowsShorterThanTheContextGiveTheirOwnLosses() throws {
    let sample = try Sample(SampleShapes.gpt2)
    let short = 4
    let engine = try sample.engine(purpose: .evaluation)
    var inputs = sample.inputs
    var targets = sample.targets
    for place in short..<sample.context {
      inputs[place] = 0
      targets[place] = -1
    }
    let losses = try engine.losses(
      parameters: sample.parameters,
      inputs: inputs,
      targets: targets
    )
    let one = try GPTEngine(
      layout: sample.layout,
      batch: 1,
      context: short,
      threads: 1,
      purpose: .evaluation
    )
    let own = try one.losses(
      parameters: sample.parameters,
      inputs: Array(inputs[..<short]),
      targets: Array(targets[..<short])
    )
    #expect(Array(losses[..<short]) == own)
    #expect(losses[short..<sample.context].allSatisfy { $0 == 0 })
  }

  @Test func aBatchWithoutTargetsHasNoLossAndNoGradient() throws {
    let sample = try Sample(SampleShapes.llama)
    let gradients = try FloatBuffer(count: sample.layout.storageCount)
    let loss = try sample.engine().gradient(
      parameters: sample.parameters,
      inputs: sample.inputs,
      targets: sample.targets.map { _ in -1 },
      into: gradients
    )
    #expect(loss == 0)
    #expect(gradients[0..<gradients.count].allSatisfy { $0 == 0 })
  }

  @Test(arguments: [-1, 11])
  func refusesTokensOutsideTheVocabulary(id: Int) throws {
    let sample = try Sample(SampleShapes.gpt2)
    var inputs = sample.inputs
    inputs[5] = Int32(id)
    let engine = try sample.engine(purpose: .evaluation)
    #expect(throws: LanguageModelsError.tokenOutOfRange(id: id, vocabularySize: 11)) {
      try engine.logits(parameters: sample.parameters, inputs: inputs)
    }
  }

  @Test func refusesAContextBeyondTheShape() throws {
    let layout = try ParameterLayout(SampleShapes.gpt2)
    #expect(throws: LanguageModelsError.sequenceLength(length: 7, contextLength: 6)) {
      try GPTEngine(layout: layout, batch: 1, context: 7, threads: 1, purpose: .evaluation)
    }
  }

  @Test func trainingLowersTheLoss() throws {
    let sample = try Sample(SampleShapes.llama)
    let engine = try sample.engine()
    let gradients = try FloatBuffer(count: sample.layout.storageCount)
    let moments = try AdamW.Moments(count: sample.layout.storageCount)
    var losses: [Double] = []
    for step in 1...30 {
      losses.append(
        try engine.gradient(
          parameters: sample.parameters,
          inputs: sample.inputs,
          targets: sample.targets,
          into: gradients
        )
      )
      AdamW().step(
        parameters: sample.parameters,
        gradients: gradients,
        moments: moments,
        decaying: sample.layout.decayingRanges,
        step: step,
        learningRate: 0.02,
        team: engine.team,
        kernels: engine.kernels
      )
    }
    let (first, last) = (try #require(losses.first), try #require(losses.last))
    #expect(last < 0.7 * first)
  }
}
