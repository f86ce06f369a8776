package import KernelInterface

extension ReferenceKernels {
  /// x / (1 − p) where the mask keeps a number, and zero elsewhere.
  package static func drop(_ x: ReferenceMatrix, _ mask: DropoutMask) -> ReferenceMatrix {
    var y = x
    for row in 0..<x.rows {
      for column in 0..<x.columns {
        let isKept = mask.keeps(row: row, column: column)
        y[row, column] = isKept ? x[row, column] * Double(mask.scale) : 0
      }
    }
    return y
  }
}
