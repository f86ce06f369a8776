/// A small symmetric matrix, stored whole.
struct SymmetricMatrix {
  let size: Int
  private(set) var values: [Double]

  init(size: Int) {
    self.size = size
    values = [Double](repeating: 0, count: size * size)
  }

  init(size: Int, rows: [Double]) {
    precondition(rows.count == size * size, "\(rows.count) values for a size of \(size)")
    self.size = size
    values = rows
  }

  subscript(row: Int, column: Int) -> Double {
    get { values[row * size + column] }
    set { values[row * size + column] = newValue }
  }

  /// The solution x of A x = b, or nil where A is not positive definite.
  ///
  /// - Complexity: O(size³), by Cholesky's factors.
  func solve(_ right: [Double]) -> [Double]? {
    var factor = values
    for column in 0..<size {
      for row in column..<size {
        var sum = factor[row * size + column]
        for k in 0..<column { sum -= factor[row * size + k] * factor[column * size + k] }
        if row == column {
          // subtle: relative to the diagonal, so that a pivot of pure rounding noise is refused.
          guard sum > 1e-14 * values[column * size + column], sum.isFinite else { return nil }
          factor[column * size + column] = sum.squareRoot()
        } else {
          factor[row * size + column] = sum / factor[column * size + column]
        }
      }
    }
    var x = right
    for row in 0..<size {
      for k in 0..<row { x[row] -= factor[row * size + k] * x[k] }
      x[row] /= factor[row * size + row]
    }
    for row in stride(from: size - 1, through: 0, by: -1) {
      for k in row + 1..<size { x[row] -= factor[k * size + row] * x[k] }
      x[row] /= factor[row * size + row]
    }
    return x
  }

  /// The eigenvalues, ascending.
  ///
  /// - Complexity: O(size³) a sweep, some ten sweeps, by Jacobi's rotations.
  var eigenvalues: [Double] {
    var a = values
    for _ in 0..<60 {
      var offDiagonal = 0.0
      for p in 0..<size {
        for q in p + 1..<size {
          let apq = a[p * size + q]
          offDiagonal += apq * apq
          guard apq != 0 else { continue }
          let theta = (a[q * size + q] - a[p * size + p]) / (2 * apq)
          let t = (theta < 0 ? -1 : 1) / (abs(theta) + (theta * theta + 1).squareRoot())
          let c = 1 / (t * t + 1).squareRoot()
          let s = t * c
          for k in 0..<size {
            let kp = a[k * size + p]
            let kq = a[k * size + q]
            a[k * size + p] = c * kp - s * kq
            a[k * size + q] = s * kp + c * kq
          }
          for k in 0..<size {
            let pk = a[p * size + k]
            let qk = a[q * size + k]
            a[p * size + k] = c * pk - s * qk
            a[q * size + k] = s * pk + c * qk
          }
        }
      }
      if offDiagonal == 0 || !offDiagonal.isFinite { break }
    }
    return (0..<size).map { a[$0 * size + $0] }.sorted()
  }

  /// The largest eigenvalue over the smallest, after the diagonal was scaled to one.
  ///
  /// Infinite for a matrix that is singular within rounding.
  var scaledConditionNumber: Double {
    var scaled = self
    for row in 0..<size {
      for column in 0..<size {
        let scale = (self[row, row] * self[column, column]).squareRoot()
        guard scale > 0 else { return .infinity }
        scaled[row, column] /= scale
      }
    }
    let eigenvalues = scaled.eigenvalues
    guard let low = eigenvalues.first, let high = eigenvalues.last, low > 0 else {
      return .infinity
    }
    return high / low
  }
}
