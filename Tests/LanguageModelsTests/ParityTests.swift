import Accounting
import Testing

@testable import LanguageModels

/// The reference model against PyTorch's answers.
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
}
