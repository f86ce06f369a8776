internal import Accounting
internal import Kernels

/// A forward and a backward pass, run by every thread of the team together.
///
/// Gradients of the stream go sequence by sequence like the forward pass. Gradients of a weight are
/// one product over all rows, of which each thread computes some rows: there is one gradient array,
/// and its sums do not depend on the number of threads.
struct GradientPass: Sendable {
  let pass: Pass
  let gradients: ParameterViews
  let memory: EngineBackward
  /// 1 / the number of targets.
  let scale: Float

  var layout: ParameterLayout { pass.layout }
  var geometry: EngineGeometry { pass.geometry }
  var workspace: EngineWorkspace { pass.workspace }
  var kernels: Kernels { pass.kernels }
  var team: ThreadTeam { pass.team }
  var shape: ModelShape { pass.shape }
  var precision: ProductPrecision { pass.precision }

  /// This thread's part of everything.
  func run(_ thread: Int) {
    pass.forward(thread)
    clearNormalizations(thread)
    pass.pack(block: layout.blocks.count - 1, thread, forBackward: true)
    head(thread)
    finalNormalization(thread)
    var (after, before) = (memory.streams[0], memory.streams[1])
    for index in layout.blocks.indices.reversed() {
      for chunk in team.share(of: geometry.chunkCount, thread: thread) {
        block(index, chunk, thread, after: after, before: before)
      }
      team.barrier()
      weights(index, thread, after: after)
      if index > 0 { pass.pack(block: index - 1, thread, forBackward: true) }
      team.barrier()
      swap(&after, &before)
    }
    embeddings(thread, after)
    normalizationParameters(thread)
    // The team's run ends with a barrier.
  }

  /// W as a factor: (outputs, inputs).
  private func factor(_ weight: PackedWeight) -> RightFactor {
    kernels.packedFactor(
      weight.memory,
      rows: weight.tensor.shape[0],
      columns: weight.tensor.shape[1],
      precision: precision
    )
  }

