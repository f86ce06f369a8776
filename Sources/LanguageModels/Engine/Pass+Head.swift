internal import Accounting
internal import Kernels

extension Pass {
  /// The head's weights, transposed, as a factor: (d, V).
  var headFactor: RightFactor {
    kernels.packedFactor(
      workspace.packedHead,
      rows: shape.width,
      columns: shape.vocabularySize
    )
  }

  /// Computes the losses of this thread's rows.
  func losses(_ thread: Int) {
    let tokens = unsafe workspace.targets.tokens
    for chunk in team.share(of: geometry.headChunkCount, thread: thread) {
      let rows = geometry.rows(ofHeadChunk: chunk)
      let logits = workspace.scratch[thread].logits.rows(0..<rows.count)
      kernels.multiply(workspace.headInput.rows(rows), by: headFactor, into: logits)
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
      kernels.multiply(workspace.headInput.rows(rows), by: headFactor, into: all.rows(rows))
    }
  }
}
