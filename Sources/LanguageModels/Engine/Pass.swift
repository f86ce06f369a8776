internal import Accounting
internal import Kernels

/// One forward pass, run by every thread of the team together.
///
/// Each thread takes whole sequences through a block; the threads meet where the next block's weights
/// have been packed, and before the head.
struct Pass: Sendable {
  let layout: ParameterLayout
  let geometry: EngineGeometry
  let workspace: EngineWorkspace
  let kernels: Kernels
  let team: ThreadTeam
  let parameters: ParameterViews
  /// Where the entropies of attention go, if they are asked for: (layers · heads, rows).
  var entropies: MatrixView?
  /// What is dropped; nil in an evaluation, and where the shape drops nothing.
  let masks: DropoutMasks?

  init(engine: GPTEngine, parameters: ParameterViews, masks: DropoutMasks? = nil) {
    layout = engine.layout
    geometry = engine.geometry
    workspace = engine.workspace
    kernels = engine.kernels
    team = engine.team
    self.parameters = parameters
    self.masks = masks
  }

  var shape: ModelShape { layout.shape }
  var precision: ProductPrecision { geometry.precision }
  var activation: ActivationFunction {
    switch shape.activation {
    case .relu: .relu
    case .gelu: .gelu
    case .geluTanh: .geluTanh
    case .swiGLU: .swiGLU
    }
  }
  /// The head's weights: (V, d).
  var head: ParameterTensor { layout.head ?? layout.tokenEmbedding }

  /// Packs the weights and computes what the head reads, up to a barrier.
  func forward(_ thread: Int) {
    pack(head, into: workspace.packedHead, thread, forBackward: false)
    if let memory = workspace.packedHeadBackward {
      pack(head, into: memory, thread, forBackward: true)
    }
    pack(block: 0, thread, forBackward: false)
    for index in layout.blocks.indices {
      team.barrier()
      for chunk in team.share(of: geometry.chunkCount, thread: thread) {
        if index == 0 { embed(geometry.sequences(ofChunk: chunk)) }
        forward(index, chunk, workspace.scratch[thread])
        if index == layout.blocks.count - 1 { normalizeFinally(chunk) }
      }
      // Others may still read this block's weights, which stay where they are.
      if index + 1 < layout.blocks.count { pack(block: index + 1, thread, forBackward: false) }
    }
    team.barrier()
  }

  func rows(of sequences: Range<Int>) -> Range<Int> {
    sequences.lowerBound * geometry.context..<sequences.upperBound * geometry.context
  }

  /// Packs this thread's share of a block's weights.
  func pack(block index: Int, _ thread: Int, forBackward: Bool) {
    for weight in packedBlock(index).all {
      pack(weight.tensor, into: weight.memory, thread, forBackward: forBackward)
    }
  }

  func packedBlock(_ index: Int) -> PackedBlock {
    workspace.packedBlock(index, layout.blocks[index])
  }

  private func pack(
    _ tensor: ParameterTensor,
    into memory: VectorView,
    _ thread: Int,
    forBackward: Bool
  ) {
    // Forward: Y = X Wᵀ; backward: ∂X = ∂Y W.
    let columns = tensor.shape[forBackward ? 1 : 0]
    let panels = team.share(of: kernels.panelCount(columns: columns), thread: thread)
    kernels.pack(
      parameters.matrix(tensor),
      transposed: !forBackward,
      precision: precision,
      panels: panels,
      into: memory
    )
  }

  /// Wᵀ as a factor: (inputs, outputs).
  func forwardFactor(_ weight: PackedWeight) -> RightFactor {
    kernels.packedFactor(
      weight.memory,
      rows: weight.tensor.shape[1],
      columns: weight.tensor.shape[0],
      precision: precision
    )
  }

