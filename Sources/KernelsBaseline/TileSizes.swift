internal import CVector
internal import KernelInterface

#if LEVEL_AVX2 || (LEVEL_BASELINE && arch(x86_64))
  /// The rows of a tile: sixteen registers hold 6 × 2 vectors, one row of B and a number of A.
  let tileRows = 6
#else
  /// The rows of a tile: thirty-two registers hold 12 × 2 vectors, one row of B and a number of A.
  let tileRows = 12
#endif

/// Runs the tile of as many rows as there are, two vectors wide.
@inline(__always)
func tile2(
  _ rows: Int,
  _ inner: Int,
  _ a: Floats,
  _ rowStride: Int,
  _ innerStride: Int,
  _ b: Floats,
  _ bStride: Int,
  _ c: Floats,
  _ cStride: Int,
  _ columns: Int,
  _ previous: Floats?,
  _ previousStride: Int,
  _ bias: Floats?
) {
  switch rows {
  case 1:
    Tile<1, 2, 2>.multiply(
      inner: inner,
      a,
      rowStride: rowStride,
      innerStride: innerStride,
      b,
      bStride: bStride,
      into: c,
      cStride: cStride,
      columns: columns,
      previous: previous,
      previousStride: previousStride,
      bias: bias
    )
  case 2:
    Tile<2, 2, 4>.multiply(
      inner: inner,
      a,
      rowStride: rowStride,
      innerStride: innerStride,
      b,
      bStride: bStride,
      into: c,
      cStride: cStride,
      columns: columns,
      previous: previous,
      previousStride: previousStride,
      bias: bias
    )
  case 3:
    Tile<3, 2, 6>.multiply(
      inner: inner,
      a,
      rowStride: rowStride,
      innerStride: innerStride,
      b,
      bStride: bStride,
      into: c,
      cStride: cStride,
      columns: columns,
      previous: previous,
      previousStride: previousStride,
      bias: bias
    )
  case 4:
    Tile<4, 2, 8>.multiply(
      inner: inner,
      a,
      rowStride: rowStride,
      innerStride: innerStride,
      b,
      bStride: bStride,
      into: c,
      cStride: cStride,
      columns: columns,
      previous: previous,
      previousStride: previousStride,
      bias: bias
    )
  case 5:
    Tile<5, 2, 10>.multiply(
      inner: inner,
      a,
      rowStride: rowStride,
      innerStride: innerStride,
      b,
      bStride: bStride,
      into: c,
      cStride: cStride,
      columns: columns,
      previous: previous,
      previousStride: previousStride,
      bias: bias
    )
  #if LEVEL_AVX2 || (LEVEL_BASELINE && arch(x86_64))
    default:
      Tile<6, 2, 12>.multiply(
        inner: inner,
        a,
        rowStride: rowStride,
        innerStride: innerStride,
        b,
        bStride: bStride,
        into: c,
        cStride: cStride,
        columns: columns,
        previous: previous,
        previousStride: previousStride,
        bias: bias
      )
  #else
    case 6:
      Tile<6, 2, 12>.multiply(
        inner: inner,
        a,
        rowStride: rowStride,
        innerStride: innerStride,
        b,
        bStride: bStride,
        into: c,
        cStride: cStride,
        columns: columns,
        previous: previous,
        previousStride: previousStride,
        bias: bias
      )
    case 7:
      Tile<7, 2, 14>.multiply(
        inner: inner,
        a,
        rowStride: rowStride,
        innerStride: innerStride,
        b,
        bStride: bStride,
        into: c,
        cStride: cStride,
        columns: columns,
        previous: previous,
        previousStride: previousStride,
        bias: bias
      )
    case 8:
      Tile<8, 2, 16>.multiply(
        inner: inner,
        a,
        rowStride: rowStride,
        innerStride: innerStride,
        b,
        bStride: bStride,
        into: c,
        cStride: cStride,
        columns: columns,
        previous: previous,
        previousStride: previousStride,
        bias: bias
      )
    case 9:
      Tile<9, 2, 18>.multiply(
        inner: inner,
        a,
        rowStride: rowStride,
        innerStride: innerStride,
        b,
        bStride: bStride,
        into: c,
        cStride: cStride,
        columns: columns,
        previous: previous,
        previousStride: previousStride,
        bias: bias
      )
    case 10:
      Tile<10, 2, 20>.multiply(
        inner: inner,
        a,
        rowStride: rowStride,
        innerStride: innerStride,
        b,
        bStride: bStride,
        into: c,
        cStride: cStride,
        columns: columns,
        previous: previous,
        previousStride: previousStride,
        bias: bias
      )
    case 11:
      Tile<11, 2, 22>.multiply(
        inner: inner,
        a,
        rowStride: rowStride,
        innerStride: innerStride,
        b,
        bStride: bStride,
        into: c,
        cStride: cStride,
        columns: columns,
        previous: previous,
        previousStride: previousStride,
        bias: bias
      )
    default:
      Tile<12, 2, 24>.multiply(
        inner: inner,
        a,
        rowStride: rowStride,
        innerStride: innerStride,
        b,
        bStride: bStride,
        into: c,
        cStride: cStride,
        columns: columns,
        previous: previous,
        previousStride: previousStride,
        bias: bias
      )
  #endif
  }
}

