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
  let memory: EngineWorkspace.Backward
  /// 1 / the number of targets.
  let scale: Float

  var layout: ParameterLayout { pass.layout }
  var geometry: EngineGeometry { pass.geometry }
  var workspace: EngineWorkspace { pass.workspace }
  var kernels: Kernels { pass.kernels }
  var team: ThreadTeam { pass.team }
  var shape: ModelShape { pass.shape }

  /// This thread's part of everything.
  func run(_ thread: Int) {
    pass.forward(thread)
    pass.pack(thread, forBackward: true)
    clearNormalizations(thread)
    team.barrier()
    head(thread)
    finalNormalization(thread)
    var (after, before) = (memory.streams[0], memory.streams[1])
    for index in layout.blocks.indices.reversed() {
      for chunk in team.share(of: geometry.chunkCount, thread: thread) {
        block(index, chunk, thread, after: after, before: before)
      }
      team.barrier()
      weights(index, thread, after: after)
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
      columns: weight.tensor.shape[1]
    )
  }

  // MARK: - The head

  /// Losses, the gradient of the head's input, and the head's own gradient.
  ///
  /// In each round every thread takes a chunk of rows; then all share the round's product for the
  /// weights, chunk after chunk.
  private func head(_ thread: Int) {
    guard let packed = workspace.packedHeadBackward else { return }
    let targets = unsafe workspace.targets.tokens
    let weightRows = team.share(of: shape.vocabularySize, thread: thread, grain: 16)
    let weightGradient = gradients.matrix(pass.head).rows(weightRows)
    let factor = kernels.packedFactor(packed, rows: shape.vocabularySize, columns: shape.width)
    for round in stride(from: 0, to: geometry.headChunkCount, by: team.count) {
      if round + thread < geometry.headChunkCount {
        let rows = geometry.rows(ofHeadChunk: round + thread)
        let logits = workspace.scratch[thread].logits.rows(0..<rows.count)
        kernels.multiply(workspace.headInput.rows(rows), by: pass.headFactor, into: logits)
        kernels.crossEntropy(
          logits,
          targets: targets[rows],
          gradientScale: scale,
          losses: workspace.losses[rows]
        )
        kernels.multiply(logits, by: factor, into: memory.streams[0].rows(rows))
      }
      team.barrier()
      for chunk in round..<min(round + team.count, geometry.headChunkCount) {
        let rows = geometry.rows(ofHeadChunk: chunk)
        let logits = workspace.scratch[chunk - round].logits.rows(0..<rows.count)
        kernels.multiply(
          logits.columns(weightRows),
          transposed: true,
          by: kernels.factorInPlace(workspace.headInput.rows(rows)),
          into: weightGradient,
          adding: chunk == 0 ? nil : weightGradient
        )
      }
      team.barrier()
    }
  }

  private func finalNormalization(_ thread: Int) {
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

  // MARK: - A block, chunk by chunk

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
    let packed = workspace.packedBlocks[index]
    let scratch = workspace.scratch[thread]
    let isPre = shape.normalizationPlacement == .pre
    let sequences = geometry.sequences(ofChunk: chunk)
    let rows = pass.rows(of: sequences)
    let pairs = 2 * rows.lowerBound..<2 * rows.upperBound
    let own = 0..<rows.count
    let after = after.rows(rows)
    let before = before.rows(rows)
    let middle = memory.middle.rows(rows)
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
    let beforeActivation = memory.beforeActivation.rows(rows)
    kernels.multiply(after, by: factor(packed.feedForwardOut), into: hiddenGradient)
    kernels.activateBackward(
      pass.activation,
      layer.beforeActivation.rows(rows),
      outputGradient: hiddenGradient,
      into: beforeActivation,
      value: memory.hidden.rows(rows)
    )
    if isPre {
      kernels.multiply(beforeActivation, by: factor(packed.feedForwardIn), into: stream)
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
        beforeActivation,
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
    kernels.multiply(middle, by: factor(packed.attentionOutput), into: heads)
    for (place, sequence) in sequences.enumerated() {
      let start = place * geometry.context
      attention(layer, sequence, heads.rows(start..<start + geometry.context), scratch)
    }
    let queryKeyValue = memory.queryKeyValue.rows(rows)
    if isPre {
      kernels.multiply(queryKeyValue, by: factor(packed.queryKeyValue), into: stream)
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
        queryKeyValue,
        by: factor(packed.queryKeyValue),
        into: before,
        adding: middle
      )
    }
  }

  private func attention(
    _ layer: EngineLayer,
    _ sequence: Int,
    _ outputGradient: MatrixView,
    _ scratch: EngineWorkspace.Scratch
  ) {
    let rows = pass.rows(of: sequence..<sequence + 1)
    let gradient = memory.queryKeyValue.rows(rows)
    let group = shape.headCount / shape.keyValueHeadCount
    for index in 0..<shape.headCount {
      let columns = pass.columns(ofHead: index)
      kernels.attendBackward(
        pass.head(layer, sequence, index),
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

  // MARK: - Parameters

  /// The gradients of a block's weights and biases: this thread's rows of each.
  private func weights(_ index: Int, _ thread: Int, after: MatrixView) {
    let block = layout.blocks[index]
    let layer = workspace.layers[index]
    linear(block.feedForwardOut, thread, outputGradient: after, input: memory.hidden)
    linear(
      block.feedForwardIn,
      thread,
      outputGradient: memory.beforeActivation,
      input: layer.feedForwardInput
    )
    linear(block.attentionOutput, thread, outputGradient: memory.middle, input: layer.heads)
    linear(
      block.queryKeyValue,
      thread,
      outputGradient: memory.queryKeyValue,
      input: layer.attentionInput
    )
  }

  private func linear(
    _ layer: LinearLayout,
    _ thread: Int,
    outputGradient: MatrixView,
    input: MatrixView
  ) {
    let share = team.share(of: layer.weight.shape[0], thread: thread, grain: 4)
    let columns = outputGradient.columns(share)
    kernels.multiply(
      columns,
      transposed: true,
      by: kernels.factorInPlace(input),
      into: gradients.matrix(layer.weight).rows(share)
    )
    if let bias = layer.bias {
      kernels.sumColumns(columns, into: gradients.vector(bias)[share])
    }
  }

  /// The gradients of token and position embeddings: this thread's columns.
  private func embeddings(_ thread: Int, _ gradient: MatrixView) {
    let columns = team.share(of: shape.width, thread: thread, grain: 16)
    let table = gradients.matrix(layout.tokenEmbedding).columns(columns)
    let own = gradient.columns(columns)
    if layout.head != nil { clear(table) }
    kernels.embedBackward(unsafe workspace.inputs.tokens, own, into: table)
    if let tensor = layout.positionEmbedding {
      let positions = gradients.matrix(tensor).columns(columns)
      for position in 0..<geometry.context {
        kernels.sumColumns(
          own.everyRow(from: position, step: geometry.context),
          into: positions.row(position)
        )
      }
      clear(positions.rows(geometry.context..<positions.rows))
    }
  }

  private func clear(_ matrix: MatrixView) {
    for row in 0..<matrix.rows { matrix.row(row).clear() }
  }

  // MARK: - Normalizations

  /// Where a chunk adds up the gradients of a normalization's parameters.
  private func partial(_ chunk: Int, _ index: Int, bias: Bool) -> VectorView {
    let count = 2 * shape.layerCount + 1
    return memory.normalizations.row((chunk * count + index) * 2 + (bias ? 1 : 0))
  }

  private func clearNormalizations(_ thread: Int) {
    clear(
      memory.normalizations.rows(team.share(of: memory.normalizations.rows, thread: thread))
    )
  }

  private func normalizeBackward(
    _ x: MatrixView,
    _ layer: NormalizationLayout,
    statistics: VectorView,
    outputGradient: MatrixView,
    adding residual: MatrixView?,
    into inputGradient: MatrixView,
    chunk: Int,
    index: Int
  ) {
    kernels.normalizeBackward(
      x,
      statistics: statistics,
      weight: pass.parameters.vector(layer.weight),
      centered: shape.normalization == .layerNorm,
      outputGradient: outputGradient,
      adding: residual,
      into: inputGradient,
      weightGradient: partial(chunk, index, bias: false),
      biasGradient: layer.bias == nil ? nil : partial(chunk, index, bias: true)
    )
  }

  /// Adds up the chunks' sums, in their order.
  private func normalizationParameters(_ thread: Int) {
    let all = layout.blocks.flatMap { [$0.attentionNormalization, $0.feedForwardNormalization] }
    let layers = all + [layout.finalNormalization].compactMap { $0 }
    let step = 2 * (2 * shape.layerCount + 1)
    for index in team.share(of: layers.count, thread: thread) {
      let weights = memory.normalizations.everyRow(from: 2 * index, step: step)
      kernels.sumColumns(weights, into: gradients.vector(layers[index].weight))
      if let bias = layers[index].bias {
        let biases = memory.normalizations.everyRow(from: 2 * index + 1, step: step)
        kernels.sumColumns(biases, into: gradients.vector(bias))
      }
    }
  }
}
