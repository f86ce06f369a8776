import Accounting
import Kernels
import Randomness
import Testing

@testable import LanguageModels

/// The fast pass against the reference.
@Suite struct GPTEngineTests {
  /// A batch of three rows, some targets ignored, and the same as examples of the reference.
  private func batch(
    _ shape: ModelShape
  ) -> (inputs: [Int32], targets: [Int32], examples: [ReferenceGPT.Example]) {
    let rows = 3
    var examples: [ReferenceGPT.Example] = []
    for row in 0..<rows {
      let inputs = InferenceTests.tokens(shape, "inputs \(row)")
      var targets = InferenceTests.tokens(shape, "targets \(row)")
      targets[row] = -1
      if row == 2 { targets[targets.count - 1] = -1 }
      examples.append(ReferenceGPT.Example(tokens: inputs, targets: targets))
    }
    return (
      examples.flatMap { $0.tokens.map(Int32.init) },
      examples.flatMap { $0.targets.map(Int32.init) },
      examples
    )
  }

  private func engine(
    _ layout: ParameterLayout,
    threads: Int,
    _ purpose: GPTEngine.Purpose = .training
  ) throws -> GPTEngine {
    try GPTEngine(
      layout: layout,
      batch: 3,
      context: layout.shape.contextLength,
      threads: threads,
      purpose: purpose
    )
  }

  @Test(arguments: InferenceTests.shapes)
  func lossAndGradientAreTheReferences(name: String, shape: ModelShape) throws {
    let (model, reference) = try InferenceTests.sample(shape)
    let (inputs, targets, examples) = batch(shape)
    let expected = reference.gradient(examples)
    let gradients = try FloatBuffer(count: model.layout.storageCount)
    let loss = try engine(model.layout, threads: 2).gradient(
      parameters: model.weights,
      inputs: inputs,
      targets: targets,
      into: gradients
    )
    #expect(abs(loss - expected.loss) < 1e-5, "\(name)")
    for tensor in model.layout.tensors {
      let slope = expected.gradient[tensor.range]
      let size = slope.reduce(0) { $0 + $1 * $1 }.squareRoot()
      let error = zip(gradients[tensor.range], slope)
        .reduce(0) { $0 + (Double($1.0) - $1.1) * (Double($1.0) - $1.1) }.squareRoot()
      #expect(error < 1e-4 * size + 1e-7, "\(name), \(tensor.name): \(error) of \(size)")
    }
  }

  @Test(arguments: InferenceTests.shapes)
  func lossesAndLogitsAreTheReferences(name: String, shape: ModelShape) throws {
    let (model, reference) = try InferenceTests.sample(shape)
    let (inputs, targets, examples) = batch(shape)
    let engine = try engine(model.layout, threads: 2, .evaluation)
    let losses = try engine.losses(parameters: model.weights, inputs: inputs, targets: targets)
    let logits = try engine.logits(parameters: model.weights, inputs: inputs)
    var row = 0
    for example in examples {
      let expected = reference.logits(example.tokens)
      for time in 0..<expected.rows {
        for id in 0..<shape.vocabularySize {
          let logit = Double(logits[row * shape.vocabularySize + id])
          #expect(abs(logit - expected[time, id]) < 1e-4, "\(name)")
        }
        let target = example.targets[time]
        let loss = target < 0 ? 0 : reference.losses(Matrix(one: expected[time]), [target])[0]
        #expect(abs(Double(losses[row]) - loss) < 1e-4, "\(name)")
        row += 1
      }
    }
  }

