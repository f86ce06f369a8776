internal import Accounting
internal import Kernels

/// All memory of an engine, as matrices.
///
/// Threads write disjoint rows, or disjoint columns, between two barriers; what a thread needs for a
/// chunk of rows only is its own. In bfloat16 what only products read is kept in words.
final class EngineWorkspace: Sendable {
  private let arena: Arena
  let layers: [EngineLayer]
  /// What the head reads: (rows, d), with its statistics.
  let headInput: MatrixView
  let finalStatistics: VectorView
  /// (rows).
  let losses: VectorView
  let scratch: [EngineScratch]
  let backward: EngineBackward?
  /// Memory for the packed weights of two blocks, weight by weight.
  private let packed: [[VectorView]]
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
    let precision = geometry.precision
    let rows = geometry.rows
    let d = shape.width
    var plan = ArenaPlan()

    let layerPlaces = LayerPlaces(&plan, geometry, forTraining: forTraining)
    let headInputPlace =
      layout.finalNormalization == nil ? nil : plan.matrix(rows: rows, columns: d)
    let finalStatisticsPlace = plan.vector(2 * rows)
    let lossesPlace = plan.vector(rows)
    let attentionCount = kernels.attentionScratchCount(
      time: geometry.context,
      headWidth: shape.headWidth
    )
    let scratchPlaces = (0..<threads).map { _ in
      ScratchPlaces(&plan, geometry, attention: attentionCount, forTraining: forTraining)
    }
    let backwardPlaces = forTraining ? BackwardPlaces(&plan, geometry) : nil

    let linears = layout.blocks.first.map { block in
      [block.queryKeyValue, block.attentionOutput, block.feedForwardIn, block.feedForwardOut]
    }
    let packedPlaces = (0..<min(2, shape.layerCount)).map { _ in
      (linears ?? []).map { linear in
        let (outputs, inputs) = (linear.weight.shape[0], linear.weight.shape[1])
        let forward = kernels.packedCount(rows: inputs, columns: outputs, precision: precision)
        let backward = kernels.packedCount(rows: outputs, columns: inputs, precision: precision)
        return plan.vector(forTraining ? max(forward, backward) : forward)
      }
    }
    let headPlace = plan.vector(
      kernels.packedCount(rows: d, columns: shape.vocabularySize, precision: precision)
    )
    let headBackwardPlace =
      forTraining
      ? plan.vector(
        kernels.packedCount(rows: shape.vocabularySize, columns: d, precision: precision)
      ) : nil
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
    layers = (0..<shape.layerCount).map { layerPlaces.layer($0, arena, shape) }
    headInput = headInputPlace.map { arena.matrix($0) } ?? layers[shape.layerCount - 1].output
    finalStatistics = arena.vector(finalStatisticsPlace)
    losses = arena.vector(lossesPlace)
    scratch = scratchPlaces.map { $0.scratch(arena) }
    backward = backwardPlaces.map { $0.backward(arena) }
    packed = packedPlaces.map { $0.map { arena.vector($0) } }
    packedHead = arena.vector(headPlace)
    packedHeadBackward = headBackwardPlace.map { arena.vector($0) }
    sinusoids = sinusoidPlace.map { arena.matrix($0) }
    rotation = rotationPlaces.map { (cosines: arena.matrix($0.0), sines: arena.matrix($0.1)) }
    inputs = TokenBuffer(count: rows)
    targets = TokenBuffer(count: rows)
    fillPositions(shape)
  }

  /// Where the weights of a block are packed: not where its neighbors' are.
  func packedBlock(_ index: Int, _ block: BlockLayout) -> PackedBlock {
    let memory = packed[index % packed.count]
    return PackedBlock(
      queryKeyValue: PackedWeight(tensor: block.queryKeyValue.weight, memory: memory[0]),
      attentionOutput: PackedWeight(tensor: block.attentionOutput.weight, memory: memory[1]),
      feedForwardIn: PackedWeight(tensor: block.feedForwardIn.weight, memory: memory[2]),
      feedForwardOut: PackedWeight(tensor: block.feedForwardOut.weight, memory: memory[3])
    )
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
