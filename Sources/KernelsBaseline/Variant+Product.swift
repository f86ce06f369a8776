internal import CVector
public import KernelInterface

/// The products in a block of sums: a panel of B of this height stays in the first-level cache.
private let innerBlock = 512
/// How many numbers ahead a panel of B is asked for: what is read for the first time comes from
/// memory, and products of few rows wait for it otherwise.
private let prefetchDistance = 1024
/// The most rows in a block of A: this many rows of a block stay in the second-level cache.
private let rowBlock = 264

#if LEVEL_AVX2 || (LEVEL_BASELINE && arch(x86_64))
  /// The rows of a tile: sixteen registers hold 6 × 2 vectors, one row of B and a number of A.
  private let tileRows = 6
#else
  /// The rows of a tile: thirty-two registers hold 12 × 2 vectors, one row of B and a number of A.
  private let tileRows = 12
#endif

extension Variant {
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

/// How a tile multiplies what its registers hold.
private protocol TileArithmetic {
  /// a · b + sum, lane by lane.
  static func multiplyAdd(_ a: Lanes, _ b: Lanes, _ sum: Lanes) -> Lanes
}

/// A lane is a number.
private enum SingleNumbers: TileArithmetic {
  @inline(__always) static func multiplyAdd(_ a: Lanes, _ b: Lanes, _ sum: Lanes) -> Lanes {
    cv_multiply_add(a, b, sum)
  }
}

/// A lane is a word of two bfloat16 numbers, neighbors in the sum.
private enum BFloat16Pairs: TileArithmetic {
  @inline(__always) static func multiplyAdd(_ a: Lanes, _ b: Lanes, _ sum: Lanes) -> Lanes {
    cv_multiply_add_pairs(a, b, sum)
  }
}

/// What one tile computes: C = previous + bias + A·B.
///
/// Subtle: a larger structure known outside its file brings weak functions that copy it, built for
/// this processor level; the linker could choose them for the whole program.
private struct TileProduct {
  /// The number of products in a sum.
  var inner: Int
  /// Element (r, k) of A stands at a[r · rowStride + k · innerStride].
  var a: Floats
  var rowStride: Int
  var innerStride: Int
  /// Element (k, j) of B stands at b[k · bStride + j].
  var b: Floats
  var bStride: Int
  /// The tile's first number, and the distance between its rows.
  var c: Floats
  var cStride: Int
  /// How many numbers of a row are written.
  var columns: Int
  /// What is added, if anything; it may be `c`.
  var previous: Floats?
  var previousStride: Int
  /// What is added to each row, if anything.
  var bias: Floats?
}

/// The innermost product: a tile of C stays in registers while A and a panel of B pass by.
///
/// `count` must be `rows` · `vectors`. The loops over the tile's size are unrolled by the compiler,
/// which keeps the accumulators in registers.
private enum Tile<let rows: Int, let vectors: Int, let count: Int, Arithmetic: TileArithmetic> {
  @inline(never)
  static func multiply(_ product: TileProduct) {
    var sums = InlineArray<count, Lanes>(repeating: all(0))
    let (rowStride, innerStride) = (product.rowStride, product.innerStride)
    let (c, columns) = (product.c, product.columns)
    var a = product.a
    var b = product.b
    var k = product.inner
    while k > 0 {
      var factors = InlineArray<vectors, Lanes>(repeating: all(0))
      for v in 0..<vectors { factors[v] = b.load(v &* lanes) }
      for r in 0..<rows {
        let factor = all(a[r &* rowStride])
        for v in 0..<vectors {
          sums[r &* vectors &+ v] = Arithmetic.multiplyAdd(
            factor,
            factors[v],
            sums[r &* vectors &+ v]
          )
        }
      }
      b.prefetch(prefetchDistance)
      if vectors > 1 { b.prefetch(prefetchDistance &+ lanes) }
      a += innerStride
      b += product.bStride
      k &-= 1
    }
    if let bias = product.bias {
      for v in 0..<vectors {
        let value = bias.load(v &* lanes, first: columns &- v &* lanes)
        for r in 0..<rows { sums[r &* vectors &+ v] += value }
      }
    }
    if columns == vectors &* lanes {
      if let previous = product.previous {
        for r in 0..<rows {
          for v in 0..<vectors {
            sums[r &* vectors &+ v] += previous.load(r &* product.previousStride &+ v &* lanes)
          }
        }
      }
      for r in 0..<rows {
        for v in 0..<vectors {
          c.store(sums[r &* vectors &+ v], r &* product.cStride &+ v &* lanes)
        }
      }
    } else {
      for r in 0..<rows {
        for v in 0..<vectors {
          let first = columns &- v &* lanes
          var sum = sums[r &* vectors &+ v]
          if let previous = product.previous {
            sum += previous.load(r &* product.previousStride &+ v &* lanes, first: first)
          }
          c.store(sum, r &* product.cStride &+ v &* lanes, first: first)
        }
      }
    }
  }
}

extension TileProduct {
  /// Runs the tile of as many rows, one or two vectors wide.
  ///
  /// Sizes are part of a tile's type, so that each has its registers; this is where they meet numbers.
  @inline(__always)
  fileprivate func run<Arithmetic: TileArithmetic>(rows: Int, _: Arithmetic.Type) {
    if columns > lanes { runTwo(rows, Arithmetic.self) } else { runOne(rows, Arithmetic.self) }
  }