  @Test(arguments: InferenceTests.shapes)
  func threadsChangeNothing(name: String, shape: ModelShape) throws {
    let (model, _) = try InferenceTests.sample(shape)
    let (inputs, targets, _) = batch(shape)
    let all = 0..<model.layout.storageCount
    var first: (loss: Double, gradient: [Float], losses: [Float])?
    for threads in 1...3 {
      let gradients = try FloatBuffer(count: model.layout.storageCount)
      let engine = try engine(model.layout, threads: threads)
      let loss = try engine.gradient(
        parameters: model.weights,
        inputs: inputs,
        targets: targets,
        into: gradients
      )
      let losses = try engine.losses(parameters: model.weights, inputs: inputs, targets: targets)
      if let first {
        #expect(loss == first.loss && losses == first.losses, "\(name), \(threads) threads")
        #expect(gradients[all] == first.gradient, "\(name), \(threads) threads")
      } else {
        first = (loss, gradients[all], losses)
      }
    }
  }

  @Test func aBatchWithoutTargetsHasNoGradient() throws {
    let (model, _) = try InferenceTests.sample(SampleShapes.gpt2)
    let (inputs, targets, _) = batch(SampleShapes.gpt2)
    let gradients = try FloatBuffer(count: model.layout.storageCount)
    for index in 0..<gradients.count { gradients[index] = 7 }
    let loss = try engine(model.layout, threads: 1).gradient(
      parameters: model.weights,
      inputs: inputs,
      targets: targets.map { _ in -1 },
      into: gradients
    )
    #expect(loss == 0)
    for tensor in model.layout.tensors {
      #expect(gradients[tensor.range].allSatisfy { $0 == 0 }, "\(tensor.name)")
    }
  }

  @Test func refusesATokenBeyondTheVocabulary() throws {
    let (model, _) = try InferenceTests.sample(SampleShapes.gpt2)
    var (inputs, targets, _) = batch(SampleShapes.gpt2)
    let engine = try engine(model.layout, threads: 1)
    let gradients = try FloatBuffer(count: model.layout.storageCount)
    inputs[4] = 11
    #expect(throws: LanguageModelsError.tokenOutOfRange(id: 11, vocabularySize: 11)) {
      try engine.losses(parameters: model.weights, inputs: inputs, targets: targets)
    }
    inputs[4] = 0
    targets[4] = 12
    #expect(throws: LanguageModelsError.tokenOutOfRange(id: 12, vocabularySize: 11)) {
      try engine.gradient(
        parameters: model.weights,
        inputs: inputs,
        targets: targets,
        into: gradients
      )
    }
  }

  /// Twenty steps of the fast pass with a plain AdamW against PyTorch's, in single precision.
  @Test(arguments: ParityFixture.names)
  func twentyStepsGivePyTorchsLosses(name: String) throws {
    let fixture = try ParityFixture(name)
    let model = try fixture.model()
    let settings = fixture.answers.optimizer
    let engine = try GPTEngine(
      layout: model.layout,
      batch: ParityFixture.batch,
      context: ParityFixture.context,
      threads: 2,
      purpose: .training
    )
    let gradients = try FloatBuffer(count: model.layout.storageCount)
    var optimizer = PlainAdamW(settings, count: model.layout.storageCount)
    for step in 0..<fixture.answers.losses.count {
      let examples = ParityFixture.batch(step)
      let loss = try engine.gradient(
        parameters: model.weights,
        inputs: examples.flatMap { $0.tokens.map(Int32.init) },
        targets: examples.flatMap { $0.targets.map(Int32.init) },
        into: gradients
      )
      var parameters = model.weights[0..<model.weights.count].map(Double.init)
      let norm = optimizer.step(
        &parameters,
        gradients[0..<gradients.count].map(Double.init),
        model.layout
      )
      model.weights.replace(at: 0, with: parameters.map(Float.init))
      #expect(abs(loss - fixture.answers.losses[step]) < 1e-5, "\(name), step \(step)")
      #expect(
        abs(norm - fixture.answers.gradientNorms[step]) < 1e-3 * norm,
        "\(name), step \(step)"
      )
    }
  }
}

extension Matrix {
  /// A matrix of one row.
  fileprivate init(one row: [Double]) {
    self.init(rows: 1, columns: row.count, values: row)
  }
}
