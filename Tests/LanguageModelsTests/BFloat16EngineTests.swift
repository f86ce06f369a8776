import Accounting
import Kernels
import LanguageModels
import Randomness
import Testing

/// The engine in bfloat16: near single precision, and the same bits however it is run.
@Suite struct BFloat16EngineTests {
  @Test(arguments: GPTEngineTests.cases)
  func hasNearlyTheLossAndTheGradientOfTheReference(of item: GPTEngineTests.Case) throws {
    let sample = try GPTEngineTests.Sample(item.shape)
    let (loss, gradients) = try sample.gradient(threads: 2, precision: .bf16)
    let expected = sample.reference.gradient(sample.examples)
    #expect(abs(loss - expected.loss) < 5e-3 * expected.loss)
    // A factor is off by at most 2⁻⁹ of itself; the large weights drawn here amplify errors.
    var difference = 0.0
    var size = 0.0
    for tensor in sample.layout.tensors {
      for index in tensor.range {
        let distance = Double(gradients[index]) - expected.gradient[index]
        difference += distance * distance
        size += expected.gradient[index] * expected.gradient[index]
      }
    }
    let relative = (difference / size).squareRoot()
    #expect(relative < 0.08, "\(relative)")
    #expect(relative > 1e-5, "nothing was rounded")
  }

  @Test(arguments: GPTEngineTests.cases)
  func givesTheSameBitsOnAnyNumberOfThreads(of item: GPTEngineTests.Case) throws {
    let sample = try GPTEngineTests.Sample(item.shape)
    let one = try sample.gradient(threads: 1, precision: .bf16)
    for threads in 2...4 {
      let other = try sample.gradient(threads: threads, precision: .bf16)
      #expect(one.loss == other.loss)
      #expect(one.gradients.map(\.bitPattern) == other.gradients.map(\.bitPattern))
    }
  }

  @Test(arguments: GPTEngineTests.cases)
  func evaluatesAsItTrains(of item: GPTEngineTests.Case) throws {
    let sample = try GPTEngineTests.Sample(item.shape)
    let loss = try sample.gradient(threads: 2, precision: .bf16).loss
    let losses = try sample.engine(purpose: .evaluation, precision: .bf16).losses(
      parameters: sample.parameters,
      inputs: sample.inputs,
      targets: sample.targets
    )
    let count = sample.targets.count { $0 >= 0 }
    let mean = losses.reduce(0.0) { $0 + Double($1) } / Double(count)
    #expect(abs(loss - mean) < 1e-12 * loss)
  }

  /// Twenty steps of AdamW from the same weights on the same batches.
  @Test func theLossCurveStaysWithinAThousandthOfSinglePrecision() throws {
    let single = try curve(.f32)
    let rounded = try curve(.bf16)
    let difference = zip(single, rounded).reduce(0) { max($0, abs($1.0 - $1.1)) }
    #expect(difference < 1e-3, "\(difference)")
    #expect(difference > 0, "nothing was rounded")
    #expect(single[19] < single[0] - 0.2, "nothing was learned: \(single)")
  }

  private func curve(_ precision: ProductPrecision) throws -> [Double] {
    let shape = ModelShape.gpt2(
      vocabularySize: 96,
      contextLength: 32,
      layerCount: 2,
      width: 64,
      headCount: 4
    )
    let model = try GPT(shape, seed: Seed(3))
    let engine = try GPTEngine(
      layout: model.layout,
      batch: 4,
      context: 32,
      threads: 2,
      purpose: .training,
      precision: precision
    )
    let gradients = try FloatBuffer(count: model.layout.storageCount)
    let moments = try AdamW.Moments(count: model.layout.storageCount)
    var generator = Seed(5).stream("curve")
    return try (1...20).map { step in
      // A text that can be learned: each token is a little above the one before it.
      var inputs: [Int32] = []
      var targets: [Int32] = []
      for _ in 0..<4 {
        var token = Int32.random(in: 0..<96, using: &generator)
        for _ in 0..<32 {
          inputs.append(token)
          token = (token + Int32.random(in: 1...3, using: &generator)) % 96
          targets.append(token)
        }
      }
      let loss = try engine.gradient(
        parameters: model.weights,
        inputs: inputs,
        targets: targets,
        into: gradients
      )
      AdamW().step(
        parameters: model.weights,
        gradients: gradients,
        moments: moments,
        decaying: model.layout.decayingRanges,
        step: step,
        learningRate: 1e-3 * min(1, Double(step) / 5),
        team: engine.team,
        kernels: engine.kernels
      )
      return loss
    }
  }
}
