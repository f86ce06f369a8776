internal import Accounting
internal import Kernels

/// Where the matrices of all blocks will be.
struct LayerPlaces {
  private struct Layer {
    var attentionSide, feedForwardSide: ArenaPlan.MatrixPlace?
    var middle, queryKeyValue, heads, beforeActivation: ArenaPlan.MatrixPlace
    var logSumExp, attentionStatistics, feedForwardStatistics: Range<Int>
    var keptAttentionInput, keptFeedForwardInput: ArenaPlan.MatrixPlace?
  }

  private let forTraining: Bool
  private let precision: ProductPrecision
  private var streams: [ArenaPlan.MatrixPlace] = []
  private var layers: [Layer] = []

  /// Plans; an evaluation keeps one block, whose input and output take turns.
  init(_ plan: inout ArenaPlan, _ geometry: EngineGeometry, forTraining: Bool) {
    self.forTraining = forTraining
    precision = geometry.precision
    let shape = geometry.shape
    let rows = geometry.rows
    let d = shape.width
    let isRounded = geometry.precision == .bf16
    // Where normalization comes first, its result is read by products only.
    let hasSides = !isRounded || shape.normalizationPlacement == .post
    let count = forTraining ? shape.layerCount : 1
    for _ in 0...count { streams.append(plan.matrix(rows: rows, columns: d)) }
    for _ in 0..<count {
      func kept(_ plan: inout ArenaPlan) -> ArenaPlan.MatrixPlace? {
        isRounded && forTraining ? plan.matrix(rows: geometry.keptRows, columns: d) : nil
      }
      layers.append(
        Layer(
          attentionSide: hasSides ? plan.matrix(rows: rows, columns: d) : nil,
          feedForwardSide: hasSides ? plan.matrix(rows: rows, columns: d) : nil,
          middle: plan.matrix(rows: rows, columns: d),
          queryKeyValue: plan.matrix(rows: rows, columns: geometry.queryKeyValueColumns),
          heads: plan.matrix(rows: rows, columns: geometry.headColumns),
          beforeActivation: plan.matrix(rows: rows, columns: geometry.hiddenInputColumns),
          logSumExp: plan.vector(rows * shape.headCount),
          attentionStatistics: plan.vector(2 * rows),
          feedForwardStatistics: plan.vector(2 * rows),
          keptAttentionInput: kept(&plan),
          keptFeedForwardInput: kept(&plan)
        )
      )
    }
  }

  func layer(_ index: Int, _ arena: Arena, _ shape: ModelShape) -> EngineLayer {
    let place = layers[forTraining ? index : 0]
    let input = arena.matrix(streams[forTraining ? index : index % 2])
    let output = arena.matrix(streams[forTraining ? index + 1 : (index + 1) % 2])
    let middle = arena.matrix(place.middle)
    let attentionSide = place.attentionSide.map { arena.matrix($0) }
    let feedForwardSide = place.feedForwardSide.map { arena.matrix($0) }
    let isPre = shape.normalizationPlacement == .pre
    let attentionInput = isPre ? attentionSide : input
    let feedForwardInput = isPre ? feedForwardSide : middle
    return EngineLayer(
      input: input,
      attentionInput: attentionInput,
      queryKeyValue: arena.matrix(place.queryKeyValue),
      heads: arena.matrix(place.heads),
      logSumExp: arena.vector(place.logSumExp),
      attentionSum: isPre ? middle : attentionSide ?? middle,
      middle: middle,
      feedForwardInput: feedForwardInput,
      beforeActivation: arena.matrix(place.beforeActivation),
      feedForwardSum: isPre ? output : feedForwardSide ?? output,
      output: output,
      attentionStatistics: arena.vector(place.attentionStatistics),
      feedForwardStatistics: arena.vector(place.feedForwardStatistics),
      keptAttentionInput: precision == .f32
        ? attentionInput : place.keptAttentionInput.map { arena.matrix($0) },
      keptFeedForwardInput: precision == .f32
        ? feedForwardInput : place.keptFeedForwardInput.map { arena.matrix($0) }
    )
  }
}

/// Where the gradients inside a block will be.
struct BlockGradientPlaces {
  private let middle, queryKeyValue, beforeActivation, hidden: ArenaPlan.MatrixPlace
  private let attentionOutput, feedForwardOutput: ArenaPlan.MatrixPlace

  init(_ plan: inout ArenaPlan, _ geometry: EngineGeometry, rows: Int) {
    middle = plan.matrix(rows: rows, columns: geometry.shape.width)
    queryKeyValue = plan.matrix(rows: rows, columns: geometry.queryKeyValueColumns)
    beforeActivation = plan.matrix(rows: rows, columns: geometry.hiddenInputColumns)
    hidden = plan.matrix(rows: rows, columns: geometry.shape.feedForwardWidth)
    let droppedRows = geometry.shape.dropout.residual > 0 ? rows : 0
    attentionOutput = plan.matrix(rows: droppedRows, columns: geometry.shape.width)
    feedForwardOutput = plan.matrix(rows: droppedRows, columns: geometry.shape.width)
  }

