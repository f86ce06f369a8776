internal import Accounting
internal import Kernels

extension Pass {
  /// The head's weights, transposed, as a factor: (d, V).
  var headFactor: RightFactor {
    kernels.packedFactor(
      workspace.packedHead,
      rows: shape.width,
      columns: shape.vocabularySize,
      precision: precision
    )
  }

  /// Computes the logits of a chunk of the head's rows.
  ///
  /// Where `kept` is given, the words of the head's input in columns go there.
  func logits(
    _ rows: Range<Int>,
    _ scratch: HeadScratch,
    keeping kept: MatrixView? = nil,
    into logits: MatrixView
  ) {
    kernels.multiply(
      left(workspace.headInput.rows(rows), words: scratch.inputWords, keeping: kept),
      by: headFactor,
      into: logits
    )
  }

  /// Computes the losses of this thread's rows.
  func losses(_ thread: Int) {
    let tokens = unsafe workspace.targets.tokens
    for chunk in team.share(of: geometry.headChunkCount, thread: thread) {
      let rows = geometry.rows(ofHeadChunk: chunk)
      let scratch = workspace.scratch[thread].head
      let logits = scratch.logits.rows(0..<rows.count)
      self.logits(rows, scratch, into: logits)
      kernels.crossEntropy(
        logits,
        targets: tokens[rows],
        gradientScale: nil,
        losses: workspace.losses[rows]
      )
    }
  }

  /// Computes the logits of this thread's rows: (rows, V).
  func logits(_ thread: Int, into result: FloatBuffer) {
    let all = unsafe result.matrix(
      at: 0,
      rows: geometry.rows,
      columns: shape.vocabularySize
    )
    for chunk in team.share(of: geometry.headChunkCount, thread: thread) {
      let rows = geometry.rows(ofHeadChunk: chunk)
      logits(rows, workspace.scratch[thread].head, into: all.rows(rows))
    }
  }
}
