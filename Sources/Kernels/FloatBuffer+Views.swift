public import KernelInterface

extension FloatBuffer {
  /// Views a range of the buffer as a vector.
  ///
  /// The view does not keep the buffer alive: the caller does.
  ///
  /// - Precondition: The range lies in the buffer.
  @unsafe public func vector(_ range: Range<Int>) -> VectorView {
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "\(range) of \(count)")
    return unsafe VectorView(base: base + range.lowerBound, count: range.count)
  }

  /// Views a part of the buffer as a matrix.
  ///
  /// The view does not keep the buffer alive: the caller does.
  ///
  /// - Precondition: The matrix lies in the buffer.
  @unsafe
  public func matrix(at start: Int, rows: Int, columns: Int, stride: Int? = nil) -> MatrixView {
    let stride = stride ?? columns
    let needed = rows == 0 ? 0 : (rows - 1) * stride + columns
    precondition(
      start >= 0 && rows >= 0 && start <= count && needed <= count - start,
      "(\(rows), \(columns)) at \(start) of \(count)"
    )
    return unsafe MatrixView(base: base + start, rows: rows, columns: columns, stride: stride)
  }
}