  func gradients(_ arena: Arena) -> BlockGradients {
    BlockGradients(
      middle: arena.matrix(middle),
      queryKeyValue: arena.matrix(queryKeyValue),
      beforeActivation: arena.matrix(beforeActivation),
      hidden: arena.matrix(hidden),
      attentionOutput: arena.matrix(attentionOutput),
      feedForwardOutput: arena.matrix(feedForwardOutput)
    )
  }
}

/// Where one thread's matrices will be.
struct ScratchPlaces {
  private let hidden, hiddenGradient, stream, heads: ArenaPlan.MatrixPlace
  private let normalized, words: ArenaPlan.MatrixPlace
  private let logits, inputWords, keptInput, logitWords, keptLogits: ArenaPlan.MatrixPlace
  private let gradients: BlockGradientPlaces
  private let attention: Range<Int>

  init(
    _ plan: inout ArenaPlan,
    _ geometry: EngineGeometry,
    attention count: Int,
    forTraining: Bool
  ) {
    let shape = geometry.shape
    let precision = geometry.precision
    let isRounded = precision == .bf16
    let chunk = geometry.chunkRows
    let trainedChunk = forTraining ? chunk : 0
    let headRows = geometry.headRows
    let (d, vocabulary) = (shape.width, shape.vocabularySize)
    hidden = plan.matrix(rows: chunk, columns: shape.feedForwardWidth)
    hiddenGradient = plan.matrix(rows: trainedChunk, columns: shape.feedForwardWidth)
    stream = plan.matrix(rows: trainedChunk, columns: d)
    heads = plan.matrix(rows: trainedChunk, columns: geometry.headColumns)
    normalized = plan.matrix(rows: isRounded ? chunk : 0, columns: d)
    let widest = max(d, geometry.queryKeyValueColumns, geometry.hiddenInputColumns)
    words = plan.matrix(rows: isRounded ? chunk : 0, columns: precision.words(widest))
    logits = plan.matrix(rows: headRows, columns: vocabulary)
    inputWords = plan.matrix(rows: isRounded ? headRows : 0, columns: precision.words(d))
    let trainedWords = isRounded && forTraining ? headRows : 0
    keptInput = plan.matrix(rows: precision.words(trainedWords), columns: d)
    logitWords = plan.matrix(rows: trainedWords, columns: precision.words(vocabulary))
    keptLogits = plan.matrix(rows: precision.words(trainedWords), columns: vocabulary)
    gradients = BlockGradientPlaces(&plan, geometry, rows: isRounded ? trainedChunk : 0)
    attention = plan.vector(count)
  }

  func scratch(_ arena: Arena) -> EngineScratch {
    EngineScratch(
      hidden: arena.matrix(hidden),
      hiddenGradient: arena.matrix(hiddenGradient),
      stream: arena.matrix(stream),
      heads: arena.matrix(heads),
      attention: arena.vector(attention),
      head: HeadScratch(
        logits: arena.matrix(logits),
        inputWords: arena.matrix(inputWords),
        keptInput: arena.matrix(keptInput),
        logitWords: arena.matrix(logitWords),
        keptLogits: arena.matrix(keptLogits)
      ),
      normalized: arena.matrix(normalized),
      words: arena.matrix(words),
      gradients: gradients.gradients(arena)
    )
  }
}

/// Where the matrices of the backward pass will be.
struct BackwardPlaces {
  private let streams: [ArenaPlan.MatrixPlace]
  private let gradients: BlockGradientPlaces?
  private let kept: [ArenaPlan.MatrixPlace]
  private let normalizations, biases: ArenaPlan.MatrixPlace

  init(_ plan: inout ArenaPlan, _ geometry: EngineGeometry) {
    let shape = geometry.shape
    let d = shape.width
    streams = [
      plan.matrix(rows: geometry.rows, columns: d), plan.matrix(rows: geometry.rows, columns: d),
    ]
    if geometry.precision == .f32 {
      gradients = BlockGradientPlaces(&plan, geometry, rows: geometry.rows)
      kept = []
    } else {
      gradients = nil
      kept = [
        d, shape.feedForwardWidth, geometry.hiddenInputColumns, d, geometry.headColumns,
        geometry.queryKeyValueColumns,
      ].map { plan.matrix(rows: geometry.keptRows, columns: $0) }
    }
    normalizations = plan.matrix(
      rows: geometry.chunkCount * 2 * (2 * shape.layerCount + 1),
      columns: d
    )
    biases = plan.matrix(rows: geometry.chunkCount, columns: BiasColumns(geometry).count)
  }

  func backward(_ arena: Arena) -> EngineBackward {
    let kept = kept.map { arena.matrix($0) }
    return EngineBackward(
      streams: streams.map { arena.matrix($0) },
      gradients: gradients?.gradients(arena),
      kept: kept.isEmpty
        ? nil
        : KeptWords(
          output: kept[0],
          hidden: kept[1],
          beforeActivation: kept[2],
          middle: kept[3],
          heads: kept[4],
          queryKeyValue: kept[5]
        ),
      normalizations: arena.matrix(normalizations),
      biases: arena.matrix(biases)
    )
  }
}