  @inline(__always)
  private func runTwo<Arithmetic: TileArithmetic>(_ rows: Int, _: Arithmetic.Type) {
    switch rows {
    case 1: Tile<1, 2, 2, Arithmetic>.multiply(self)
    case 2: Tile<2, 2, 4, Arithmetic>.multiply(self)
    case 3: Tile<3, 2, 6, Arithmetic>.multiply(self)
    case 4: Tile<4, 2, 8, Arithmetic>.multiply(self)
    case 5: Tile<5, 2, 10, Arithmetic>.multiply(self)
    #if LEVEL_AVX2 || (LEVEL_BASELINE && arch(x86_64))
      default: Tile<6, 2, 12, Arithmetic>.multiply(self)
    #else
      case 6: Tile<6, 2, 12, Arithmetic>.multiply(self)
      case 7: Tile<7, 2, 14, Arithmetic>.multiply(self)
      case 8: Tile<8, 2, 16, Arithmetic>.multiply(self)
      case 9: Tile<9, 2, 18, Arithmetic>.multiply(self)
      case 10: Tile<10, 2, 20, Arithmetic>.multiply(self)
      case 11: Tile<11, 2, 22, Arithmetic>.multiply(self)
      default: Tile<12, 2, 24, Arithmetic>.multiply(self)
    #endif
    }
  }

  @inline(__always)
  private func runOne<Arithmetic: TileArithmetic>(_ rows: Int, _: Arithmetic.Type) {
    switch rows {
    case 1: Tile<1, 1, 1, Arithmetic>.multiply(self)
    case 2: Tile<2, 1, 2, Arithmetic>.multiply(self)
    case 3: Tile<3, 1, 3, Arithmetic>.multiply(self)
    case 4: Tile<4, 1, 4, Arithmetic>.multiply(self)
    case 5: Tile<5, 1, 5, Arithmetic>.multiply(self)
    #if LEVEL_AVX2 || (LEVEL_BASELINE && arch(x86_64))
      default: Tile<6, 1, 6, Arithmetic>.multiply(self)
    #else
      case 6: Tile<6, 1, 6, Arithmetic>.multiply(self)
      case 7: Tile<7, 1, 7, Arithmetic>.multiply(self)
      case 8: Tile<8, 1, 8, Arithmetic>.multiply(self)
      case 9: Tile<9, 1, 9, Arithmetic>.multiply(self)
      case 10: Tile<10, 1, 10, Arithmetic>.multiply(self)
      case 11: Tile<11, 1, 11, Arithmetic>.multiply(self)
      default: Tile<12, 1, 12, Arithmetic>.multiply(self)
    #endif
    }
  }
}
