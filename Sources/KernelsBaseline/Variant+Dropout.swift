internal import CVector
public import KernelInterface

extension Variant {
  /// y = [residual +] the kept numbers of x, scaled.
  public static func drop(
    _ x: MatrixView,
    _ mask: DropoutMask,
    adding residual: MatrixView?,
    into y: MatrixView
  ) {
    for row in 0..<x.rows {
      let from = x.place(row, 0)
      let to = y.place(row, 0)
      let kept = KeptColumns(mask, row)
      if let rest = residual?.place(row, 0) {
        eachVector(x.columns) { i, count in
          let sum =
            rest.load(i, first: count) + kept.scaled(from.load(i, first: count), i, mask.scale)
          to.store(sum, i, first: count)
        }
      } else {
        eachVector(x.columns) { i, count in
          to.store(kept.scaled(from.load(i, first: count), i, mask.scale), i, first: count)
        }
      }
    }
  }
}

/// One row of a mask.
///
/// subtle: of 16 bytes the compiler would write a weak function that copies such a value by vector
/// registers, and the linker could take this level's copy for the whole program.
struct KeptColumns {
  private let key: DropoutMask.RowKey
  private let bound: UInt32

  @inline(__always) init(_ mask: DropoutMask, _ row: Int) {
    key = mask.rowKey(row)
    bound = mask.bound
  }

  /// The lanes from a column on, zero where they are dropped.
  @inline(__always) func callAsFunction(_ value: Lanes, _ column: Int) -> Lanes {
    cv_keep(value, UInt32(truncatingIfNeeded: column), key.first, key.second, bound)
  }

  /// The same, and what stays multiplied by the mask's factor.
  @inline(__always) func scaled(_ value: Lanes, _ column: Int, _ scale: Float) -> Lanes {
    self(value, column) * all(scale)
  }
}
