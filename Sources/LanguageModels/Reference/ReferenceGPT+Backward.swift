import Accounting

extension ReferenceGPT {
  /// Adds the derivatives by all parameters, given those by the logits.
  func backward(_ trace: Trace, _ logitsGradient: Matrix, into gradient: inout [Double]) {
    let head = layout.head ?? layout.tokenEmbedding
    add(logitsGradient.transposed * trace.headInput, to: head, of: &gradient)
    var stream = logitsGradient * matrix(head)
    if let normalization = layout.finalNormalization, let last = trace.blocks.last {
      stream = normalizedBackward(stream, last.output, normalization, &gradient)
    }
    for (index, block) in layout.blocks.enumerated().reversed() {
      stream = backward(
        block,
        trace.blocks[index],
        trace.masks?.block(index),
        stream,
        &gradient
      )
    }
    stream = dropped(stream, trace.masks?.embedding)
    for (time, token) in trace.tokens.enumerated() {
      for column in 0..<shape.width {
        let value = stream[time, column]
        gradient[layout.tokenEmbedding.offset + token * shape.width + column] += value
        if let positions = layout.positionEmbedding {
          gradient[positions.offset + time * shape.width + column] += value
        }
      }
    }
  }

  /// The derivative by a block's input from that by its output.
  private func backward(
    _ block: BlockLayout,
    _ values: Trace.Block,
    _ masks: BlockMasks?,
    _ outputGradient: Matrix,
    _ gradient: inout [Double]
  ) -> Matrix {
    let isPre = shape.normalizationPlacement == .pre

    var middle = outputGradient
    if !isPre {
      middle = normalizedBackward(
        outputGradient,
        values.feedForwardSum,
        block.feedForwardNormalization,
        &gradient
      )
    }
    let hidden = linearBackward(
      dropped(middle, masks?.feedForward),
      values.hidden,
      block.feedForwardOut,
      &gradient
    )
    var feedForward = linearBackward(
      activatedBackward(hidden, values.beforeActivation),
      values.feedForwardInput,
      block.feedForwardIn,
      &gradient
    )
    if isPre {
      feedForward = normalizedBackward(
        feedForward,
        values.middle,
        block.feedForwardNormalization,
        &gradient
      )
    }
    middle = middle + feedForward

    var input = middle
    if !isPre {
      input = normalizedBackward(
        middle,
        values.attentionSum,
        block.attentionNormalization,
        &gradient
      )
    }
    let heads = linearBackward(
      dropped(input, masks?.attention),
      values.heads,
      block.attentionOutput,
      &gradient
    )
    var attention = linearBackward(
      rotated(attentionBackward(heads, values, masks), direction: -1),
      values.attentionInput,
      block.queryKeyValue,
      &gradient
    )
    if isPre {
      attention = normalizedBackward(
        attention,
        values.input,
        block.attentionNormalization,
        &gradient
      )
    }
    return input + attention
  }

  /// For y = x Wᵀ + b: dW = dyᵀ x, db = Σ dy, dx = dy W.
  private func linearBackward(
    _ outputGradient: Matrix,
    _ input: Matrix,
    _ layer: LinearLayout,
    _ gradient: inout [Double]
  ) -> Matrix {
    add(outputGradient.transposed * input, to: layer.weight, of: &gradient)
    if let bias = layer.bias {
      let ones = Matrix(
        rows: 1,
        columns: input.rows,
        values: [Double](repeating: 1, count: input.rows)
      )
      add(ones * outputGradient, to: bias, of: &gradient)
    }
    return outputGradient * matrix(layer.weight)
  }

  /// For y = x̂ w + b with x̂ = (x - μ) s: dx = s (dx̂ - mean dx̂ - x̂ · mean(dx̂ x̂)).
  ///
  /// RMSNorm has no μ, so that the term mean dx̂ is absent.
  private func normalizedBackward(
    _ outputGradient: Matrix,
    _ input: Matrix,
    _ layer: NormalizationLayout,
    _ gradient: inout [Double]
  ) -> Matrix {
    let weight = matrix(layer.weight)
    let count = Double(input.columns)
    var result = Matrix(rows: input.rows, columns: input.columns)
    for row in 0..<input.rows {
      let (mean, scale) = statistics(input[row])
      let unit = input[row].map { ($0 - mean) * scale }
      let unitGradient = (0..<input.columns).map { outputGradient[row, $0] * weight[0, $0] }
      let meanGradient =
        shape.normalization == .layerNorm ? unitGradient.reduce(0, +) / count : 0
      let meanProduct = zip(unitGradient, unit).reduce(0) { $0 + $1.0 * $1.1 } / count
      for column in 0..<input.columns {
        gradient[layer.weight.offset + column] += outputGradient[row, column] * unit[column]
        if let bias = layer.bias { gradient[bias.offset + column] += outputGradient[row, column] }
        result[row, column] =
          scale * (unitGradient[column] - meanGradient - unit[column] * meanProduct)
      }
    }
    return result
  }

  /// The derivative by what enters the activation.
  private func activatedBackward(_ outputGradient: Matrix, _ input: Matrix) -> Matrix {
    let activation = shape.activation
    guard activation == .swiGLU else {
      return outputGradient.scaled(by: input.map { activation.slope($0) })
    }
    let width = shape.feedForwardWidth
    let gates = input.columns(0..<width)
    let ups = input.columns(width..<2 * width)
    var result = Matrix(rows: input.rows, columns: 2 * width)
    result.add(
      outputGradient.scaled(by: ups).scaled(by: gates.map { activation.slope($0) }),
      atColumn: 0
    )
    result.add(outputGradient.scaled(by: gates.map { activation.value($0) }), atColumn: width)
    return result
  }

  /// The derivatives by queries, keys and values, side by side.
  ///
  /// With P = softmax(S): dS = P (dP - Σ dP P), row by row.
  private func attentionBackward(
    _ headsGradient: Matrix,
    _ values: Trace.Block,
    _ masks: BlockMasks?
  ) -> Matrix {
    let all = values.queryKeyValue
    let scale = 1 / Double(shape.headWidth).squareRoot()
    var result = Matrix(rows: all.rows, columns: all.columns)
    for head in 0..<shape.headCount {
      let place = headColumns(head)
      let probabilities = values.probabilities[head]
      let headGradient = headsGradient.columns(place.query)
      let mask = masks?.weights(head)
      let used = dropped(probabilities, mask)
      let usedGradient = headGradient * all.columns(place.value).transposed
      let probabilitiesGradient = dropped(usedGradient, mask)
      var scoresGradient = probabilitiesGradient.scaled(by: probabilities)
      for row in 0..<scoresGradient.rows {
        let sum = scoresGradient[row].reduce(0, +)
        for column in 0..<scoresGradient.columns {
          scoresGradient[row, column] -= sum * probabilities[row, column]
        }
      }
      result.add(
        scale * (scoresGradient * all.columns(place.key)),
        atColumn: place.query.lowerBound
      )
      result.add(
        scale * (scoresGradient.transposed * all.columns(place.query)),
        atColumn: place.key.lowerBound
      )
      result.add(used.transposed * headGradient, atColumn: place.value.lowerBound)
    }
    return result
  }

  private func add(_ matrix: Matrix, to tensor: ParameterTensor, of gradient: inout [Double]) {
    for (index, value) in zip(tensor.range, matrix.values) { gradient[index] += value }
  }
}
