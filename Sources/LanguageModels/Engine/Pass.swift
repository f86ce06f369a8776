internal import Accounting
internal import Kernels

/// One forward pass, run by every thread of the team together.
///
/// Each thread takes whole sequences through all blocks without waiting for the others; they meet
/// only where weights have been packed and before the head.
struct Pass: Sendable {
  let layout: ParameterLayout
  let geometry: EngineGeometry
  let workspace: EngineWorkspace
  let kernels: Kernels
  let team: ThreadTeam
  let parameters: ParameterViews
  /// Where the entropies of attention go, if they are asked for: (layers · heads, rows).
  var entropies: MatrixView?

  init(engine: GPTEngine, parameters: ParameterViews) {
    layout = engine.layout
    geometry = engine.geometry
    workspace = engine.workspace
    kernels = engine.kernels
    team = engine.team
    self.parameters = parameters
  }

  var shape: ModelShape { layout.shape }
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
    pack(thread, forBackward: false)
    team.barrier()
    for chunk in team.share(of: geometry.chunkCount, thread: thread) {
      let sequences = geometry.sequences(ofChunk: chunk)
      embed(sequences)
      for (layer, block) in layout.blocks.enumerated() {
        forward(block, layer, sequences, workspace.scratch[thread])
      }
      if let final = layout.finalNormalization, let last = workspace.layers.last {
        let rows = rows(of: sequences)
        normalize(
          last.output.rows(rows),
          final,
          into: workspace.headInput.rows(rows),
          statistics: workspace.finalStatistics[2 * rows.lowerBound..<2 * rows.upperBound]
        )
      }
    }
    team.barrier()
  }

  func rows(of sequences: Range<Int>) -> Range<Int> {
    sequences.lowerBound * geometry.context..<sequences.upperBound * geometry.context
  }

  /// Packs this thread's share of every weight.
  func pack(_ thread: Int, forBackward: Bool) {
    for block in workspace.packedBlocks {
      for weight in block.all {
        pack(weight.tensor, into: weight.memory, thread, forBackward: forBackward)
      }
    }
    if !forBackward {
      pack(head, into: workspace.packedHead, thread, forBackward: false)
    } else if let memory = workspace.packedHeadBackward {
      pack(head, into: memory, thread, forBackward: true)
    }
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
      panels: panels,
      into: memory
    )
  }

  /// Wᵀ as a factor: (inputs, outputs).
  func forwardFactor(_ weight: PackedWeight) -> RightFactor {
    kernels.packedFactor(
      weight.memory,
      rows: weight.tensor.shape[1],
      columns: weight.tensor.shape[0]
    )
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
    }
  }

  private func forward(
    _ block: BlockLayout,
    _ index: Int,
    _ sequences: Range<Int>,
    _ scratch: EngineWorkspace.Scratch
  ) {
    let layer = workspace.layers[index]
    let packed = workspace.packedBlocks[index]
    let isPre = shape.normalizationPlacement == .pre
    let rows = rows(of: sequences)
    let pairs = 2 * rows.lowerBound..<2 * rows.upperBound
    let input = layer.input.rows(rows)
    let middle = layer.middle.rows(rows)
    let attentionSum = layer.attentionSum.rows(rows)
    let feedForwardSum = layer.feedForwardSum.rows(rows)
    let attentionInput = layer.attentionInput.rows(rows)
    let feedForwardInput = layer.feedForwardInput.rows(rows)
    let attentionStatistics = layer.attentionStatistics[pairs]
    let feedForwardStatistics = layer.feedForwardStatistics[pairs]

    if isPre {
      normalize(
        input,
        block.attentionNormalization,
        into: attentionInput,
        statistics: attentionStatistics
      )
    }
    kernels.multiply(
      attentionInput,
      by: forwardFactor(packed.queryKeyValue),
      into: layer.queryKeyValue.rows(rows),
      bias: block.queryKeyValue.bias.map(parameters.vector)
    )
    for sequence in sequences { attend(layer, index, sequence, scratch) }
    kernels.multiply(
      layer.heads.rows(rows),
      by: forwardFactor(packed.attentionOutput),
      into: attentionSum,
      adding: input,
      bias: block.attentionOutput.bias.map(parameters.vector)
    )
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
    let hidden = scratch.hidden.rows(0..<rows.count)
    kernels.multiply(
      feedForwardInput,
      by: forwardFactor(packed.feedForwardIn),
      into: beforeActivation,
      bias: block.feedForwardIn.bias.map(parameters.vector)
    )
    kernels.activate(activation, beforeActivation, into: hidden)
    kernels.multiply(
      hidden,
      by: forwardFactor(packed.feedForwardOut),
      into: feedForwardSum,
      adding: middle,
      bias: block.feedForwardOut.bias.map(parameters.vector)
    )
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
    _ scratch: EngineWorkspace.Scratch
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
      let head = head(layer, sequence, index)
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
  func head(_ layer: EngineLayer, _ sequence: Int, _ index: Int) -> AttentionHead {
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
      causal: shape.causal
    )
  }
}
