public import KernelInterface

extension Variant {
  /// Writes the panels of B = source, or of B = sourceᵀ.
  public static func pack(
    _ source: MatrixView,
    transposed: Bool,
    precision: ProductPrecision,
    panels: Range<Int>,
    into target: VectorView
  ) {
    let inner = precision.words(transposed ? source.columns : source.rows)
    for panel in panels {
      let place = Floats(target) + panel &* panelWidth &* inner
      let column = panel &* panelWidth
      switch (precision, transposed) {
      case (.f32, true): packTransposed(source, firstColumn: column, into: place)
      case (.f32, false): packRows(source, firstColumn: column, into: place)
      case (.bf16, true): packPairsTransposed(source, firstColumn: column, into: place)
      case (.bf16, false): packPairs(source, firstColumn: column, into: place)
      }
    }
  }

  /// One panel of B = source: its rows are pieces of the source's rows.
  private static func packRows(_ source: MatrixView, firstColumn: Int, into target: Floats) {
    let count = source.columns &- firstColumn
    for row in 0..<source.rows {
      let from = source.place(row, firstColumn)
      let to = target + row &* panelWidth
      to.store(from.load(0, first: count))
      to.store(from.load(lanes, first: count &- lanes), lanes)
    }
  }

  /// One panel of B = sourceᵀ: its columns are rows of the source.
  private static func packTransposed(_ source: MatrixView, firstColumn: Int, into target: Floats) {
    let count = min(panelWidth, source.rows &- firstColumn)
    let inner = source.columns
    let wholeInner = inner / lanes &* lanes
    var column = 0
    while column < panelWidth {
      let present = max(0, min(lanes, count &- column))
      let to = target + column
      var k = 0
      if present == lanes {
        let from = source.place(firstColumn &+ column, 0)
        while k < wholeInner {
          (from + k).transposeSquare(
            stride: source.stride,
            into: to + k &* panelWidth,
            stride: panelWidth
          )
          k &+= lanes
        }
      }
      while k < inner {
        for j in 0..<lanes {
          to[k &* panelWidth &+ j] =
            j < present ? source.place(firstColumn &+ column &+ j, k)[0] : 0
        }
        k &+= 1
      }
      column &+= lanes
    }
  }
}