  /// A matrix as the left factor of a product: itself, or its words.
  ///
  /// - Parameters:
  ///   - x: (n, m) numbers.
  ///   - words: Where the words go, at least as large as they are.
  ///   - kept: Where the words in columns go, if they are needed later: (⌈n / 2⌉, m).
  /// - Returns: (n, m) numbers, or (n, ⌈m / 2⌉) words.
  func left(_ x: MatrixView, words: MatrixView, keeping kept: MatrixView? = nil) -> MatrixView {
    guard precision == .bf16 else { return x }
    let words = words.rows(0..<x.rows).columns(0..<precision.words(x.columns))
    kernels.pair(x, inRows: words, inColumns: kept)
    return words
  }

  func normalize(
    _ x: MatrixView,
    _ layer: NormalizationLayout,
    into y: MatrixView,
    statistics: VectorView
  ) {
    kernels.normalize(
      x,
      weight: parameters.vector(layer.weight),
      bias: layer.bias.map(parameters.vector),
      centered: shape.normalization == .layerNorm,
      epsilon: Float(shape.normalizationEpsilon),
      into: y,
      statistics: statistics
    )
  }

  private func embed(_ sequences: Range<Int>) {
    guard let first = workspace.layers.first else { return }
    let positions = layout.positionEmbedding.map(parameters.matrix) ?? workspace.sinusoids
    let tokens = unsafe workspace.inputs.tokens
    for sequence in sequences {
      let rows = rows(of: sequence..<sequence + 1)
      kernels.embed(
        tokens[rows],
        parameters.matrix(layout.tokenEmbedding),
        positions: positions,
        into: first.input.rows(rows)
      )
      if let mask = masks?.embedding(sequence) {
        kernels.drop(first.input.rows(rows), mask, into: first.input.rows(rows))
      }
    }
  }

  private func normalizeFinally(_ chunk: Int) {
    guard let final = layout.finalNormalization, let last = workspace.layers.last else { return }
    let rows = rows(of: geometry.sequences(ofChunk: chunk))
    normalize(
      last.output.rows(rows),
      final,
      into: workspace.headInput.rows(rows),
      statistics: workspace.finalStatistics[2 * rows.lowerBound..<2 * rows.upperBound]
    )
  }

  private func forward(_ index: Int, _ chunk: Int, _ scratch: EngineScratch) {
    let block = layout.blocks[index]
    let layer = workspace.layers[index]
    let packed = packedBlock(index)
    let isPre = shape.normalizationPlacement == .pre
    let sequences = geometry.sequences(ofChunk: chunk)
    let rows = rows(of: sequences)
    let own = 0..<rows.count
    let pairs = 2 * rows.lowerBound..<2 * rows.upperBound
    let input = layer.input.rows(rows)
    let middle = layer.middle.rows(rows)
    let attentionSum = layer.attentionSum.rows(rows)
    let feedForwardSum = layer.feedForwardSum.rows(rows)
    let normalized = scratch.normalized
    let attentionInput = layer.attentionInput?.rows(rows) ?? normalized.rows(own)
    let feedForwardInput = layer.feedForwardInput?.rows(rows) ?? normalized.rows(own)
    let attentionStatistics = layer.attentionStatistics[pairs]
    let feedForwardStatistics = layer.feedForwardStatistics[pairs]
    let keptRows = geometry.keptRows(ofChunk: chunk)

    if isPre {
      normalize(
        input,
        block.attentionNormalization,
        into: attentionInput,
        statistics: attentionStatistics
      )
    }
    kernels.multiply(
      left(
        attentionInput,
        words: scratch.words,
        keeping: layer.keptAttentionInput?.rows(keptRows)
      ),
      by: forwardFactor(packed.queryKeyValue),
      into: layer.queryKeyValue.rows(rows),
      bias: block.queryKeyValue.bias.map(parameters.vector)
    )
    for sequence in sequences { attend(layer, index, sequence, scratch) }
    kernels.multiply(
      left(layer.heads.rows(rows), words: scratch.words),
      by: forwardFactor(packed.attentionOutput),
      into: attentionSum,
      adding: dropsResiduals ? nil : input,
      bias: block.attentionOutput.bias.map(parameters.vector)
    )
    drop(attentionSum, sequences, adding: input, into: attentionSum) {
      masks?.attention(index, $0)
    }
    if isPre {
      normalize(
        middle,
        block.feedForwardNormalization,
        into: feedForwardInput,
        statistics: feedForwardStatistics
      )
    } else {
      normalize(
        attentionSum,
        block.attentionNormalization,
        into: middle,
        statistics: attentionStatistics
      )
    }
    let beforeActivation = layer.beforeActivation.rows(rows)
    let hidden = scratch.hidden.rows(own)
    kernels.multiply(
      left(
        feedForwardInput,
        words: scratch.words,
        keeping: layer.keptFeedForwardInput?.rows(keptRows)
      ),
      by: forwardFactor(packed.feedForwardIn),
      into: beforeActivation,
      bias: block.feedForwardIn.bias.map(parameters.vector)
    )
    kernels.activate(activation, beforeActivation, into: hidden)
    kernels.multiply(
      left(hidden, words: scratch.words),
      by: forwardFactor(packed.feedForwardOut),
      into: feedForwardSum,
      adding: dropsResiduals ? nil : middle,
      bias: block.feedForwardOut.bias.map(parameters.vector)
    )
    drop(feedForwardSum, sequences, adding: middle, into: feedForwardSum) {
      masks?.feedForward(index, $0)
    }
    if !isPre {
      normalize(
        feedForwardSum,
        block.feedForwardNormalization,
        into: layer.output.rows(rows),
        statistics: feedForwardStatistics
      )
    }
  }