  /// The gradients that pass through a block, for one chunk of sequences.
  ///
  /// `after` is that of the stream after the block and becomes that of the feed-forward part's sum;
  /// `before` is that of the stream before the block, overwritten.
  private func block(
    _ index: Int,
    _ chunk: Int,
    _ thread: Int,
    after: MatrixView,
    before: MatrixView
  ) {
    let block = layout.blocks[index]
    let layer = workspace.layers[index]
    let packed = pass.packedBlock(index)
    let scratch = workspace.scratch[thread]
    let isPre = shape.normalizationPlacement == .pre
    let sequences = geometry.sequences(ofChunk: chunk)
    let rows = pass.rows(of: sequences)
    let pairs = 2 * rows.lowerBound..<2 * rows.upperBound
    let own = 0..<rows.count
    let after = after.rows(rows)
    let before = before.rows(rows)
    let gradients = memory.gradients?.rows(rows) ?? scratch.gradients.rows(own)
    let kept = memory.kept?.rows(geometry.keptRows(ofChunk: chunk))
    let middle = gradients.middle
    let beforeActivation = gradients.beforeActivation
    let stream = scratch.stream.rows(own)

    if !isPre {
      normalizeBackward(
        layer.feedForwardSum.rows(rows),
        block.feedForwardNormalization,
        statistics: layer.feedForwardStatistics[pairs],
        outputGradient: after,
        adding: nil,
        into: after,
        chunk: chunk,
        index: 2 * index + 1
      )
    }
    let hiddenGradient = scratch.hiddenGradient.rows(own)
    let feedForwardOutput = pass.dropsResiduals ? gradients.feedForwardOutput : after
    pass.drop(after, sequences, into: feedForwardOutput) { pass.masks?.feedForward(index, $0) }
    sumBiases(block.feedForwardOut, biasColumns.feedForwardOut, chunk, feedForwardOutput)
    kernels.multiply(
      pass.left(feedForwardOutput, words: scratch.words, keeping: kept?.output),
      by: factor(packed.feedForwardOut),
      into: hiddenGradient
    )
    kernels.activateBackward(
      pass.activation,
      layer.beforeActivation.rows(rows),
      outputGradient: hiddenGradient,
      into: beforeActivation,
      value: gradients.hidden
    )
    if let kept { kernels.pair(gradients.hidden, inColumns: kept.hidden) }
    sumBiases(block.feedForwardIn, biasColumns.feedForwardIn, chunk, beforeActivation)
    let beforeActivationLeft = pass.left(
      beforeActivation,
      words: scratch.words,
      keeping: kept?.beforeActivation
    )
    if isPre {
      kernels.multiply(beforeActivationLeft, by: factor(packed.feedForwardIn), into: stream)
      normalizeBackward(
        layer.middle.rows(rows),
        block.feedForwardNormalization,
        statistics: layer.feedForwardStatistics[pairs],
        outputGradient: stream,
        adding: after,
        into: middle,
        chunk: chunk,
        index: 2 * index + 1
      )
    } else {
      kernels.multiply(
        beforeActivationLeft,
        by: factor(packed.feedForwardIn),
        into: middle,
        adding: after
      )
      normalizeBackward(
        layer.attentionSum.rows(rows),
        block.attentionNormalization,
        statistics: layer.attentionStatistics[pairs],
        outputGradient: middle,
        adding: nil,
        into: middle,
        chunk: chunk,
        index: 2 * index
      )
    }
    let heads = scratch.heads.rows(own)
    let attentionOutput = pass.dropsResiduals ? gradients.attentionOutput : middle
    pass.drop(middle, sequences, into: attentionOutput) { pass.masks?.attention(index, $0) }
    sumBiases(block.attentionOutput, biasColumns.attentionOutput, chunk, attentionOutput)
    kernels.multiply(
      pass.left(attentionOutput, words: scratch.words, keeping: kept?.middle),
      by: factor(packed.attentionOutput),
      into: heads
    )
    if let kept { kernels.pair(layer.heads.rows(rows), inColumns: kept.heads) }
    let queryKeyValue = gradients.queryKeyValue
    for (place, sequence) in sequences.enumerated() {
      let part = place * geometry.context..<(place + 1) * geometry.context
      attention(
        layer,
        index,
        sequence,
        heads.rows(part),
        queryKeyValue.rows(part),
        scratch
      )
    }
    sumBiases(block.queryKeyValue, biasColumns.queryKeyValue, chunk, queryKeyValue)
    let queryKeyValueLeft = pass.left(
      queryKeyValue,
      words: scratch.words,
      keeping: kept?.queryKeyValue
    )
    if isPre {
      kernels.multiply(queryKeyValueLeft, by: factor(packed.queryKeyValue), into: stream)
      normalizeBackward(
        layer.input.rows(rows),
        block.attentionNormalization,
        statistics: layer.attentionStatistics[pairs],
        outputGradient: stream,
        adding: middle,
        into: before,
        chunk: chunk,
        index: 2 * index
      )
    } else {
      kernels.multiply(
        queryKeyValueLeft,
        by: factor(packed.queryKeyValue),
        into: before,
        adding: middle
      )
    }
    if index == 0 {
      pass.drop(before, sequences, into: before) { pass.masks?.embedding($0) }
    }
  }

  private func attention(
    _ layer: EngineLayer,
    _ layerIndex: Int,
    _ sequence: Int,
    _ outputGradient: MatrixView,
    _ gradient: MatrixView,
    _ scratch: EngineScratch
  ) {
    let group = shape.headCount / shape.keyValueHeadCount
    for index in 0..<shape.headCount {
      let columns = pass.columns(ofHead: index)
      kernels.attendBackward(
        pass.head(layer, layerIndex, sequence, index),
        AttentionGradients(
          output: outputGradient.columns(columns.query),
          query: gradient.columns(columns.query),
          key: gradient.columns(columns.key),
          value: gradient.columns(columns.value),
          addsToKeyAndValue: index % group != 0
        ),
        scratch: scratch.attention
      )
    }
    if let rotation = workspace.rotation {
      kernels.rotate(
        gradient.columns(0..<geometry.headColumns + geometry.keyValueColumns),
        headWidth: shape.headWidth,
        cosines: rotation.cosines,
        sines: rotation.sines,
        inverse: true
      )
    }
  }
}
