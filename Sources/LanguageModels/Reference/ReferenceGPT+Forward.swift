import Accounting

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

extension ReferenceGPT {
  /// Reads a sequence and keeps everything on the way.
  ///
  /// - Precondition: The tokens lie in the vocabulary and fit the context.
  package func forward(_ tokens: [Int]) -> Trace { forward(tokens, nil) }

  /// Reads a sequence, of which some numbers are dropped, and keeps everything on the way.
  func forward(_ tokens: [Int], _ masks: SequenceMasks?) -> Trace {
    var stream = dropped(embedding(tokens), masks?.embedding)
    var blocks: [Trace.Block] = []
    for (index, block) in layout.blocks.enumerated() {
      let trace = forward(block, stream, masks?.block(index))
      stream = trace.output
      blocks.append(trace)
    }
    let last = layout.finalNormalization.map { normalized(stream, $0) } ?? stream
    let head = layout.head ?? layout.tokenEmbedding
    return Trace(
      tokens: tokens,
      masks: masks,
      blocks: blocks,
      headInput: last,
      logits: last * matrix(head).transposed
    )
  }

  /// Token embeddings, and positions where they are added: (T, d).
  private func embedding(_ tokens: [Int]) -> Matrix {
    let table = matrix(layout.tokenEmbedding)
    let positions = layout.positionEmbedding.map(matrix)
    var stream = Matrix(rows: tokens.count, columns: shape.width)
    for (time, token) in tokens.enumerated() {
      stream[time] = table[token]
      for column in 0..<shape.width {
        switch shape.positions {
        case .learned: stream[time, column] += positions?[time, column] ?? 0
        case .sinusoidal: stream[time, column] += sinusoid(time, column, width: shape.width)
        case .rotary: break
        }
      }
    }
    return stream
  }

  private func forward(
    _ block: BlockLayout,
    _ input: Matrix,
    _ masks: BlockMasks?
  ) -> Trace.Block {
    let isPre = shape.normalizationPlacement == .pre
    let attentionInput = isPre ? normalized(input, block.attentionNormalization) : input
    let queryKeyValue = rotated(linear(attentionInput, block.queryKeyValue), direction: 1)
    let (probabilities, heads) = attention(queryKeyValue, masks)
    let attentionSum = input + dropped(linear(heads, block.attentionOutput), masks?.attention)
    let middle = isPre ? attentionSum : normalized(attentionSum, block.attentionNormalization)

    let feedForwardInput = isPre ? normalized(middle, block.feedForwardNormalization) : middle
    let beforeActivation = linear(feedForwardInput, block.feedForwardIn)
    let hidden = activated(beforeActivation)
    let feedForwardSum = middle + dropped(linear(hidden, block.feedForwardOut), masks?.feedForward)
    let output =
      isPre ? feedForwardSum : normalized(feedForwardSum, block.feedForwardNormalization)
    return Trace.Block(
      input: input,
      attentionInput: attentionInput,
      queryKeyValue: queryKeyValue,
      probabilities: probabilities,
      heads: heads,
      attentionSum: attentionSum,
      middle: middle,
      feedForwardInput: feedForwardInput,
      beforeActivation: beforeActivation,
      hidden: hidden,
      feedForwardSum: feedForwardSum,
      output: output
    )
  }

  /// y = x Wᵀ + b.
  func linear(_ input: Matrix, _ layer: LinearLayout) -> Matrix {
    var output = input * matrix(layer.weight).transposed
    if let bias = layer.bias.map(matrix) {
      for row in 0..<output.rows {
        for column in 0..<output.columns { output[row, column] += bias[0, column] }
      }
    }
    return output
  }

  /// LayerNorm or RMSNorm of each row.
  func normalized(_ input: Matrix, _ layer: NormalizationLayout) -> Matrix {
    let weight = matrix(layer.weight)
    let bias = layer.bias.map(matrix)
    var output = input
    for row in 0..<input.rows {
      let (mean, scale) = statistics(input[row])
      for column in 0..<input.columns {
        output[row, column] =
          (input[row, column] - mean) * scale * weight[0, column] + (bias?[0, column] ?? 0)
      }
    }
    return output
  }

  /// The mean to subtract (0 for RMSNorm) and 1/√(mean square of the rest + ε).
  func statistics(_ row: [Double]) -> (mean: Double, scale: Double) {
    let count = Double(row.count)
    let mean = shape.normalization == .layerNorm ? row.reduce(0, +) / count : 0
    let square = row.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count
    return (mean, 1 / (square + shape.normalizationEpsilon).squareRoot())
  }

