import Accounting
import Files
import Foundation
import Kernels
import Randomness
import TestSupport
import Testing

@testable import LanguageModels

/// Dropout in whole models: the engine and the reference drop the same numbers.
@Suite struct DropoutTests {
  static let draw = DropoutDraw(seed: 5, step: 3, firstSequence: 40)

  static func dropping(
    _ shape: ModelShape,
    _ dropout: Dropout = Dropout(embedding: 0.2, attention: 0.3, residual: 0.25)
  ) -> ModelShape {
    SampleShapes.variant(of: shape) { $0.dropout = dropout }
  }

  static let cases = GPTEngineTests.cases.map {
    GPTEngineTests.Case(name: $0.name, shape: dropping($0.shape))
  }

  static let singly: [GPTEngineTests.Case] = [
    ("embedding", Dropout(embedding: 0.4)), ("attention", Dropout(attention: 0.4)),
    ("residual", Dropout(residual: 0.4)),
  ].map { .init(name: $0.0, shape: dropping(SampleShapes.gpt2, $0.1)) }

  private func gradient(
    _ sample: GPTEngineTests.Sample,
    threads: Int = 2,
    precision: ProductPrecision = .f32,
    dropout: DropoutDraw? = draw
  ) throws -> (loss: Double, values: [Float]) {
    let gradients = try FloatBuffer(count: sample.layout.storageCount)
    let loss = try sample.engine(threads: threads, precision: precision).gradient(
      parameters: sample.parameters,
      inputs: sample.inputs,
      targets: sample.targets,
      dropout: dropout,
      into: gradients
    )
    return (loss, gradients[0..<gradients.count])
  }

  private func distance(
    _ values: [Float],
    _ expected: [Double],
    _ tensor: ParameterTensor
  ) -> Double {
    var (difference, size) = (0.0, 0.0)
    for index in tensor.range {
      let distance = Double(values[index]) - expected[index]
      difference += distance * distance
      size += expected[index] * expected[index]
    }
    return (difference / max(size, 1e-9)).squareRoot()
  }

