public import KernelInterface

extension Kernels {
  /// y = (x − mean) / √(variance + ε) · weight + bias, row by row.
  ///
  /// - Parameters:
  ///   - x: (rows, d).
  ///   - weight: (d).
  ///   - bias: (d), if any.
  ///   - centered: True for layer norm; false for RMS norm, which takes 0 for the mean.
  ///   - epsilon: What is added to the variance.
  ///   - y: (rows, d), overwritten.
  ///   - statistics: (rows, 2), overwritten: mean and 1 / √(variance + ε), for the backward pass.
  /// - Source: Ba et al. 2016, arXiv:1607.06450; Zhang and Sennrich 2019, arXiv:1910.07467.
  public func normalize(
    _ x: MatrixView,
    weight: VectorView,
    bias: VectorView?,
    centered: Bool,
    epsilon: Float,
    into y: MatrixView,
    statistics: VectorView
  ) {
    sameShape(x, y)
    precondition(
      weight.count == x.columns && bias?.count ?? x.columns == x.columns
        && statistics.count >= 2 * x.rows,
      "weight \(weight.count), statistics \(statistics.count) for (\(x.rows), \(x.columns))"
    )
    set.normalize(
      x,
      weight: weight,
      bias: bias,
      centered: centered,
      epsilon: epsilon,
      into: y,
      statistics: statistics
    )
  }

  /// The gradients of ``normalize(_:weight:bias:centered:epsilon:into:statistics:)``.
  ///
  /// - Parameters:
  ///   - x: (rows, d), as it was.
  ///   - statistics: (rows, 2), from the forward pass.
  ///   - weight: (d).
  ///   - centered: As in the forward pass.
  ///   - outputGradient: (rows, d).
  ///   - residual: (rows, d), added to the input's gradient.
  ///   - inputGradient: (rows, d), overwritten; may be `outputGradient` or `residual`.
  ///   - weightGradient: (d), added to.
  ///   - biasGradient: (d), added to.
  public func normalizeBackward(
    _ x: MatrixView,
    statistics: VectorView,
    weight: VectorView,
    centered: Bool,
    outputGradient: MatrixView,
    adding residual: MatrixView?,
    into inputGradient: MatrixView,
    weightGradient: VectorView,
    biasGradient: VectorView?
  ) {
    sameShape(x, outputGradient)
    sameShape(x, inputGradient)
    if let residual { sameShape(x, residual) }
    precondition(
      weight.count == x.columns && weightGradient.count == x.columns
        && biasGradient?.count ?? x.columns == x.columns && statistics.count >= 2 * x.rows,
      "weight \(weight.count), statistics \(statistics.count) for (\(x.rows), \(x.columns))"
    )
    set.normalizeBackward(
      x,
      statistics: statistics,
      weight: weight,
      centered: centered,
      outputGradient: outputGradient,
      adding: residual,
      into: inputGradient,
      weightGradient: weightGradient,
      biasGradient: biasGradient
    )
  }

  /// y = f(x), number by number; for SwiGLU y = silu(gate) · up.
  ///
  /// - Parameters:
  ///   - function: f.
  ///   - x: (rows, f); for SwiGLU (rows, 2 f): gates, then ups.
  ///   - y: (rows, f), overwritten.
  public func activate(_ function: ActivationFunction, _ x: MatrixView, into y: MatrixView) {
    checkActivation(function, x, y)
    set.activate(function, x, into: y)
  }

  /// The gradient of ``activate(_:_:into:)``, and its value once more.
  ///
  /// - Parameters:
  ///   - function: f.
  ///   - x: As it was.
  ///   - outputGradient: (rows, f).
  ///   - inputGradient: Of the shape of `x`, overwritten; may be `outputGradient` where the shapes
  ///     agree.
  ///   - value: (rows, f), overwritten with f(x), so that it need not be kept.
  public func activateBackward(
    _ function: ActivationFunction,
    _ x: MatrixView,
    outputGradient: MatrixView,
    into inputGradient: MatrixView,
    value: MatrixView
  ) {
    checkActivation(function, x, value)
    sameShape(outputGradient, value)
    sameShape(x, inputGradient)
    set.activateBackward(
      function,
      x,
      outputGradient: outputGradient,
      into: inputGradient,
      value: value
    )
  }

  /// y += x.
  public func add(_ x: MatrixView, into y: MatrixView) {
    sameShape(x, y)
    set.add(x, into: y)
  }

  /// Turns each pair (x[i], x[i + w/2]) of each head by the angle of its row, or back.
  ///
  /// - Parameters:
  ///   - x: (rows, heads · w), in place.
  ///   - headWidth: w, even.
  ///   - cosines: (rows, w / 2).
  ///   - sines: (rows, w / 2).
  ///   - inverse: Whether to turn back: the gradient of a turn.
  /// - Source: Su et al. 2021, arXiv:2104.09864, equation 34, halves paired.
  public func rotate(
    _ x: MatrixView,
    headWidth: Int,
    cosines: MatrixView,
    sines: MatrixView,
    inverse: Bool = false
  ) {
    sameShape(cosines, sines)
    precondition(
      headWidth > 0 && headWidth % 2 == 0 && x.columns % headWidth == 0
        && cosines.columns == headWidth / 2 && cosines.rows >= x.rows,
      "(\(x.rows), \(x.columns)) by heads of \(headWidth), angles (\(cosines.rows), \(cosines.columns))"
    )
    set.rotate(x, headWidth: headWidth, cosines: cosines, sines: sines, inverse: inverse)
  }

  /// The sum of each column, from the first row to the last.
  ///
  /// - Parameters:
  ///   - x: (rows, n).
  ///   - sums: (n), overwritten, or added to where `accumulate`.
  ///   - accumulate: Whether to keep what is there.
  public func sumColumns(_ x: MatrixView, into sums: VectorView, accumulate: Bool = false) {
    precondition(sums.count == x.columns, "\(sums.count) sums of \(x.columns) columns")
    set.sumColumns(x, into: sums, accumulate: accumulate)
  }

  func sameShape(_ a: MatrixView, _ b: MatrixView) {
    precondition(
      a.rows == b.rows && a.columns == b.columns,
      "(\(a.rows), \(a.columns)) beside (\(b.rows), \(b.columns))"
    )
  }

  private func checkActivation(_ function: ActivationFunction, _ x: MatrixView, _ y: MatrixView) {
    let width = function == .swiGLU ? 2 * y.columns : y.columns
    precondition(
      x.rows == y.rows && x.columns == width,
      "\(function) from (\(x.rows), \(x.columns)) to (\(y.rows), \(y.columns))"
    )
  }
}
