public import KernelInterface

extension Kernels {
  /// y = [residual +] x / (1 − p) where the mask keeps a number, and zero, or the residual, elsewhere.
  ///
  /// It is its own gradient: dropping the gradient of y with the same mask gives that of x.
  ///
  /// - Parameters:
  ///   - x: (rows, n).
  ///   - mask: Its first row belongs to the first row of `x`.
  ///   - residual: (rows, n), or none.
  ///   - y: (rows, n), overwritten; may be `x` or `residual`.
  /// - Source: Srivastava et al. 2014, JMLR 15:1929, scaled in training.
  public func drop(
    _ x: MatrixView,
    _ mask: DropoutMask,
    adding residual: MatrixView? = nil,
    into y: MatrixView
  ) {
    sameShape(x, y)
    if let residual { sameShape(x, residual) }
    set.drop(x, mask, adding: residual, into: y)
  }
}
