/// A matrix in double precision for kernels written as their formulas read.
package struct ReferenceMatrix: Sendable, Equatable {
  /// The number of rows.
  package let rows: Int
  /// The numbers in a row.
  package let columns: Int
  /// Row after row.
  package var values: [Double]

  /// Zeros, or the given numbers.
  ///
  /// - Precondition: There are rows · columns values.
  package init(rows: Int, columns: Int, values: [Double]? = nil) {
    self.rows = rows
    self.columns = columns
    self.values = values ?? [Double](repeating: 0, count: rows * columns)
    precondition(
      self.values.count == rows * columns,
      "\(self.values.count) for \(rows) × \(columns)"
    )
  }

  /// One number.
  package subscript(row: Int, column: Int) -> Double {
    get { values[row * columns + column] }
    set { values[row * columns + column] = newValue }
  }

  /// One row.
  package subscript(row: Int) -> [Double] {
    get { Array(values[row * columns..<(row + 1) * columns]) }
    set { values.replaceSubrange(row * columns..<(row + 1) * columns, with: newValue) }
  }

  /// Rows and columns exchanged.
  package var transposed: ReferenceMatrix {
    var result = ReferenceMatrix(rows: columns, columns: rows)
    for row in 0..<rows {
      for column in 0..<columns { result[column, row] = self[row, column] }
    }
    return result
  }

  /// A·B.
  package static func * (a: ReferenceMatrix, b: ReferenceMatrix) -> ReferenceMatrix {
    precondition(a.columns == b.rows, "(\(a.rows), \(a.columns)) times (\(b.rows), \(b.columns))")
    var result = ReferenceMatrix(rows: a.rows, columns: b.columns)
    for row in 0..<a.rows {
      for column in 0..<b.columns {
        result[row, column] = (0..<a.columns).reduce(0) { $0 + a[row, $1] * b[$1, column] }
      }
    }
    return result
  }

  /// A + B.
  package static func + (a: ReferenceMatrix, b: ReferenceMatrix) -> ReferenceMatrix {
    precondition(a.rows == b.rows && a.columns == b.columns, "shapes differ")
    return ReferenceMatrix(
      rows: a.rows,
      columns: a.columns,
      values: zip(a.values, b.values).map { $0 + $1 }
    )
  }
}
