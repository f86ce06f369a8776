/// A matrix of double-precision numbers, rows first, for the reference model.
///
/// Everything is written as the formula reads; nothing is fast.
package struct Matrix: Sendable, Equatable {
  /// The number of rows.
  package let rows: Int
  /// The number of columns.
  package let columns: Int
  /// The values, row after row.
  package var values: [Double]

  /// A matrix of zeros.
  package init(rows: Int, columns: Int) {
    self.init(rows: rows, columns: columns, values: [Double](repeating: 0, count: rows * columns))
  }

  /// A matrix of given values.
  ///
  /// - Precondition: There are as many as its size says.
  package init(rows: Int, columns: Int, values: [Double]) {
    precondition(values.count == rows * columns, "\(values.count) values in \(rows) × \(columns)")
    self.rows = rows
    self.columns = columns
    self.values = values
  }

  /// One value.
  package subscript(row: Int, column: Int) -> Double {
    get { values[row * columns + column] }
    set { values[row * columns + column] = newValue }
  }

  /// One row.
  package subscript(row: Int) -> [Double] {
    get { Array(values[row * columns..<(row + 1) * columns]) }
    set { values.replaceSubrange(row * columns..<(row + 1) * columns, with: newValue) }
  }

  /// The transpose.
  package var transposed: Matrix {
    var result = Matrix(rows: columns, columns: rows)
    for row in 0..<rows {
      for column in 0..<columns { result[column, row] = self[row, column] }
    }
    return result
  }

  /// Some columns.
  package func columns(_ range: Range<Int>) -> Matrix {
    var result = Matrix(rows: rows, columns: range.count)
    for row in 0..<rows {
      for column in range { result[row, column - range.lowerBound] = self[row, column] }
    }
    return result
  }

  /// Adds a matrix to the columns that start at an index.
  package mutating func add(_ other: Matrix, atColumn start: Int) {
    for row in 0..<rows {
      for column in 0..<other.columns { self[row, start + column] += other[row, column] }
    }
  }

  /// The matrix product.
  ///
  /// - Precondition: The inner dimensions agree.
  package static func * (left: Matrix, right: Matrix) -> Matrix {
    precondition(left.columns == right.rows, "\(left.columns) columns times \(right.rows) rows")
    var result = Matrix(rows: left.rows, columns: right.columns)
    for row in 0..<left.rows {
      for inner in 0..<left.columns {
        let factor = left[row, inner]
        for column in 0..<right.columns { result[row, column] += factor * right[inner, column] }
      }
    }
    return result
  }

  /// The product with a number.
  package static func * (factor: Double, matrix: Matrix) -> Matrix {
    matrix.map { factor * $0 }
  }

  /// The sum.
  package static func + (left: Matrix, right: Matrix) -> Matrix {
    Matrix(
      rows: left.rows,
      columns: left.columns,
      values: zip(left.values, right.values).map { $0 + $1 }
    )
  }

  /// The product, value by value.
  package func scaled(by other: Matrix) -> Matrix {
    Matrix(rows: rows, columns: columns, values: zip(values, other.values).map { $0 * $1 })
  }

  /// A function of each value.
  package func map(_ function: (Double) -> Double) -> Matrix {
    Matrix(rows: rows, columns: columns, values: values.map(function))
  }
}
