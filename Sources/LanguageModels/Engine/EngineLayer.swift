internal import Kernels

/// What one block computes, seen as matrices over all rows of the batch.
///
/// Where normalization stands before each part, a part reads the normalized stream and the sum is the
/// stream itself; where it stands after, a part reads the stream and the sum is what is normalized.
struct EngineLayer: Sendable {
  /// The residual stream before the block: (rows, d).
  var input: MatrixView
  /// What attention reads: (rows, d); nil where a chunk's rows are gone once they are rounded.
  var attentionInput: MatrixView?
  /// Queries, keys and values side by side, rotated where positions are rotary.
  var queryKeyValue: MatrixView
  /// The heads' results side by side.
  var heads: MatrixView
  /// (batch, heads, context).
  var logSumExp: VectorView
  /// The stream and attention's output, added: (rows, d).
  var attentionSum: MatrixView
  /// The residual stream between the parts: (rows, d).
  var middle: MatrixView
  /// What the feed-forward part reads: (rows, d); nil as ``attentionInput`` is.
  var feedForwardInput: MatrixView?
  /// What enters the activation.
  var beforeActivation: MatrixView
  /// The stream and the feed-forward part's output, added: (rows, d).
  var feedForwardSum: MatrixView
  /// The residual stream after the block: (rows, d).
  var output: MatrixView
  /// Mean and inverse root of each row, for both normalizations.
  var attentionStatistics: VectorView
  var feedForwardStatistics: VectorView
  /// What both parts read, for the gradients of their weights.
  ///
  /// These are the numbers, or in bfloat16 words in columns, nil in an evaluation.
  var keptAttentionInput: MatrixView?
  var keptFeedForwardInput: MatrixView?
}

/// A weight matrix as the factor of products.
struct PackedWeight: Sendable {
  /// (outputs, inputs).
  let tensor: ParameterTensor
  let memory: VectorView
}

/// The packed weights of one block.
///
/// Weights are packed for one block at a time, in each pass anew: two blocks' memory serves all.
struct PackedBlock: Sendable {
  let queryKeyValue: PackedWeight
  let attentionOutput: PackedWeight
  let feedForwardIn: PackedWeight
  let feedForwardOut: PackedWeight

  var all: [PackedWeight] { [queryKeyValue, attentionOutput, feedForwardIn, feedForwardOut] }
}
