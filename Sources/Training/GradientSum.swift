import Kernels
import LanguageModels
import Ranks

/// The gradient of a whole batch, computed in micro-batches: some here one after the other, the
/// others on other ranks at the same time.
///
/// The micro-batches' mean gradients are added up by a binary tree over all micro-batches: neighbors
/// first, then neighboring sums. So the sum depends neither on the number of threads nor, where each
/// rank's number of micro-batches is a power of two, on the number of ranks. It is not divided here:
/// ``scale`` says what makes it the batch's mean.
struct GradientSum {
  /// A micro-batch.
  struct Part {
    let tokens: TokenBatch
    /// What the masks of dropout follow from.
    let dropout: DropoutDraw
  }

  /// The processes that share the batch.
  let ranks: Communicator
  /// K, the micro-batches in a batch, on all ranks together.
  let parts: Int
  /// Sums of micro-batches that wait for their neighbors, in the order of the layout.
  private let sums: [FloatBuffer]

  /// The sum of the micro-batches' mean gradients, in the order of the layout.
  var gradients: FloatBuffer { sums[0] }

  /// What the sum is multiplied by to be the mean over the batch.
  var scale: Double { 1 / Double(parts) }

  /// The micro-batches computed here.
  private var own: Range<Int> { ranks.share(of: parts) }

  /// Allocates the memory: one array of gradients, and for several micro-batches here another one,
  /// and one more for each doubling beyond two.
  ///
  /// - Precondition: The parts fall into equal shares for the ranks.
  init(count: Int, parts: Int, ranks: Communicator) throws(KernelsError) {
    self.parts = parts
    self.ranks = ranks
    var sums: [FloatBuffer] = []
    var doubled = 1
    while doubled <= parts / ranks.count {
      sums.append(try FloatBuffer(count: count))
      doubled *= 2
    }
    self.sums = sums
  }

  /// Computes the sum for a batch.
  ///
  /// - Parameters:
  ///   - model: The weights.
  ///   - engine: An engine for one micro-batch.
  ///   - part: Gives the micro-batch of an index in 0 ..< K.
  /// - Returns: The mean loss of the batch in nats per token.
  /// - Throws: `LanguageModelsError` for an id outside the vocabulary, `RanksError` when the ranks
  ///   lose each other.
  func compute(
    _ model: GPT,
    engine: GPTEngine,
    part: (Int) -> Part
  ) throws -> Double {
    var losses: [Double] = []
    var held = 0
    for index in own {
      let part = part(index)
      losses.append(
        try engine.gradient(
          parameters: model.weights,
          inputs: part.tokens.inputs,
          targets: part.tokens.targets,
          dropout: part.dropout,
          into: sums[held]
        )
      )
      held += 1
      // subtle: as many sums find their neighbors as the count of micro-batches ends in zeros.
      for _ in 0..<losses.count.trailingZeroBitCount {
        held -= 1
        add(sums[held], into: sums[held - 1], engine)
      }
    }
    while held > 1 {
      held -= 1
      add(sums[held], into: sums[held - 1], engine)
    }
    let gradients = gradients
    try gradients.withValues(0..<gradients.count) { try ranks.sum(&$0) }
    return try ranks.sum(pairwiseSum(losses)) * scale
  }

  private func add(_ part: FloatBuffer, into sum: FloatBuffer, _ engine: GPTEngine) {
    engine.team.run { thread in
      let range = engine.team.share(of: sum.count, thread: thread, grain: 16)
      unsafe engine.kernels.add(
        part.matrix(at: range.lowerBound, rows: 1, columns: range.count),
        into: sum.matrix(at: range.lowerBound, rows: 1, columns: range.count)
      )
    }
  }
}
