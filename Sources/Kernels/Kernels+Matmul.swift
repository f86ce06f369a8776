public import KernelInterface

extension Kernels {
  /// The number of panels of a packed factor with `columns` columns.
  public func panelCount(columns: Int) -> Int {
    (columns + set.panelWidth - 1) / set.panelWidth
  }

  /// The words of 32 bits a packed factor of (rows, columns) takes.
  public func packedCount(
    rows: Int,
    columns: Int,
    precision: ProductPrecision = .f32
  ) -> Int {
    panelCount(columns: columns) * set.panelWidth * precision.words(rows)
  }

  /// Writes some panels of the factor B = source, or B = sourceᵀ.
  ///
  /// - Parameters:
  ///   - source: (K, N), or (N, K) where `transposed`.
  ///   - transposed: Whether B = sourceᵀ.
  ///   - precision: What the panels shall hold.
  ///   - panels: Which panels of ``panelCount(columns:)``; threads share the work by them.
  ///   - target: ``packedCount(rows:columns:precision:)`` words, the panels' part overwritten.
  public func pack(
    _ source: MatrixView,
    transposed: Bool,
    precision: ProductPrecision = .f32,
    panels: Range<Int>,
    into target: VectorView
  ) {
    let rows = transposed ? source.columns : source.rows
    let columns = transposed ? source.rows : source.columns
    precondition(
      panels.lowerBound >= 0 && panels.upperBound <= panelCount(columns: columns)
        && target.count >= packedCount(rows: rows, columns: columns, precision: precision),
      "panels \(panels) of \(rows) × \(columns) into \(target.count) numbers"
    )
    set.pack(source, transposed: transposed, precision: precision, panels: panels, into: target)
  }

  /// Rounds numbers to bfloat16, two in a word: the factors of products in bfloat16.
  ///
  /// `inRows` is a left factor A = x; `inColumns` is A = xᵀ where products take it transposed, and
  /// the right factor B = x in place. `[[1, 2, 3]]` gives `[[1|2, 3|0]]` in rows and
  /// `[[1|0, 2|0, 3|0]]` in columns.
  ///
  /// - Parameters:
  ///   - x: (rows, n).
  ///   - inRows: (rows, ⌈n / 2⌉) words, overwritten.
  ///   - inColumns: (⌈rows / 2⌉, n) words, overwritten.
  public func pair(_ x: MatrixView, inRows: MatrixView? = nil, inColumns: MatrixView? = nil) {
    if let inRows {
      precondition(
        inRows.rows == x.rows && inRows.columns == ProductPrecision.bf16.words(x.columns),
        "(\(x.rows), \(x.columns)) paired in rows of (\(inRows.rows), \(inRows.columns))"
      )
    }
    if let inColumns {
      precondition(
        inColumns.rows == ProductPrecision.bf16.words(x.rows) && inColumns.columns == x.columns,
        "(\(x.rows), \(x.columns)) paired in columns of (\(inColumns.rows), \(inColumns.columns))"
      )
    }
    set.pair(x, inRows: inRows, inColumns: inColumns)
  }

  /// A packed factor B of (rows, columns).
  public func packedFactor(
    _ packed: VectorView,
    rows: Int,
    columns: Int,
    precision: ProductPrecision = .f32
  ) -> RightFactor {
    precondition(
      rows >= 0 && columns >= 0
        && packed.count >= packedCount(rows: rows, columns: columns, precision: precision),
      "\(rows) × \(columns) in \(packed.count) numbers"
    )
    let words = precision.words(rows)
    return unsafe RightFactor(
      base: UnsafePointer(packed.base),
      precision: precision,
      rows: words,
      columns: columns,
      panelStride: set.panelWidth * words,
      rowStride: set.panelWidth
    )
  }

  /// A factor B that stays where it is: numbers, or words that
  /// ``pair(_:inRows:inColumns:)`` wrote in columns.
  ///
  /// - Precondition: ``rowPadding`` numbers beyond the last row's end can be read; they may hold
  ///   anything.
  public func factorInPlace(
    _ matrix: MatrixView,
    precision: ProductPrecision = .f32
  ) -> RightFactor {
    unsafe RightFactor(
      base: UnsafePointer(matrix.base),
      precision: precision,
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
  ///   - a: (M, K), or (K, M) where `transposed`; words of ``pair(_:inRows:inColumns:)`` where B
  ///     holds words.
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