  @Test(arguments: cases + singly)
  func theReferencesGradientIsTheSlopeAtFixedMasks(of item: GPTEngineTests.Case) throws {
    var model = try ReferenceGPTTests.sample(item.shape)
    let batch = ReferenceGPTTests.batch
    func loss() -> Double { model.gradient(batch, dropout: Self.draw).loss }
    let gradient = model.gradient(batch, dropout: Self.draw).gradient
    for tensor in model.layout.tensors {
      var generator = Seed(17).stream(tensor.name)
      let index = tensor.offset + generator.below(tensor.count)
      let value = model.parameters[index]
      model.parameters[index] = value + 1e-5
      let above = loss()
      model.parameters[index] = value - 1e-5
      let slope = (above - loss()) / 2e-5
      model.parameters[index] = value
      #expect(
        abs(slope - gradient[index]) < 1e-7 + 1e-5 * abs(slope),
        "\(tensor.name): \(slope), \(gradient[index])"
      )
    }
  }

  @Test(arguments: cases + singly)
  func theEngineDropsWhatTheReferenceDrops(of item: GPTEngineTests.Case) throws {
    let sample = try GPTEngineTests.Sample(item.shape)
    let (loss, values) = try gradient(sample)
    let expected = sample.reference.gradient(sample.examples, dropout: Self.draw)
    #expect(abs(loss - expected.loss) < 1e-5 * expected.loss)
    for tensor in sample.layout.tensors {
      let distance = distance(values, expected.gradient, tensor)
      #expect(distance < 1e-4, "\(tensor.name): \(distance)")
    }
    #expect(abs(loss - sample.reference.loss(sample.examples)) > 1e-3, "nothing was dropped")
  }

  @Test(arguments: cases + singly)
  func theThreadCountChangesNoBit(of item: GPTEngineTests.Case) throws {
    let sample = try GPTEngineTests.Sample(item.shape)
    for precision in [ProductPrecision.f32, .bf16] {
      let one = try gradient(sample, threads: 1, precision: precision)
      for threads in 2...3 {
        let other = try gradient(sample, threads: threads, precision: precision)
        #expect(one.loss == other.loss)
        #expect(one.values.map(\.bitPattern) == other.values.map(\.bitPattern))
      }
    }
  }

  @Test(arguments: cases)
  func roundedProductsDropTheSame(of item: GPTEngineTests.Case) throws {
    let sample = try GPTEngineTests.Sample(item.shape)
    let exact = try gradient(sample)
    let rounded = try gradient(sample, precision: .bf16)
    #expect(abs(exact.loss - rounded.loss) < 0.02 * exact.loss)
    let (a, b) = (exact.values.map(Double.init), rounded.values.map(Double.init))
    let product = zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }
    let sizes = a.reduce(0) { $0 + $1 * $1 } * b.reduce(0) { $0 + $1 * $1 }
    #expect(product > 0.99 * sizes.squareRoot())
  }

  @Test func aSequencesMasksAreThoseOfItsPlaceInTheBatch() throws {
    let sample = try GPTEngineTests.Sample(Self.dropping(SampleShapes.llama))
    let whole = sample.reference.gradient(sample.examples, dropout: Self.draw)
    let count = sample.targets.count { $0 >= 0 }
    var total = 0.0
    for (index, example) in sample.examples.enumerated() {
      var draw = Self.draw
      draw.firstSequence += index
      let own = example.targets.count { $0 >= 0 }
      total += sample.reference.gradient([example], dropout: draw).loss * Double(own)
    }
    #expect(abs(total / Double(count) - whole.loss) < 1e-12)
  }

  @Test func stepsAndSeedsAndSequencesHaveMasksOfTheirOwn() throws {
    let sample = try GPTEngineTests.Sample(Self.dropping(SampleShapes.gpt2))
    let draws = [
      Self.draw, DropoutDraw(seed: 5, step: 4, firstSequence: 40),
      DropoutDraw(seed: 6, step: 3, firstSequence: 40),
      DropoutDraw(seed: 5, step: 3, firstSequence: 43),
    ]
    let losses = try draws.map { try gradient(sample, dropout: $0).loss }
    #expect(Set(losses).count == draws.count)
    #expect(try gradient(sample).loss == losses[0])
  }

  @Test(arguments: GPTEngineTests.cases)
  func evaluationNeverDrops(of item: GPTEngineTests.Case) throws {
    let plain = try GPTEngineTests.Sample(item.shape)
    let dropping = try GPTEngineTests.Sample(Self.dropping(item.shape))
    func losses(_ sample: GPTEngineTests.Sample) throws -> [Float] {
      try sample.engine(purpose: .evaluation).losses(
        parameters: sample.parameters,
        inputs: sample.inputs,
        targets: sample.targets
      )
    }
    #expect(try losses(plain) == losses(dropping))
    // Nor does a gradient that no draw was given for; and without dropout a draw changes no bit.
    let expected = try gradient(plain, dropout: nil)
    for (sample, draw) in [(dropping, nil), (plain, Self.draw)] {
      let other = try gradient(sample, dropout: draw)
      #expect(expected.loss == other.loss)
      #expect(expected.values.map(\.bitPattern) == other.values.map(\.bitPattern))
    }
  }

  @Test(arguments: [SampleShapes.gpt2, SampleShapes.llama, SampleShapes.operations])
  func aFolderKeepsItsDropout(shape: ModelShape) throws {
    try withTemporaryFolder { folder in
      let shape = Self.dropping(shape)
      try GPT(shape, seed: Seed(1)).save(directory: folder)
      #expect(try GPT(directory: folder).shape == shape)
      let bytes = try readFile(joined(folder, "config.json"))
      let object = try #require(
        JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any]
      )
      let key = ModelFormat.best(for: shape) == .gpt2 ? "attn_pdrop" : "attention_dropout"
      #expect(object[key] as? Double == 0.3)
      if ModelFormat.best(for: shape) != .isoflop {
        #expect(try Blueprint(huggingFaceConfiguration: bytes).shape.dropout == shape.dropout)
      }
    }
  }

  @Test(arguments: [-0.1, 1, 1.5, .nan])
  func aConfigurationThatDropsEverythingIsRefused(probability: Double) {
    let shape = Self.dropping(SampleShapes.gpt2, Dropout(residual: probability))
    let failure = #expect(throws: AccountingError.self) { try shape.validate() }
    #expect(failure?.description.contains("dropout of the residual stream") == true)
  }

  @Test func recordsWithoutDropoutStayAsTheyWere() throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let plain = String(decoding: try encoder.encode(SampleShapes.gpt2), as: UTF8.self)
    #expect(!plain.contains("dropout"))
    for shape in [SampleShapes.gpt2, Self.dropping(SampleShapes.gpt2)] {
      let json = try encoder.encode(shape)
      #expect(try JSONDecoder().decode(ModelShape.self, from: json) == shape)
    }
  }
}
