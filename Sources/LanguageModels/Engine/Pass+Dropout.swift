internal import Accounting
internal import Kernels

extension Pass {
  /// Whether what the parts of a block add to the stream is dropped.
  var dropsResiduals: Bool { masks != nil && shape.dropout.residual > 0 }

  /// Drops numbers of a chunk's rows, sequence by sequence; does nothing where there is no mask.
  ///
  /// - Parameters:
  ///   - x: (chunk rows, d).
  ///   - sequences: The chunk's.
  ///   - residual: Added to what is left, if given: (chunk rows, d).
  ///   - y: (chunk rows, d), overwritten; may be `x`.
  ///   - mask: The mask of a sequence.
  func drop(
    _ x: MatrixView,
    _ sequences: Range<Int>,
    adding residual: MatrixView? = nil,
    into y: MatrixView,
    _ mask: (_ sequence: Int) -> DropoutMask?
  ) {
    guard masks != nil else { return }
    for (place, sequence) in sequences.enumerated() {
      guard let mask = mask(sequence) else { return }
      let rows = place * geometry.context..<(place + 1) * geometry.context
      kernels.drop(x.rows(rows), mask, adding: residual?.rows(rows), into: y.rows(rows))
    }
  }
}
