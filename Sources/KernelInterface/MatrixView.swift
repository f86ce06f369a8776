/// A rectangle of numbers in memory: row by row, the rows a fixed distance apart.
///
/// A matrix is a view; it does not keep its memory alive. Whoever makes one from an address answers
/// for the memory and for threads that write to it; slices are checked against the whole.
@safe public struct MatrixView: @unchecked Sendable {
  /// The first number of the first row.
  @unsafe public let base: UnsafeMutablePointer<Float>
  /// The number of rows.
  public let rows: Int
  /// The numbers in a row that belong to the matrix.
  public let columns: Int
  /// The distance between the starts of two rows, in numbers.
  public let stride: Int

  /// Views memory as a matrix.
  ///
  /// - Precondition: The counts are not negative, and rows do not overlap.
  @unsafe @inlinable
  public init(base: UnsafeMutablePointer<Float>, rows: Int, columns: Int, stride: Int) {
    precondition(
      rows >= 0 && columns >= 0 && stride >= columns,
      "a matrix of \(rows) × \(columns) with rows \(stride) apart"
    )
    unsafe self.base = base
    self.rows = rows
    self.columns = columns
    self.stride = stride
  }

  /// Some of the rows.
  @inlinable
  public func rows(_ range: Range<Int>) -> MatrixView {
    precondition(range.lowerBound >= 0 && range.upperBound <= rows, "rows \(range) of \(rows)")
    return unsafe MatrixView(
      base: base + range.lowerBound * stride,
      rows: range.count,
      columns: columns,
      stride: stride
    )
  }

  /// Some of the columns.
  @inlinable
  public func columns(_ range: Range<Int>) -> MatrixView {
    precondition(
      range.lowerBound >= 0 && range.upperBound <= columns,
      "columns \(range) of \(columns)"
    )
    return unsafe MatrixView(
      base: base + range.lowerBound,
      rows: rows,
      columns: range.count,
      stride: stride
    )
  }

  /// One row in so many, from some row on.
  ///
  /// - Precondition: `first` is not negative and `step` is positive.
  @inlinable
  public func everyRow(from first: Int, step: Int) -> MatrixView {
    precondition(first >= 0 && step >= 1, "every row from \(first) by \(step)")
    let count = first < rows ? (rows - first - 1) / step + 1 : 0
    return unsafe MatrixView(
      base: base + (count == 0 ? 0 : first * stride),
      rows: count,
      columns: columns,
      stride: stride * step
    )
  }

  /// One row.
  @inlinable
  public func row(_ index: Int) -> VectorView {
    precondition(index >= 0 && index < rows, "row \(index) of \(rows)")
    return unsafe VectorView(base: base + index * stride, count: columns)
  }
}

/// Numbers side by side in memory; a view, like ``MatrixView``.
@safe public struct VectorView: @unchecked Sendable {
  /// The first number.
  @unsafe public let base: UnsafeMutablePointer<Float>
  /// How many there are.
  public let count: Int

  /// Views memory as a vector.
  ///
  /// - Precondition: `count` is not negative.
  @unsafe @inlinable
  public init(base: UnsafeMutablePointer<Float>, count: Int) {
    precondition(count >= 0, "a vector of \(count) numbers")
    unsafe self.base = base
    self.count = count
  }

  /// A part of the vector.
  @inlinable
  public subscript(range: Range<Int>) -> VectorView {
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "\(range) of \(count)")
    return unsafe VectorView(base: base + range.lowerBound, count: range.count)
  }

  /// One number.
  @inlinable
  public subscript(index: Int) -> Float {
    get {
      precondition(index >= 0 && index < count, "index \(index) of \(count)")
      return unsafe base[index]
    }
    nonmutating set {
      precondition(index >= 0 && index < count, "index \(index) of \(count)")
      unsafe base[index] = newValue
    }
  }

  /// Sets every number to zero.
  @inlinable
  public func clear() { unsafe base.update(repeating: 0, count: count) }

  /// The vector as rows of a matrix without gaps.
  ///
  /// - Precondition: `rows · columns` numbers fit.
  @inlinable
  public func matrix(rows: Int, columns: Int) -> MatrixView {
    precondition(
      rows >= 0 && columns >= 0 && rows * columns <= count,
      "\(rows) × \(columns) of \(count) numbers"
    )
    return unsafe MatrixView(base: base, rows: rows, columns: columns, stride: columns)
  }
}

/// The right factor of a matrix product, in panels of a few columns each.
///
/// A packed factor holds panel after panel, each of them row by row and zero beyond the last column.
/// A factor in place is a matrix whose rows can be read a little beyond their end. In bfloat16 a row
/// holds words, each of two numbers that follow one another in a column.
@safe public struct RightFactor: @unchecked Sendable {
  /// The first number of the first panel.
  @unsafe public let base: UnsafePointer<Float>
  /// What the factor holds: numbers, or words of two.
  public let precision: ProductPrecision
  /// K, the number of rows; of words in bfloat16.
  public let rows: Int
  /// N, the number of columns.
  public let columns: Int
  /// The distance between two panels.
  public let panelStride: Int
  /// The distance between two rows of a panel.
  public let rowStride: Int

  /// Views packed panels, or a matrix in place.
  @unsafe @inlinable
  public init(
    base: UnsafePointer<Float>,
    precision: ProductPrecision,
    rows: Int,
    columns: Int,
    panelStride: Int,
    rowStride: Int
  ) {
    unsafe self.base = base
    self.precision = precision
    self.rows = rows
    self.columns = columns
    self.panelStride = panelStride
    self.rowStride = rowStride
  }
}