/// Runs the tile of as many rows as there are, one vector wide.
@inline(__always)
func tile1(
  _ rows: Int,
  _ inner: Int,
  _ a: Floats,
  _ rowStride: Int,
  _ innerStride: Int,
  _ b: Floats,
  _ bStride: Int,
  _ c: Floats,
  _ cStride: Int,
  _ columns: Int,
  _ previous: Floats?,
  _ previousStride: Int,
  _ bias: Floats?
) {
  switch rows {
  case 1:
    Tile<1, 1, 1>.multiply(
      inner: inner,
      a,
      rowStride: rowStride,
      innerStride: innerStride,
      b,
      bStride: bStride,
      into: c,
      cStride: cStride,
      columns: columns,
      previous: previous,
      previousStride: previousStride,
      bias: bias
    )
  case 2:
    Tile<2, 1, 2>.multiply(
      inner: inner,
      a,
      rowStride: rowStride,
      innerStride: innerStride,
      b,
      bStride: bStride,
      into: c,
      cStride: cStride,
      columns: columns,
      previous: previous,
      previousStride: previousStride,
      bias: bias
    )
  case 3:
    Tile<3, 1, 3>.multiply(
      inner: inner,
      a,
      rowStride: rowStride,
      innerStride: innerStride,
      b,
      bStride: bStride,
      into: c,
      cStride: cStride,
      columns: columns,
      previous: previous,
      previousStride: previousStride,
      bias: bias
    )
  case 4:
    Tile<4, 1, 4>.multiply(
      inner: inner,
      a,
      rowStride: rowStride,
      innerStride: innerStride,
      b,
      bStride: bStride,
      into: c,
      cStride: cStride,
      columns: columns,
      previous: previous,
      previousStride: previousStride,
      bias: bias
    )
  case 5:
    Tile<5, 1, 5>.multiply(
      inner: inner,
      a,
      rowStride: rowStride,
      innerStride: innerStride,
      b,
      bStride: bStride,
      into: c,
      cStride: cStride,
      columns: columns,
      previous: previous,
      previousStride: previousStride,
      bias: bias
    )
  #if LEVEL_AVX2 || (LEVEL_BASELINE && arch(x86_64))
    default:
      Tile<6, 1, 6>.multiply(
        inner: inner,
        a,
        rowStride: rowStride,
        innerStride: innerStride,
        b,
        bStride: bStride,
        into: c,
        cStride: cStride,
        columns: columns,
        previous: previous,
        previousStride: previousStride,
        bias: bias
      )
  #else
    case 6:
      Tile<6, 1, 6>.multiply(
        inner: inner,
        a,
        rowStride: rowStride,
        innerStride: innerStride,
        b,
        bStride: bStride,
        into: c,
        cStride: cStride,
        columns: columns,
        previous: previous,
        previousStride: previousStride,
        bias: bias
      )
    case 7:
      Tile<7, 1, 7>.multiply(
        inner: inner,
        a,
        rowStride: rowStride,
        innerStride: innerStride,
        b,
        bStride: bStride,
        into: c,
        cStride: cStride,
        columns: columns,
        previous: previous,
        previousStride: previousStride,
        bias: bias
      )
    case 8:
      Tile<8, 1, 8>.multiply(
        inner: inner,
        a,
        rowStride: rowStride,
        innerStride: innerStride,
        b,
        bStride: bStride,
        into: c,
        cStride: cStride,
        columns: columns,
        previous: previous,
        previousStride: previousStride,
        bias: bias
      )
    case 9:
      Tile<9, 1, 9>.multiply(
        inner: inner,
        a,
        rowStride: rowStride,
        innerStride: innerStride,
        b,
        bStride: bStride,
        into: c,
        cStride: cStride,
        columns: columns,
        previous: previous,
        previousStride: previousStride,
        bias: bias
      )
    case 10:
      Tile<10, 1, 10>.multiply(
        inner: inner,
        a,
        rowStride: rowStride,
        innerStride: innerStride,
        b,
        bStride: bStride,
        into: c,
        cStride: cStride,
        columns: columns,
        previous: previous,
        previousStride: previousStride,
        bias: bias
      )
    case 11:
      Tile<11, 1, 11>.multiply(
        inner: inner,
        a,
        rowStride: rowStride,
        innerStride: innerStride,
        b,
        bStride: bStride,
        into: c,
        cStride: cStride,
        columns: columns,
        previous: previous,
        previousStride: previousStride,
        bias: bias
      )
    default:
      Tile<12, 1, 12>.multiply(
        inner: inner,
        a,
        rowStride: rowStride,
        innerStride: innerStride,
        b,
        bStride: bStride,
        into: c,
        cStride: cStride,
        columns: columns,
        previous: previous,
        previousStride: previousStride,
        bias: bias
      )
  #endif
  }
}
