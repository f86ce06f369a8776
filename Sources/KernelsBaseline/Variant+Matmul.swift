internal import CVector
public import KernelInterface

/// The products in a block of sums: a panel of B of this height stays in the first-level cache.
private let innerBlock = 512
/// The most rows in a block of A: this many rows of a block stay in the second-level cache.
private let rowBlock = 264

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

  /// C = [addend +] [bias +] A·B, where A is `a`, or aᵀ.
  public static func multiply(
    _ a: MatrixView,
    transposed: Bool,
    _ b: RightFactor,
    into c: MatrixView,
    adding addend: MatrixView?,
    bias: VectorView?
  ) {
    switch b.precision {
    case .f32: multiply(a, transposed, b, c, addend, bias, SingleNumbers.self)
    case .bf16: multiply(a, transposed, b, c, addend, bias, BFloat16Pairs.self)
    }
  }

  /// The product of numbers, or of words.
  ///
  /// Sums run over blocks of ``innerBlock`` products, each from the first to the last, whatever rows
  /// and columns are asked for: a number of C does not depend on how C is divided.
  private static func multiply<Arithmetic: TileArithmetic>(
    _ a: MatrixView,
    _ transposed: Bool,
    _ b: RightFactor,
    _ c: MatrixView,
    _ addend: MatrixView?,
    _ bias: VectorView?,
    _: Arithmetic.Type
  ) {
    let rowStride = transposed ? 1 : a.stride
    let innerStride = transposed ? a.stride : 1
    // Blocks of even height, in whole tiles.
    let blocks = max(1, (c.rows &+ rowBlock &- 1) / rowBlock)
    let blockRows = ((c.rows &+ blocks &- 1) / blocks &+ tileRows &- 1) / tileRows &* tileRows
    var k = 0
    repeat {
      let inner = min(innerBlock, b.rows &- k)
      let previous = k == 0 ? addend : c
      var blockStart = 0
      while blockStart < c.rows {
        let blockEnd = min(blockStart &+ blockRows, c.rows)
        var column = 0
        var panel = unsafe Floats(b.base) + k &* b.rowStride
        while column < c.columns {
          let columns = min(panelWidth, c.columns &- column)
          var row = blockStart
          while row < blockEnd {
            let rows = min(tileRows, blockEnd &- row)
            let product = TileProduct(
              inner: inner,
              a: Floats(a) + (row &* rowStride &+ k &* innerStride),
              rowStride: rowStride,
              innerStride: innerStride,
              b: panel,
              bStride: b.rowStride,
              c: c.place(row, column),
              cStride: c.stride,
              columns: columns,
              previous: previous.map { $0.place(row, column) },
              previousStride: previous?.stride ?? 0,
              bias: k == 0 ? bias.map { Floats($0) + column } : nil
            )
            product.run(rows: rows, Arithmetic.self)
            row &+= rows
          }
          column &+= panelWidth
          panel += b.panelStride
        }
        blockStart = blockEnd
      }
      k &+= inner
    } while k < b.rows
  }
}
