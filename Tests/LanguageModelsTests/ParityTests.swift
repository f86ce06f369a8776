import Accounting
import Kernels
import Testing

@testable import LanguageModels

/// The reference model and the engine against PyTorch's answers.
@Suite struct ParityTests {
  /// Llama's norms and rotations are single precision in transformers, whatever the model's type.
  private func tolerance(_ name: String) -> Double {
    name == "llama" ? 2e-6 : 1e-9
  }

  @Test(arguments: ParityFixture.names)
  func logitsAndLossAgree(name: String) throws {
    let fixture = try ParityFixture(name)
    let model = ReferenceGPT(try fixture.model())
    let batch = ParityFixture.batch(0)
    for (row, example) in batch.enumerated() {
      let logits = model.logits(example.tokens)
      for time in 0..<ParityFixture.context {
        for id in 0..<ParityFixture.vocabulary {
          let expected = fixture.answers.logits[row][time][id]
          #expect(abs(logits[time, id] - expected) < tolerance(name))
        }
      }
    }
    #expect(abs(model.loss(batch) - fixture.answers.loss) < tolerance(name))
  }

  @Test(arguments: ParityFixture.names)
  func gradientsAgree(name: String) throws {
    let fixture = try ParityFixture(name)
    let model = ReferenceGPT(try fixture.model())
    let (_, gradient) = model.gradient(ParityFixture.batch(0))
    let placements = ModelFormat.best(for: model.shape).placements(of: model.layout)
    #expect(placements.count == fixture.answers.tensors.count)
    for placement in placements {
      let expected = try #require(fixture.answers.gradients[placement.name])
      var values = Array(gradient[placement.range])
      let norm = values.reduce(0) { $0 + $1 * $1 }.squareRoot()
      #expect(abs(norm - expected.norm) < tolerance(name), "\(placement.name)")
      if placement.isTransposed {
        let rows = placement.rows.count
        values = Matrix(rows: rows, columns: values.count / rows, values: values).transposed.values
      }
      for (value, answer) in zip(values, expected.first) {
        #expect(abs(value - answer) < tolerance(name), "\(placement.name)")
      }
    }
  }

  @Test(arguments: ParityFixture.names)
  func twentyStepsOfAdamWAgree(name: String) throws {
    let fixture = try ParityFixture(name)
    var model = ReferenceGPT(try fixture.model())
    var optimizer = PlainAdamW(fixture.answers.optimizer, count: model.parameters.count)
    for step in 0..<fixture.answers.losses.count {
      let (loss, gradient) = model.gradient(ParityFixture.batch(step))
      let norm = optimizer.step(&model.parameters, gradient, model.layout)
      #expect(abs(loss - fixture.answers.losses[step]) < 10 * tolerance(name), "step \(step)")
      #expect(abs(norm - fixture.answers.gradientNorms[step]) < 10 * tolerance(name))
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