  private func attend(
    _ layer: EngineLayer,
    _ layerIndex: Int,
    _ sequence: Int,
    _ scratch: EngineScratch
  ) {
    let rows = rows(of: sequence..<sequence + 1)
    if let rotation = workspace.rotation {
      kernels.rotate(
        layer.queryKeyValue.rows(rows)
          .columns(0..<geometry.headColumns + geometry.keyValueColumns),
        headWidth: shape.headWidth,
        cosines: rotation.cosines,
        sines: rotation.sines
      )
    }
    for index in 0..<shape.headCount {
      let head = head(layer, layerIndex, sequence, index)
      kernels.attend(head, scratch: scratch.attention)
      if let entropies {
        kernels.attentionEntropies(
          head,
          into: entropies.row(layerIndex * shape.headCount + index)[rows],
          scratch: scratch.attention
        )
      }
    }
  }

  /// The columns of a head's queries, keys and values.
  func columns(ofHead head: Int) -> (query: Range<Int>, key: Range<Int>, value: Range<Int>) {
    let width = shape.headWidth
    let shared = head / (shape.headCount / shape.keyValueHeadCount)
    let key = geometry.headColumns + shared * width
    let value = key + geometry.keyValueColumns
    return (head * width..<(head + 1) * width, key..<key + width, value..<value + width)
  }

  /// One head on one sequence.
  func head(
    _ layer: EngineLayer,
    _ layerIndex: Int,
    _ sequence: Int,
    _ index: Int
  ) -> AttentionHead {
    let rows = rows(of: sequence..<sequence + 1)
    let columns = columns(ofHead: index)
    let queryKeyValue = layer.queryKeyValue.rows(rows)
    let start = (sequence * shape.headCount + index) * geometry.context
    return AttentionHead(
      query: queryKeyValue.columns(columns.query),
      key: queryKeyValue.columns(columns.key),
      value: queryKeyValue.columns(columns.value),
      output: layer.heads.rows(rows).columns(columns.query),
      logSumExp: layer.logSumExp[start..<start + geometry.context],
      scale: 1 / Float(shape.headWidth).squareRoot(),
      causal: shape.causal,
      dropout: masks?.weights(layerIndex, sequence, head: index)
    )
  }
}
