import Kernels
import Testing

@testable import LanguageModels

/// The fast pass against PyTorch.
@Suite struct EngineParityTests {
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
