public import KernelInterface

extension Kernels {
  /// The number of panels of a packed factor with `columns` columns.
  public func panelCount(columns: Int) -> Int {
    (columns + set.panelWidth - 1) / set.panelWidth
  }

  /// The numbers a packed factor of (rows, columns) takes.
  public func packedCount(rows: Int, columns: Int) -> Int {
    panelCount(columns: columns) * set.panelWidth * rows
  }

  /// Writes some panels of the factor B = source, or B = sourceᵀ.
  ///
  /// - Parameters:
  ///   - source: (K, N), or (N, K) where `transposed`.
  ///   - transposed: Whether B = sourceᵀ.
  ///   - panels: Which panels of ``panelCount(columns:)``; threads share the work by them.
  ///   - target: ``packedCount(rows:columns:)`` numbers, the panels' part overwritten.
  public func pack(
    _ source: MatrixView,
    transposed: Bool,
    panels: Range<Int>,
    into target: VectorView
  ) {
    let rows = transposed ? source.columns : source.rows
    let columns = transposed ? source.rows : source.columns
    precondition(
      panels.lowerBound >= 0 && panels.upperBound <= panelCount(columns: columns)
        && target.count >= packedCount(rows: rows, columns: columns),
      "panels \(panels) of \(rows) × \(columns) into \(target.count) numbers"
    )
    set.pack(source, transposed: transposed, panels: panels, into: target)
  }

  /// A packed factor B of (rows, columns).
  public func packedFactor(_ packed: VectorView, rows: Int, columns: Int) -> RightFactor {
    precondition(
      rows >= 0 && columns >= 0 && packed.count >= packedCount(rows: rows, columns: columns),
      "\(rows) × \(columns) in \(packed.count) numbers"
    )
    return unsafe RightFactor(
      base: UnsafePointer(packed.base),
      rows: rows,
      columns: columns,
      panelStride: set.panelWidth * rows,
      rowStride: set.panelWidth
    )
  }

  /// A factor B that stays where it is.
  ///
  /// - Precondition: ``rowPadding`` numbers beyond the last row's end can be read; they may hold
  ///   anything.
  public func factorInPlace(_ matrix: MatrixView) -> RightFactor {
    unsafe RightFactor(
      base: UnsafePointer(matrix.base),
      rows: matrix.rows,
      columns: matrix.columns,
      panelStride: set.panelWidth,
      rowStride: matrix.stride
    )
  }

  /// C = A·B, plus an addend, plus a bias.
  ///
  /// Forms: Y = X Wᵀ packs W transposed; ∂X = ∂Y W packs W; ∂W = ∂Yᵀ X takes ∂Y transposed and X
  /// in place. Sums run in an order that depends on K alone, so that a number of C is the same to
  /// the bit however C is divided among calls.
  ///
  /// - Parameters:
  ///   - a: (M, K), or (K, M) where `transposed`.
  ///   - transposed: Whether A = aᵀ.
  ///   - b: (K, N).
  ///   - c: (M, N), overwritten.
  ///   - addend: (M, N); may be `c` itself.
  ///   - bias: (N), added to each row.
  /// - Complexity: 2 M N K operations; widths that are not multiples of a panel (32 numbers with
  ///   AVX-512) cost as much as the next multiple of half a panel.
  public func multiply(
    _ a: MatrixView,
    transposed: Bool = false,
    by b: RightFactor,
    into c: MatrixView,
    adding addend: MatrixView? = nil,
    bias: VectorView? = nil
  ) {
    let rows = transposed ? a.columns : a.rows
    let inner = transposed ? a.rows : a.columns
    precondition(
      rows == c.rows && inner == b.rows && b.columns == c.columns,
      "(\(rows), \(inner)) times (\(b.rows), \(b.columns)) into (\(c.rows), \(c.columns))"
    )
    if let addend {
      precondition(
        addend.rows == c.rows && addend.columns == c.columns,
        "(\(addend.rows), \(addend.columns)) added to (\(c.rows), \(c.columns))"
      )
    }
    if let bias { precondition(bias.count == c.columns, "\(bias.count) for \(c.columns) columns") }
    set.multiply(a, transposed: transposed, b, into: c, adding: addend, bias: bias)
  }
}
