internal import Accounting
internal import Kernels

/// What one thread uses for a chunk of rows.
struct EngineScratch: Sendable {
  /// (chunk rows, f): the activation's values, and their gradient.
  let hidden: MatrixView
  let hiddenGradient: MatrixView
  /// (chunk rows, d) and (chunk rows, heads · head width): gradients between two products.
  let stream: MatrixView
  let heads: MatrixView
  let attention: VectorView
  let head: HeadScratch
  /// In bfloat16: what a part reads, (chunk rows, d), and any left factor in words.
  let normalized: MatrixView
  let words: MatrixView
  /// In bfloat16: the gradients of a chunk before they are rounded.
  let gradients: BlockGradients
}

/// What one thread uses for a chunk of the head's rows.
struct HeadScratch: Sendable {
  /// (head rows, V).
  let logits: MatrixView
  /// In bfloat16: words of the head's input and of the logits' gradient, in rows and in columns.
  let inputWords: MatrixView
  let keptInput: MatrixView
  let logitWords: MatrixView
  let keptLogits: MatrixView
}

/// Gradients inside a block: of all rows, or of one chunk.
struct BlockGradients: Sendable {
  /// Of the stream between the parts: (rows, d).
  let middle: MatrixView
  let queryKeyValue: MatrixView
  let beforeActivation: MatrixView
  /// The activation's values, computed once more: (rows, f).
  let hidden: MatrixView
  /// Of what the parts added to the stream, where some of it was dropped: (rows, d), else empty.
  let attentionOutput: MatrixView
  let feedForwardOutput: MatrixView

  func rows(_ range: Range<Int>) -> BlockGradients {
    BlockGradients(
      middle: middle.rows(range),
      queryKeyValue: queryKeyValue.rows(range),
      beforeActivation: beforeActivation.rows(range),
      hidden: hidden.rows(range),
      attentionOutput: attentionOutput.rows(attentionOutput.rows == 0 ? 0..<0 : range),
      feedForwardOutput: feedForwardOutput.rows(feedForwardOutput.rows == 0 ? 0..<0 : range)
    )
  }
}

/// What the backward pass computes for all rows.
struct EngineBackward: Sendable {
  /// Of the stream after a block and before it: (rows, d), taking turns.
  let streams: [MatrixView]
  /// In single precision.
  let gradients: BlockGradients?
  /// In bfloat16: words in columns, which the gradients of weights read.
  let kept: KeptWords?
  /// Per chunk, normalization, weight or bias: (d).
  let normalizations: MatrixView
  /// Per chunk: the biases of a block, in the order of ``BiasColumns``.
  let biases: MatrixView
}

/// Both factors of the gradients of a block's weights, rounded and paired in columns.
struct KeptWords: Sendable {
  /// Of the stream after the block, or of the feed-forward part's sum.
  let output: MatrixView
  let hidden: MatrixView
  let beforeActivation: MatrixView
  let middle: MatrixView
  let heads: MatrixView
  let queryKeyValue: MatrixView

  func rows(_ range: Range<Int>) -> KeptWords {
    KeptWords(
      output: output.rows(range),
      hidden: hidden.rows(range),
      beforeActivation: beforeActivation.rows(range),
      middle: middle.rows(range),
      heads: heads.rows(range),
      queryKeyValue: queryKeyValue.rows(range)
    )
  }
}

/// The places of a block's biases, side by side.
struct BiasColumns: Sendable {
  let feedForwardOut: Range<Int>
  let feedForwardIn: Range<Int>
  let attentionOutput: Range<Int>
  let queryKeyValue: Range<Int>

  init(_ geometry: EngineGeometry) {
    let d = geometry.shape.width
    feedForwardOut = 0..<d
    feedForwardIn = d..<d + geometry.hiddenInputColumns
    let start = feedForwardIn.upperBound
    attentionOutput = start..<start + d
    queryKeyValue = start + d..<start + d + geometry.queryKeyValueColumns
  }

  var count: Int { queryKeyValue.upperBound }
}
