import Accounting
import Kernels

/// The model written as its formulas read, in double precision: the measure of every faster one.
///
/// Forward and backward of every option of `ModelShape`, one sequence at a time, without a thought
/// for speed.
package struct ReferenceGPT: Sendable {
  /// The table of the parameters.
  package let layout: ParameterLayout
  /// All parameters in the order of the layout.
  package var parameters: [Double]

  var shape: ModelShape { layout.shape }

  /// Joins parameters to their layout.
  ///
  /// - Precondition: There are as many as the layout stores.
  package init(layout: ParameterLayout, parameters: [Double]) {
    precondition(
      parameters.count == layout.storageCount,
      "\(parameters.count) parameters for a layout of \(layout.storageCount)"
    )
    self.layout = layout
    self.parameters = parameters
  }

  /// Takes a model's weights.
  package init(_ model: GPT) {
    self.init(
      layout: model.layout,
      parameters: model.weights[0..<model.layout.storageCount].map(Double.init)
    )
  }

  /// A sequence and what should follow each of its tokens; -1 where nothing is asked.
  package struct Example: Sendable {
    /// The ids read.
    package var tokens: [Int]
    /// The ids to predict, one a token.
    package var targets: [Int]

    /// Joins tokens and targets.
    package init(tokens: [Int], targets: [Int]) {
      self.tokens = tokens
      self.targets = targets
    }
  }

  /// The logits after each token: (T, V).
  package func logits(_ tokens: [Int]) -> Matrix {
    forward(tokens).logits
  }

  /// The mean loss over all targets of a batch that are not ignored, in nats; 0 without targets.
  package func loss(_ batch: [Example]) -> Double {
    let all = batch.flatMap { losses(logits($0.tokens), $0.targets) }
    return all.isEmpty ? 0 : all.reduce(0, +) / Double(all.count)
  }

  /// The loss of a batch and its derivative by every parameter, some numbers dropped where asked.
  package func gradient(
    _ batch: [Example],
    dropout: DropoutDraw? = nil
  ) -> (loss: Double, gradient: [Double]) {
    let count = batch.reduce(0) { $0 + $1.targets.count(where: { $0 >= 0 }) }
    var gradient = [Double](repeating: 0, count: parameters.count)
    guard count > 0 else { return (0, gradient) }
    var total = 0.0
    let masks = DropoutMasks(dropout, shape)
    for (sequence, example) in batch.enumerated() {
      let trace = forward(example.tokens, masks.map { SequenceMasks(all: $0, sequence: sequence) })
      total += losses(trace.logits, example.targets).reduce(0, +)
      // d(-log softmax(z)[y])/dz = softmax(z) - [y], and the mean divides by the count.
      var logitsGradient = Matrix(rows: trace.logits.rows, columns: trace.logits.columns)
      for (row, target) in example.targets.enumerated() where target >= 0 {
        var probabilities = softmax(trace.logits[row])
        probabilities[target] -= 1
        logitsGradient[row] = probabilities.map { $0 / Double(count) }
      }
      backward(trace, logitsGradient, into: &gradient)
    }
    return (total / Double(count), gradient)
  }

  /// -log softmax(logits)[target] for each target that is not ignored.
  package func losses(_ logits: Matrix, _ targets: [Int]) -> [Double] {
    targets.enumerated().filter { $0.element >= 0 }.map { row, target in
      logarithmOfSum(logits[row]) - logits[row, target]
    }
  }

  /// A tensor as a matrix; a vector is one row.
  func matrix(_ tensor: ParameterTensor) -> Matrix {
    let columns = tensor.shape[tensor.shape.count - 1]
    return Matrix(
      rows: tensor.count / columns,
      columns: columns,
      values: Array(parameters[tensor.range])
    )
  }

  /// What was computed on the way to the logits.
  package struct Trace: Sendable {
    /// What one block computed.
    package struct Block: Sendable {
      /// The residual stream before the block: (T, d).
      package var input: Matrix
      /// What attention reads.
      var attentionInput: Matrix
      /// Queries, keys and values side by side, rotated where positions are rotary.
      var queryKeyValue: Matrix
      /// How much each token looks at each other: (T, T) a head, rows sum to one.
      package var probabilities: [Matrix]
      /// The heads' results side by side.
      var heads: Matrix
      /// The stream and attention's output, added.
      var attentionSum: Matrix
      /// The residual stream between the parts.
      package var middle: Matrix
      /// What the feed-forward part reads.
      var feedForwardInput: Matrix
      /// What enters the activation.
      var beforeActivation: Matrix
      /// What leaves it.
      var hidden: Matrix
      /// The stream and the feed-forward part's output, added.
      var feedForwardSum: Matrix
      /// The residual stream after the block.
      package var output: Matrix
    }

    /// The ids read.
    package var tokens: [Int]
    /// What was dropped on the way.
    var masks: SequenceMasks?
    /// The blocks from the input on.
    package var blocks: [Block]
    /// What the head reads.
    var headInput: Matrix
    /// (T, V).
    package var logits: Matrix
  }
}
