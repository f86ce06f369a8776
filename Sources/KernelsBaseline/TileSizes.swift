#if LEVEL_AVX2 || (LEVEL_BASELINE && arch(x86_64))
  /// The rows of a tile: sixteen registers hold 6 × 2 vectors, one row of B and a number of A.
  let tileRows = 6
#else
  /// The rows of a tile: thirty-two registers hold 12 × 2 vectors, one row of B and a number of A.
  let tileRows = 12
#endif

extension TileProduct {
  /// Runs the tile of as many rows, one or two vectors wide.
  ///
  /// Sizes are part of a tile's type, so that each has its registers; this is where they meet numbers.
  @inline(__always)
  func run<Arithmetic: TileArithmetic>(rows: Int, _: Arithmetic.Type) {
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
