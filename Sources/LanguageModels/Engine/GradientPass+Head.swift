internal import Accounting
internal import Kernels

extension GradientPass {
  /// Losses, the gradient of the head's input, and the head's own gradient.
  ///
  /// In each round every thread takes a chunk of rows; then all share the round's product for the
  /// weights, chunk after chunk.
  func head(_ thread: Int) {
    guard let packed = workspace.packedHeadBackward else { return }
    let targets = unsafe workspace.targets.tokens
    let weightRows = team.share(of: shape.vocabularySize, thread: thread, grain: 16)
    let weightGradient = gradients.matrix(pass.head).rows(weightRows)
    let factor = kernels.packedFactor(
      packed,
      rows: shape.vocabularySize,
      columns: shape.width,
      precision: precision
    )
    for round in stride(from: 0, to: geometry.headChunkCount, by: team.count) {
      if round + thread < geometry.headChunkCount {
        let rows = geometry.rows(ofHeadChunk: round + thread)
        let kept = 0..<precision.words(rows.count)
        let scratch = workspace.scratch[thread].head
        let logits = scratch.logits.rows(0..<rows.count)
        let isRounded = precision == .bf16
        pass.logits(
          rows,
          scratch,
          keeping: isRounded ? scratch.keptInput.rows(kept) : nil,
          into: logits
        )
        kernels.crossEntropy(
          logits,
          targets: targets[rows],
          gradientScale: scale,
          losses: workspace.losses[rows]
        )
        let left = pass.left(
          logits,
          words: scratch.logitWords,
          keeping: isRounded ? scratch.keptLogits.rows(kept) : nil
        )
        kernels.multiply(left, by: factor, into: memory.streams[0].rows(rows))
      }
      team.barrier()
      for chunk in round..<min(round + team.count, geometry.headChunkCount) {
        let rows = geometry.rows(ofHeadChunk: chunk)
        let kept = 0..<precision.words(rows.count)
        let scratch = workspace.scratch[chunk - round].head
        let (logits, input) =
          precision == .bf16
          ? (scratch.keptLogits.rows(kept), scratch.keptInput.rows(kept))
          : (scratch.logits.rows(kept), workspace.headInput.rows(rows))
        kernels.multiply(
          logits.columns(weightRows),
          transposed: true,
          by: kernels.factorInPlace(input, precision: precision),
          into: weightGradient,
          adding: chunk == 0 ? nil : weightGradient
        )
      }
      team.barrier()
    }
  }

  func finalNormalization(_ thread: Int) {
    guard let final = layout.finalNormalization, let last = workspace.layers.last else { return }
    for chunk in team.share(of: geometry.chunkCount, thread: thread) {
      let rows = pass.rows(of: geometry.sequences(ofChunk: chunk))
      let gradient = memory.streams[0].rows(rows)
      normalizeBackward(
        last.output.rows(rows),
        final,
        statistics: workspace.finalStatistics[2 * rows.lowerBound..<2 * rows.upperBound],
        outputGradient: gradient,
        adding: nil,
        into: gradient,
        chunk: chunk,
        index: 2 * shape.layerCount
      )
    }
  }
}
