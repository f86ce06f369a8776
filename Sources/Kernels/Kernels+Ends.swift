public import KernelInterface

extension Kernels {
  /// losses[r] = ln Σⱼ exp(logits[r, j]) − logits[r, target], and 0 where the target is negative.
  ///
  /// - Parameters:
  ///   - logits: (rows, V); overwritten with the gradient of `gradientScale` · Σ losses where it is
  ///     given, kept otherwise.
  ///   - targets: (rows), below V.
  ///   - gradientScale: 1 / the number of targets, for a mean.
  ///   - losses: (rows), overwritten, in nats.
  public func crossEntropy(
    _ logits: MatrixView,
    targets: TokenView,
    gradientScale: Float?,
    losses: VectorView
  ) {
    precondition(
      targets.count == logits.rows && losses.count == logits.rows,
      "\(targets.count) targets, \(losses.count) losses, \(logits.rows) rows"
    )
    for row in 0..<targets.count {
      precondition(targets[row] < logits.columns, "target \(targets[row]) of \(logits.columns)")
    }
    set.crossEntropy(logits, targets: targets, gradientScale: gradientScale, losses: losses)
  }

  /// x[r] = embedding[tokens[r]] + positions[r].
  ///
  /// - Parameters:
  ///   - tokens: (rows), in 0 ..< V.
  ///   - embedding: (V, d).
  ///   - positions: (rows or more, d), if any.
  ///   - x: (rows, d), overwritten.
  public func embed(
    _ tokens: TokenView,
    _ embedding: MatrixView,
    positions: MatrixView?,
    into x: MatrixView
  ) {
    checkTokens(tokens, embedding, x)
    if let positions {
      precondition(
        positions.rows >= x.rows && positions.columns == x.columns,
        "positions (\(positions.rows), \(positions.columns)) for (\(x.rows), \(x.columns))"
      )
    }
    set.embed(tokens, embedding, positions: positions, into: x)
  }

  /// gradient[tokens[r]] += x[r], row after row.
  ///
  /// - Parameters:
  ///   - tokens: (rows), in 0 ..< V.
  ///   - x: (rows, d).
  ///   - gradient: (V, d), added to.
  public func embedBackward(_ tokens: TokenView, _ x: MatrixView, into gradient: MatrixView) {
    checkTokens(tokens, gradient, x)
    set.embedBackward(tokens, x, into: gradient)
  }

  /// The sum of the squares, in double precision every 1024 numbers.
  public func sumOfSquares(_ x: VectorView) -> Double { set.sumOfSquares(x) }

  /// One step of AdamW on some parameters.
  func adamW(
    _ parameters: VectorView,
    gradients: VectorView,
    firstMoments: VectorView,
    secondMoments: VectorView,
    factors: AdamWFactors
  ) {
    set.adamW(
      parameters,
      gradients: gradients,
      firstMoments: firstMoments,
      secondMoments: secondMoments,
      factors: factors
    )
  }

  private func checkTokens(_ tokens: TokenView, _ table: MatrixView, _ x: MatrixView) {
    precondition(
      tokens.count == x.rows && table.columns == x.columns,
      "\(tokens.count) ids, table (\(table.rows), \(table.columns)), x (\(x.rows), \(x.columns))"
    )
    for row in 0..<tokens.count {
      precondition(
        tokens[row] >= 0 && Int(tokens[row]) < table.rows,
        "token \(tokens[row]) of \(table.rows)"
      )
    }
  }
}
