internal import Accounting
internal import Kernels

extension GradientPass {
  /// The gradients of a block's weights and biases: this thread's rows of each.
  func weights(_ index: Int, _ thread: Int, after: MatrixView) {
    let block = layout.blocks[index]
    let layer = workspace.layers[index]
    func linear(
      _ linear: LinearLayout,
      _ columns: Range<Int>,
      _ outputGradient: MatrixView?,
      _ input: MatrixView?
    ) {
      guard let outputGradient, let input else { return }
      let share = team.share(of: linear.weight.shape[0], thread: thread, grain: 4)
      kernels.multiply(
        outputGradient.columns(share),
        transposed: true,
        by: kernels.factorInPlace(input, precision: precision),
        into: gradients.matrix(linear.weight).rows(share)
      )
      if let bias = linear.bias {
        kernels.sumColumns(
          memory.biases.columns(columns).columns(share),
          into: gradients.vector(bias)[share]
        )
      }
    }
    let (numbers, words) = (memory.gradients, memory.kept)
    let isDropped = pass.dropsResiduals
    linear(
      block.feedForwardOut,
      biasColumns.feedForwardOut,
      words?.output ?? (isDropped ? numbers?.feedForwardOutput : after),
      words?.hidden ?? numbers?.hidden
    )
    linear(
      block.feedForwardIn,
      biasColumns.feedForwardIn,
      words?.beforeActivation ?? numbers?.beforeActivation,
      layer.keptFeedForwardInput
    )
    linear(
      block.attentionOutput,
      biasColumns.attentionOutput,
      words?.middle ?? (isDropped ? numbers?.attentionOutput : numbers?.middle),
      words?.heads ?? layer.heads
    )
    linear(
      block.queryKeyValue,
      biasColumns.queryKeyValue,
      words?.queryKeyValue ?? numbers?.queryKeyValue,
      layer.keptAttentionInput
    )
  }

  /// Adds up a chunk's gradients of a bias; ``weights(_:_:after:)`` adds up the chunks.
  func sumBiases(
    _ linear: LinearLayout,
    _ columns: Range<Int>,
    _ chunk: Int,
    _ outputGradient: MatrixView
  ) {
    guard linear.bias != nil else { return }
    kernels.sumColumns(outputGradient, into: memory.biases.row(chunk)[columns])
  }

  var biasColumns: BiasColumns { BiasColumns(geometry) }

  /// The gradients of token and position embeddings: this thread's columns.
  func embeddings(_ thread: Int, _ gradient: MatrixView) {
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

  /// Where a chunk adds up the gradients of a normalization's parameters.
  private func partial(_ chunk: Int, _ index: Int, bias: Bool) -> VectorView {
    let count = 2 * shape.layerCount + 1
    return memory.normalizations.row((chunk * count + index) * 2 + (bias ? 1 : 0))
  }

  func clearNormalizations(_ thread: Int) {
    clear(
      memory.normalizations.rows(team.share(of: memory.normalizations.rows, thread: thread))
    )
  }

  func normalizeBackward(
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
  func normalizationParameters(_ thread: Int) {
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
