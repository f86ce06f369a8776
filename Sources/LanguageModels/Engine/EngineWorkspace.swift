internal import Accounting
internal import Kernels

/// All memory of an engine, as matrices.
///
/// Threads write disjoint rows, or disjoint columns, between two barriers; what a thread needs for a
/// chunk of rows only is its own.
final class EngineWorkspace: Sendable {
  /// What one thread uses for a chunk of rows.
  struct Scratch: Sendable {
    /// (chunk rows, f): the activation's values, and their gradient.
    let hidden: MatrixView
    let hiddenGradient: MatrixView
    /// (chunk rows, d) and (chunk rows, heads · head width): gradients between two products.
    let stream: MatrixView
    let heads: MatrixView
    let attention: VectorView
    /// (head rows, V).
    let logits: MatrixView
  }

  /// What the backward pass computes for all rows.
  struct Backward: Sendable {
    /// Of the stream after a block, between its parts, before it: (rows, d), the first and the last
    /// taking turns.
    let streams: [MatrixView]
    let middle: MatrixView
    let queryKeyValue: MatrixView
    let beforeActivation: MatrixView
    /// The activation's values, computed once more: (rows, f).
    let hidden: MatrixView
    /// Per chunk, normalization, weight or bias: (d).
    let normalizations: MatrixView
  }

  private let arena: Arena
  let layers: [EngineLayer]
  /// What the head reads: (rows, d), with its statistics.
  let headInput: MatrixView
  let finalStatistics: VectorView
  /// (rows).
  let losses: VectorView
  let scratch: [Scratch]
  let backward: Backward?
  let packedBlocks: [PackedBlock]
  /// The head's weights for both passes, which alternate.
  let packedHead: VectorView
  let packedHeadBackward: VectorView?
  /// (context, d) sines and cosines, or the cosines and the sines of rotations: (context, w / 2).
  let sinusoids: MatrixView?
  let rotation: (cosines: MatrixView, sines: MatrixView)?
  let inputs: TokenBuffer
  let targets: TokenBuffer

