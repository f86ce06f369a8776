internal import CVector
internal import KernelInterface

/// How a tile multiplies what its registers hold.
protocol TileArithmetic {
  /// a · b + sum, lane by lane.
  static func multiplyAdd(_ a: Lanes, _ b: Lanes, _ sum: Lanes) -> Lanes
}

/// A lane is a number.
enum SingleNumbers: TileArithmetic {
  @inline(__always) static func multiplyAdd(_ a: Lanes, _ b: Lanes, _ sum: Lanes) -> Lanes {
    cv_multiply_add(a, b, sum)
  }
}

/// A lane is a word of two bfloat16 numbers, neighbors in the sum.
enum BFloat16Pairs: TileArithmetic {
  @inline(__always) static func multiplyAdd(_ a: Lanes, _ b: Lanes, _ sum: Lanes) -> Lanes {
    cv_multiply_add_pairs(a, b, sum)
  }
}

/// What one tile computes: C = previous + bias + A·B.
struct TileProduct {
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
enum Tile<let rows: Int, let vectors: Int, let count: Int, Arithmetic: TileArithmetic> {
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