  /// Rotates queries and keys by their position; direction -1 turns them back.
  func rotated(_ queryKeyValue: Matrix, direction: Double) -> Matrix {
    guard case .rotary(let base) = shape.positions else { return queryKeyValue }
    var result = queryKeyValue
    let half = shape.headWidth / 2
    for time in 0..<result.rows {
      for head in 0..<shape.headCount + shape.keyValueHeadCount {
        for index in 0..<half {
          let angle = rotaryAngle(time, index, base: base, headWidth: shape.headWidth)
          let (cosine, sine) = (angle.cosine, direction * angle.sine)
          let first = head * shape.headWidth + index
          let (x, y) = (queryKeyValue[time, first], queryKeyValue[time, first + half])
          result[time, first] = x * cosine - y * sine
          result[time, first + half] = y * cosine + x * sine
        }
      }
    }
    return result
  }

  /// Where queries, keys and values of a head lie among the columns.
  func headColumns(_ head: Int) -> (query: Range<Int>, key: Range<Int>, value: Range<Int>) {
    let width = shape.headWidth
    let shared = head / (shape.headCount / shape.keyValueHeadCount)
    let key = (shape.headCount + shared) * width
    let value = (shape.headCount + shape.keyValueHeadCount + shared) * width
    return (head * width..<(head + 1) * width, key..<key + width, value..<value + width)
  }

  /// softmax(Q Kᵀ / √w) V, head by head.
  private func attention(
    _ queryKeyValue: Matrix,
    _ masks: BlockMasks?
  ) -> (probabilities: [Matrix], heads: Matrix) {
    let count = queryKeyValue.rows
    var all: [Matrix] = []
    var heads = Matrix(rows: count, columns: shape.headCount * shape.headWidth)
    for head in 0..<shape.headCount {
      let place = headColumns(head)
      let scores =
        (1 / Double(shape.headWidth).squareRoot())
        * (queryKeyValue.columns(place.query) * queryKeyValue.columns(place.key).transposed)
      var probabilities = Matrix(rows: count, columns: count)
      for row in 0..<count {
        let seen = shape.causal ? row + 1 : count
        let values = softmax(Array(scores[row][..<seen]))
        probabilities[row] = values + [Double](repeating: 0, count: count - seen)
      }
      heads.add(
        dropped(probabilities, masks?.weights(head)) * queryKeyValue.columns(place.value),
        atColumn: place.query.lowerBound
      )
      all.append(probabilities)
    }
    return (all, heads)
  }

  /// The activation; for SwiGLU of the gates, times the ups.
  private func activated(_ input: Matrix) -> Matrix {
    guard shape.activation == .swiGLU else {
      return input.map { shape.activation.value($0) }
    }
    let width = shape.feedForwardWidth
    return input.columns(0..<width).map { ModelShape.Activation.swiGLU.value($0) }
      .scaled(by: input.columns(width..<2 * width))
  }
}

/// The position code of sines at even columns and cosines at odd ones.
///
/// - Source: Vaswani et al. 2017, arXiv:1706.03762, section 3.5.
private func sinusoid(_ position: Int, _ column: Int, width: Int) -> Double {
  let angle = Double(position) / pow(10_000, Double(column / 2 * 2) / Double(width))
  return column % 2 == 0 ? sin(angle) : cos(angle)
}

/// The cosine and sine of position · base^(-2 index / width).
///
/// - Source: Su et al. 2021, arXiv:2104.09864, equation 15.
private func rotaryAngle(
  _ position: Int,
  _ index: Int,
  base: Double,
  headWidth: Int
) -> (cosine: Double, sine: Double) {
  let angle = Double(position) * pow(base, -2 * Double(index) / Double(headWidth))
  return (cos(angle), sin(angle))
}

/// exp(x) / Σ exp(x), shifted by the largest x.
func softmax(_ values: [Double]) -> [Double] {
  let logarithm = logarithmOfSum(values)
  return values.map { exp($0 - logarithm) }
}

/// log Σ exp(x), shifted by the largest x.
func logarithmOfSum(_ values: [Double]) -> Double {
  let largest = values.max() ?? 0
  return largest + log(values.reduce(0) { $0 + exp($1 - largest) })
}