  init(
    layout: ParameterLayout,
    geometry: EngineGeometry,
    kernels: Kernels,
    threads: Int,
    forTraining: Bool
  ) throws(KernelsError) {
    let shape = layout.shape
    let rows = geometry.rows
    let d = shape.width
    let isPre = shape.normalizationPlacement == .pre
    var plan = ArenaPlan()

    // An evaluation keeps one block, whose input and output take turns.
    let layerCount = forTraining ? shape.layerCount : 1
    var streams: [ArenaPlan.MatrixPlace] = []
    for _ in 0...(forTraining ? shape.layerCount : 1) {
      streams.append(plan.matrix(rows: rows, columns: d))
    }
    struct Places {
      var attentionSide, feedForwardSide, middle: ArenaPlan.MatrixPlace
      var queryKeyValue, heads, beforeActivation: ArenaPlan.MatrixPlace
      var logSumExp, attentionStatistics, feedForwardStatistics: Range<Int>
    }
    var places: [Places] = []
    for _ in 0..<layerCount {
      places.append(
        Places(
          attentionSide: plan.matrix(rows: rows, columns: d),
          feedForwardSide: plan.matrix(rows: rows, columns: d),
          middle: plan.matrix(rows: rows, columns: d),
          queryKeyValue: plan.matrix(rows: rows, columns: geometry.queryKeyValueColumns),
          heads: plan.matrix(rows: rows, columns: geometry.headColumns),
          beforeActivation: plan.matrix(rows: rows, columns: geometry.hiddenInputColumns),
          logSumExp: plan.vector(rows * shape.headCount),
          attentionStatistics: plan.vector(2 * rows),
          feedForwardStatistics: plan.vector(2 * rows)
        )
      )
    }
    let headInputPlace =
      layout.finalNormalization == nil ? nil : plan.matrix(rows: rows, columns: d)
    let finalStatisticsPlace = plan.vector(2 * rows)
    let lossesPlace = plan.vector(rows)

    struct ScratchPlaces {
      var hidden, hiddenGradient, stream, heads, logits: ArenaPlan.MatrixPlace
      var attention: Range<Int>
    }
    let attentionCount = kernels.attentionScratchCount(
      time: geometry.context,
      headWidth: shape.headWidth
    )
    var scratchPlaces: [ScratchPlaces] = []
    for _ in 0..<threads {
      let chunk = geometry.chunkRows
      scratchPlaces.append(
        ScratchPlaces(
          hidden: plan.matrix(rows: chunk, columns: shape.feedForwardWidth),
          hiddenGradient: plan.matrix(
            rows: forTraining ? chunk : 0,
            columns: shape.feedForwardWidth
          ),
          stream: plan.matrix(rows: forTraining ? chunk : 0, columns: d),
          heads: plan.matrix(rows: forTraining ? chunk : 0, columns: geometry.headColumns),
          logits: plan.matrix(rows: geometry.headRows, columns: shape.vocabularySize),
          attention: plan.vector(attentionCount)
        )
      )
    }

    struct BackwardPlaces {
      var streams: [ArenaPlan.MatrixPlace]
      var middle, queryKeyValue, beforeActivation, hidden: ArenaPlan.MatrixPlace
      var normalizations: ArenaPlan.MatrixPlace
    }
    var backwardPlaces: BackwardPlaces?
    if forTraining {
      backwardPlaces = BackwardPlaces(
        streams: [plan.matrix(rows: rows, columns: d), plan.matrix(rows: rows, columns: d)],
        middle: plan.matrix(rows: rows, columns: d),
        queryKeyValue: plan.matrix(rows: rows, columns: geometry.queryKeyValueColumns),
        beforeActivation: plan.matrix(rows: rows, columns: geometry.hiddenInputColumns),
        hidden: plan.matrix(rows: rows, columns: shape.feedForwardWidth),
        normalizations: plan.matrix(
          rows: geometry.chunkCount * 2 * (2 * shape.layerCount + 1),
          columns: d
        )
      )
    }

    var packedPlaces: [[(tensor: ParameterTensor, memory: Range<Int>)]] = []
    for block in layout.blocks {
      let linears = [
        block.queryKeyValue, block.attentionOutput, block.feedForwardIn, block.feedForwardOut,
      ]
      var memories: [(tensor: ParameterTensor, memory: Range<Int>)] = []
      for linear in linears {
        let (outputs, inputs) = (linear.weight.shape[0], linear.weight.shape[1])
        let count = max(
          kernels.packedCount(rows: inputs, columns: outputs),
          forTraining ? kernels.packedCount(rows: outputs, columns: inputs) : 0
        )
        memories.append((linear.weight, plan.vector(count)))
      }
      packedPlaces.append(memories)
    }
    let headPlace = plan.vector(kernels.packedCount(rows: d, columns: shape.vocabularySize))
    let headBackwardPlace =
      forTraining
      ? plan.vector(kernels.packedCount(rows: shape.vocabularySize, columns: d)) : nil
    let sinusoidPlace =
      shape.positions == .sinusoidal ? plan.matrix(rows: geometry.context, columns: d) : nil
    var rotationPlaces: (ArenaPlan.MatrixPlace, ArenaPlan.MatrixPlace)?
    if case .rotary = shape.positions {
      rotationPlaces = (
        plan.matrix(rows: geometry.context, columns: shape.headWidth / 2),
        plan.matrix(rows: geometry.context, columns: shape.headWidth / 2)
      )
    }

    let arena = try Arena(plan)
    self.arena = arena
    layers = (0..<shape.layerCount).map { index in
      let place = places[forTraining ? index : 0]
      let input = arena.matrix(streams[forTraining ? index : index % 2])
      let output = arena.matrix(streams[forTraining ? index + 1 : (index + 1) % 2])
      let middle = arena.matrix(place.middle)
      let attentionSide = arena.matrix(place.attentionSide)
      let feedForwardSide = arena.matrix(place.feedForwardSide)
      return EngineLayer(
        input: input,
        attentionInput: isPre ? attentionSide : input,
        queryKeyValue: arena.matrix(place.queryKeyValue),
        heads: arena.matrix(place.heads),
        logSumExp: arena.vector(place.logSumExp),
        attentionSum: isPre ? middle : attentionSide,
        middle: middle,
        feedForwardInput: isPre ? feedForwardSide : middle,
        beforeActivation: arena.matrix(place.beforeActivation),
        feedForwardSum: isPre ? output : feedForwardSide,
        output: output,
        attentionStatistics: arena.vector(place.attentionStatistics),
        feedForwardStatistics: arena.vector(place.feedForwardStatistics)
      )
    }
    let last = arena.matrix(streams[forTraining ? shape.layerCount : shape.layerCount % 2])
    headInput = headInputPlace.map { arena.matrix($0) } ?? last
    finalStatistics = arena.vector(finalStatisticsPlace)
    losses = arena.vector(lossesPlace)
    scratch = scratchPlaces.map { place in
      Scratch(
        hidden: arena.matrix(place.hidden),
        hiddenGradient: arena.matrix(place.hiddenGradient),
        stream: arena.matrix(place.stream),
        heads: arena.matrix(place.heads),
        attention: arena.vector(place.attention),
        logits: arena.matrix(place.logits)
      )
    }
    backward = backwardPlaces.map { place in
      Backward(
        streams: place.streams.map { arena.matrix($0) },
        middle: arena.matrix(place.middle),
        queryKeyValue: arena.matrix(place.queryKeyValue),
        beforeActivation: arena.matrix(place.beforeActivation),
        hidden: arena.matrix(place.hidden),
        normalizations: arena.matrix(place.normalizations)
      )
    }
    packedBlocks = packedPlaces.map { places in
      let weights = places.map { PackedWeight(tensor: $0.tensor, memory: arena.vector($0.memory)) }
      return PackedBlock(
        queryKeyValue: weights[0],
        attentionOutput: weights[1],
        feedForwardIn: weights[2],
        feedForwardOut: weights[3]
      )
    }
    packedHead = arena.vector(headPlace)
    packedHeadBackward = headBackwardPlace.map { arena.vector($0) }
    sinusoids = sinusoidPlace.map { arena.matrix($0) }
    rotation = rotationPlaces.map { (cosines: arena.matrix($0.0), sines: arena.matrix($0.1)) }
    inputs = TokenBuffer(count: rows)
    targets = TokenBuffer(count: rows)
    fillPositions(shape)
  }

  /// Writes the tables that positions need.
  private func fillPositions(_ shape: ModelShape) {
    if let sinusoids {
      for position in 0..<sinusoids.rows {
        let row = sinusoids.row(position)
        for column in 0..<shape.width {
          row[column] = Float(PositionTables.sinusoid(position, column, width: shape.width))
        }
      }
    }
    if let rotation, case .rotary(let base) = shape.positions {
      for position in 0..<rotation.cosines.rows {
        let cosines = rotation.cosines.row(position)
        let sines = rotation.sines.row(position)
        for pair in 0..<shape.headWidth / 2 {
          let angle = PositionTables.angle(position, pair, headWidth: shape.headWidth, base: base)
          cosines[pair] = Float(angle.cosine)
          sines[pair] = Float(angle.sine)
        }
      }
    }
  }
}
