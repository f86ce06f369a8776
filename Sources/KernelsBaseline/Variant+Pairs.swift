internal import CVector
public import KernelInterface

extension Variant {
  /// Rounds numbers to bfloat16 and pairs them along the rows, along the columns, or both.
  public static func pair(_ x: MatrixView, inRows: MatrixView?, inColumns: MatrixView?) {
    var row = 0
    while row < x.rows {
      let upper = x.place(row, 0)
      let hasLower = row &+ 1 < x.rows
      let lower = hasLower ? x.place(row &+ 1, 0) : upper
      if let inRows {
        pairNeighbors(upper, x.columns, into: inRows.place(row, 0))
        if hasLower { pairNeighbors(lower, x.columns, into: inRows.place(row &+ 1, 0)) }
      }
      if let inColumns {
        let to = inColumns.place(row / 2, 0)
        eachVector(x.columns) { i, count in
          let second = hasLower ? lower.load(i, first: count) : all(0)
          to.store(cv_pair(upper.load(i, first: count), second), i, first: count)
        }
      }
      row &+= 2
    }
  }

  /// One row's words: numbers 2 j and 2 j + 1 in word j, zero beyond the last.
  @inline(__always)
  private static func pairNeighbors(_ from: Floats, _ columns: Int, into to: Floats) {
    eachVector((columns &+ 1) / 2) { j, count in
      let rest = columns &- 2 &* j
      let words = cv_pair_neighbors(
        from.load(2 &* j, first: rest),
        from.load(2 &* j &+ lanes, first: rest &- lanes)
      )
      to.store(words, j, first: count)
    }
  }

  /// One panel of B = source in words: row k pairs rows 2 k and 2 k + 1 of the source.
  static func packPairs(_ source: MatrixView, firstColumn: Int, into target: Floats) {
    let count = source.columns &- firstColumn
    var row = 0
    while row < source.rows {
      let upper = source.place(row, firstColumn)
      let lower = source.place(row &+ 1, firstColumn)
      // Beyond the last row there is nothing to read.
      let isLast = row &+ 1 == source.rows
      let to = target + row / 2 &* panelWidth
      to.store(
        cv_pair(upper.load(0, first: count), lower.load(0, first: isLast ? 0 : count))
      )
      let rest = count &- lanes
      to.store(
        cv_pair(upper.load(lanes, first: rest), lower.load(lanes, first: isLast ? 0 : rest)),
        lanes
      )
      row &+= 2
    }
  }

  /// One panel of B = sourceᵀ in words: its columns are rows of the source.
  static func packPairsTransposed(_ source: MatrixView, firstColumn: Int, into target: Floats) {
    let count = min(panelWidth, source.rows &- firstColumn)
    let inner = (source.columns &+ 1) / 2
    let wholeInner = inner / lanes &* lanes
    var column = 0
    while column < panelWidth {
      let present = max(0, min(lanes, count &- column))
      let to = target + column
      var k = 0
      if present == lanes {
        while k < wholeInner {
          let square = to + k &* panelWidth
          for j in 0..<lanes {
            let from = source.place(firstColumn &+ column &+ j, 2 &* k)
            let rest = source.columns &- 2 &* k
            let words = cv_pair_neighbors(
              from.load(0, first: rest),
              from.load(lanes, first: rest &- lanes)
            )
            square.store(words, j &* panelWidth)
          }
          square.transposeSquare(stride: panelWidth, into: square, stride: panelWidth)
          k &+= lanes
        }
      }
      while k < inner {
        for j in 0..<lanes {
          var word = all(0)
          if j < present {
            let from = source.place(firstColumn &+ column &+ j, 2 &* k)
            let isWhole = 2 &* k &+ 1 < source.columns
            word = cv_pair(all(from[0]), isWhole ? all(from[1]) : all(0))
          }
          (to + k &* panelWidth).store(word, j, first: 1)
        }
        k &+= 1
      }
      column &+= lanes
    }
  }
}
