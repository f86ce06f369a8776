import Kernels
import LanguageModels

/// The gradient of a whole batch, computed in micro-batches one after the other.
///
/// The micro-batches' mean gradients are added up in their order, so the sum does not depend on the
/// number of threads. It is not divided here: ``scale`` says what makes it the batch's mean.
struct GradientSum {
  /// The sum of the micro-batches' mean gradients, in the order of the layout.
  let gradients: FloatBuffer
  /// K, the micro-batches in a batch.
  let parts: Int

  /// One micro-batch's gradient, where there are several.
  private let part: FloatBuffer?

  /// What the sum is multiplied by to be the mean over the batch.
  var scale: Double { 1 / Double(parts) }

  /// Allocates the memory: one array of gradients, and another one where there are several parts.
  init(count: Int, parts: Int) throws(KernelsError) {
    self.parts = parts
    gradients = try FloatBuffer(count: count)
    part = parts > 1 ? try FloatBuffer(count: count) : nil
  }

  /// Computes the sum for a batch.
  ///
  /// - Parameters:
  ///   - model: The weights.
  ///   - engine: An engine for one micro-batch.
  ///   - batch: Gives the micro-batch of an index in 0 ..< K.
  /// - Returns: The mean loss of the batch in nats per token.
  /// - Throws: `LanguageModelsError` for an id outside the vocabulary.
  func compute(
    _ model: GPT,
    engine: GPTEngine,
    batch: (Int) -> TokenBatch
  ) throws -> Double {
    var total = 0.0
    for index in 0..<parts {
      let rows = batch(index)
      total += try engine.gradient(
        parameters: model.weights,
        inputs: rows.inputs,
        targets: rows.targets,
        into: index == 0 ? gradients : part ?? gradients
      )
      if index > 0, let part { add(part, engine) }
    }
    return total * scale
  }

  /// Adds a micro-batch's gradient to the sum.
  private func add(_ part: FloatBuffer, _ engine: GPTEngine) {
    engine.team.run { thread in
      let range = engine.team.share(of: gradients.count, thread: thread, grain: 16)
      unsafe engine.kernels.add(
        part.matrix(at: range.lowerBound, rows: 1, columns: range.count),
        into: gradients.matrix(at: range.lowerBound, rows: 1, columns: range.count)
      )
    }
  }
}
