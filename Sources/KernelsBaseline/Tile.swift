internal import CVector
internal import KernelInterface

/// The innermost product: a tile of C stays in registers while A and a panel of B pass by.
///
/// `count` must be `rows` · `vectors`. The loops over the tile's size are unrolled by the compiler,
/// which keeps the accumulators in registers.
enum Tile<let rows: Int, let vectors: Int, let count: Int> {
  /// C = previous + bias + A·B for one tile.
  ///
  /// - Parameters:
  ///   - inner: The number of products in a sum.
  ///   - a: Element (r, k) stands at a[r · rowStride + k · innerStride].
  ///   - rowStride: See `a`.
  ///   - innerStride: See `a`.
  ///   - b: Element (k, j) stands at b[k · bStride + j].
  ///   - bStride: See `b`.
  ///   - c: The tile's first number.
  ///   - cStride: The distance between its rows.
  ///   - columns: How many numbers of a row are written.
  ///   - previous: What is added, if anything; it may be `c`.
  ///   - previousStride: The distance between its rows.
  ///   - bias: What is added to each row, if anything.
  @inline(never)
  static func multiply(
    inner: Int,
    _ a: Floats,
    rowStride: Int,
    innerStride: Int,
    _ b: Floats,
    bStride: Int,
    into c: Floats,
    cStride: Int,
    columns: Int,
    previous: Floats?,
    previousStride: Int,
    bias: Floats?
  ) {
    var sums = InlineArray<count, Lanes>(repeating: all(0))
    var a = a
    var b = b
    var k = inner
    while k > 0 {
      var factors = InlineArray<vectors, Lanes>(repeating: all(0))
      for v in 0..<vectors { factors[v] = b.load(v &* lanes) }
      for r in 0..<rows {
        let factor = all(a[r &* rowStride])
        for v in 0..<vectors {
          sums[r &* vectors &+ v] = cv_multiply_add(
            factor,
            factors[v],
            sums[r &* vectors &+ v]
          )
        }
      }
      a += innerStride
      b += bStride
      k &-= 1
    }
    if let bias {
      for v in 0..<vectors {
        let value = bias.load(v &* lanes, first: columns &- v &* lanes)
        for r in 0..<rows { sums[r &* vectors &+ v] += value }
      }
    }
    if columns == vectors &* lanes {
      if let previous {
        for r in 0..<rows {
          for v in 0..<vectors {
            sums[r &* vectors &+ v] += previous.load(r &* previousStride &+ v &* lanes)
          }
        }
      }
      for r in 0..<rows {
        for v in 0..<vectors {
          c.store(sums[r &* vectors &+ v], r &* cStride &+ v &* lanes)
        }
      }
    } else {
      for r in 0..<rows {
        for v in 0..<vectors {
          let first = columns &- v &* lanes
          var sum = sums[r &* vectors &+ v]
          if let previous { sum += previous.load(r &* previousStride &+ v &* lanes, first: first) }
          c.store(sum, r &* cStride &+ v &* lanes, first: first)
        }
      }
    }
  }
}
