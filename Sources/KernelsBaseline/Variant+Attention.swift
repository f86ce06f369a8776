internal import CVector
public import KernelInterface

extension Variant {
  /// The queries that attention handles at a time.
  public static var queryBlock: Int { 64 }

  /// The distance between two rows of a block's scores: never a power of two.
  private static func scoreStride(_ time: Int) -> Int { (time &+ 15) / 16 &* 16 &+ 16 }

  /// The numbers of working memory one head needs.
  public static func attentionScratchCount(time: Int, headWidth: Int) -> Int {
    let panels = (time + panelWidth - 1) / panelWidth * panelWidth * headWidth
    return 2 * queryBlock * scoreStride(time) + 2 * panels + queryBlock + 64
  }

  /// Causal or full attention of one head.
  ///
  /// Blocks of ``queryBlock`` queries meet the keys they may see; scores are never stored whole.
  ///
  /// - Source: Vaswani et al. 2017, arXiv:1706.03762, section 3.2.1; the log-sum-exp kept for the
  ///   backward pass as in Dao et al. 2022, arXiv:2205.14135, algorithm 1.
  public static func attend(_ head: AttentionHead, scratch: VectorView) {
    let time = head.query.rows
    let width = head.query.columns
    let stride = scoreStride(time)
    let scores = Floats(scratch)
    let shares = scores + queryBlock &* stride
    let panels = shares + queryBlock
    let keys = packedTransposed(head.key, into: panels)
    let logSumExp = Floats(head.logSumExp)
    var start = 0
    while start < time {
      let queries = min(queryBlock, time &- start)
      let seen = head.causal ? start &+ queries : time
      let block = view(scores, rows: queries, columns: seen, stride: stride)
      multiply(
        part(head.query, start, queries),
        transposed: false,
        factor(keys, columns: seen),
        into: block,
        adding: nil,
        bias: nil
      )
      for row in 0..<queries {
        let place = scores + row &* stride
        let count = head.causal ? start &+ row &+ 1 : time
        let scale = all(head.scale)
        var greatest = all(-.infinity)
        eachVector(count) { i, first in
          greatest = cv_greater(
            greatest,
            cv_first(place.load(i, first: first), first, all(-.infinity))
          )
        }
        let peak = cv_greatest(greatest) * head.scale
        let sum: Float
        if let mask = head.dropout {
          let kept = KeptColumns(mask, start &+ row)
          sum = weigh(place, count, scale, all(-peak)) { kept($0, $1) }
          shares[row] = mask.scale / sum
        } else {
          sum = weigh(place, count, scale, all(-peak)) { weight, _ in weight }
          shares[row] = 1 / sum
        }
        clear(place, from: (count &+ lanes &- 1) / lanes &* lanes, to: seen)
        logSumExp[start &+ row] = peak + logarithm(sum)
      }
      let output = part(head.output, start, queries)
      multiply(
        block,
        transposed: false,
        factorInPlace(head.value, rows: seen),
        into: output,
        adding: nil,
        bias: nil
      )
      for row in 0..<queries {
        let place = output.place(row, 0)
        let share = all(shares[row])
        eachVector(width) { i, first in
          place.store(place.load(i, first: first) * share, i, first: first)
        }
      }
      start &+= queries
    }
  }

  /// The gradients of attention of one head.
  ///
  /// The weights are computed again from the log-sum-exp. Blocks run from the last to the first, so
  /// that the first one met covers every key.
  ///
  /// - Source: Dao et al. 2022, arXiv:2205.14135, algorithm 4.
  public static func attendBackward(
    _ head: AttentionHead,
    _ gradients: AttentionGradients,
    scratch: VectorView
  ) {
    let time = head.query.rows
    let width = head.query.columns
    let stride = scoreStride(time)
    let scores = Floats(scratch)
    let slopes = scores + queryBlock &* stride
    let panels = slopes + queryBlock &* stride
    let keys = packedTransposed(head.key, into: panels)
    let values = packedTransposed(head.value, into: panels + keys.count)
    let logSumExp = Floats(head.logSumExp)
    let scale = all(head.scale)
    var start = (time &- 1) / queryBlock &* queryBlock
    var adds = gradients.addsToKeyAndValue
    while start >= 0 {
      let queries = min(queryBlock, time &- start)
      let seen = head.causal ? start &+ queries : time
      let block = view(scores, rows: queries, columns: seen, stride: stride)
      let slopeBlock = view(slopes, rows: queries, columns: seen, stride: stride)
      let query = part(head.query, start, queries)
      let output = part(head.output, start, queries)
      let outputGradient = part(gradients.output, start, queries)
      multiply(
        query,
        transposed: false,
        factor(keys, columns: seen),
        into: block,
        adding: nil,
        bias: nil
      )
      multiply(
        outputGradient,
        transposed: false,
        factor(values, columns: seen),
        into: slopeBlock,
        adding: nil,
        bias: nil
      )
      for row in 0..<queries {
        let place = scores + row &* stride
        let slope = slopes + row &* stride
        let count = head.causal ? start &+ row &+ 1 : time
        let o = output.place(row, 0)
        let g = outputGradient.place(row, 0)
        var products = all(0)
        eachVector(width) { i, first in
          products = cv_multiply_add(o.load(i, first: first), g.load(i, first: first), products)
        }
        let mean = all(cv_sum(products))
        let shift = all(-logSumExp[start &+ row])
        if let mask = head.dropout {
          let kept = KeptColumns(mask, start &+ row)
          weighBackward(place, slope, count, scale, shift, mean) {
            kept.scaled($0, $1, mask.scale)
          }
        } else {
          weighBackward(place, slope, count, scale, shift, mean) { number, _ in number }
        }
        let end = (count &+ lanes &- 1) / lanes &* lanes
        clear(place, from: end, to: seen)
        clear(slope, from: end, to: seen)
      }
      multiply(
        slopeBlock,
        transposed: false,
        factorInPlace(head.key, rows: seen),
        into: part(gradients.query, start, queries),
        adding: nil,
        bias: nil
      )
      let keyGradient = part(gradients.key, 0, seen)
      multiply(
        slopeBlock,
        transposed: true,
        factorInPlace(query, rows: queries),
        into: keyGradient,
        adding: adds ? keyGradient : nil,
        bias: nil
      )
      let valueGradient = part(gradients.value, 0, seen)
      multiply(
        block,
        transposed: true,
        factorInPlace(outputGradient, rows: queries),
        into: valueGradient,
        adding: adds ? valueGradient : nil,
        bias: nil
      )
      adds = true
      start &-= queryBlock
    }
  }

  /// Turns a row of scores into exponentials, of which some are kept; gives the sum of all.
  @inline(__always)
  private static func weigh(
    _ place: Floats,
    _ count: Int,
    _ scale: Lanes,
    _ shift: Lanes,
    _ kept: (_ weights: Lanes, _ column: Int) -> Lanes
  ) -> Float {
    var total = all(0)
    eachVector(count) { i, first in
      let weight = cv_first(
        exponential(cv_multiply_add(place.load(i, first: first), scale, shift)),
        first,
        all(0)
      )
      total += weight
      place.store(kept(weight, i), i)
    }
    return cv_sum(total)
  }

  /// Turns a row of scores into weights as they were used, and the gradients of these into those of
  /// the scores; `mean` is Σ weight · gradient, the same with dropped weights and without.
  @inline(__always)
  private static func weighBackward(
    _ place: Floats,
    _ slope: Floats,
    _ count: Int,
    _ scale: Lanes,
    _ shift: Lanes,
    _ mean: Lanes,
    _ kept: (_ numbers: Lanes, _ column: Int) -> Lanes
  ) {
    eachVector(count) { i, first in
      let weight = cv_first(
        exponential(cv_multiply_add(place.load(i, first: first), scale, shift)),
        first,
        all(0)
      )
      place.store(kept(weight, i), i)
      slope.store(weight * (kept(slope.load(i, first: first), i) - mean) * scale, i)
    }
  }

  /// The entropy of each query's weights, in nats, after ``attend(_:scratch:)``.
  ///
  /// −Σ p ln p = lse − Σ p · score, since ln p = score − lse.
  public static func attentionEntropies(
    _ head: AttentionHead,
    into entropies: VectorView,
    scratch: VectorView
  ) {
    let time = head.query.rows
    let stride = scoreStride(time)
    let scores = Floats(scratch)
    let keys = packedTransposed(head.key, into: scores + queryBlock &* stride)
    let logSumExp = Floats(head.logSumExp)
    let entropies = Floats(entropies)
    let scale = all(head.scale)
    var start = 0
    while start < time {
      let queries = min(queryBlock, time &- start)
      let seen = head.causal ? start &+ queries : time
      multiply(
        part(head.query, start, queries),
        transposed: false,
        factor(keys, columns: seen),
        into: view(scores, rows: queries, columns: seen, stride: stride),
        adding: nil,
        bias: nil
      )
      for row in 0..<queries {
        let place = scores + row &* stride
        let count = head.causal ? start &+ row &+ 1 : time
        let sum = logSumExp[start &+ row]
        var total = all(0)
        eachVector(count) { i, first in
          let score = place.load(i, first: first) * scale
          let weight = cv_first(exponential(score - all(sum)), first, all(0))
          total = cv_multiply_add(weight, all(sum) - score, total)
        }
        entropies[start &+ row] = cv_sum(total)
      }
      start &+= queries
    }
  }

  /// Keys, or values, as the columns of a packed factor.
  private struct PackedColumns {
    let place: Floats
    let rows: Int
    let count: Int
  }

  private static func packedTransposed(_ source: MatrixView, into place: Floats) -> PackedColumns {
    let panels = (source.rows &+ panelWidth &- 1) / panelWidth
    let count = panels &* panelWidth &* source.columns
    pack(
      source,
      transposed: true,
      precision: .f32,
      panels: 0..<panels,
      into: place.vector(count)
    )
    return PackedColumns(place: place, rows: source.columns, count: count)
  }

  @inline(__always)
  private static func factor(_ packed: PackedColumns, columns: Int) -> RightFactor {
    packed.place.factor(
      rows: packed.rows,
      columns: columns,
      panelStride: panelWidth &* packed.rows,
      rowStride: panelWidth
    )
  }

  @inline(__always)
  private static func factorInPlace(_ matrix: MatrixView, rows: Int) -> RightFactor {
    Floats(matrix).factor(
      rows: rows,
      columns: matrix.columns,
      panelStride: panelWidth,
      rowStride: matrix.stride
    )
  }

  @inline(__always)
  private static func view(_ place: Floats, rows: Int, columns: Int, stride: Int) -> MatrixView {
    place.matrix(rows: rows, columns: columns, stride: stride)
  }

  @inline(__always)
  private static func part(_ matrix: MatrixView, _ start: Int, _ count: Int) -> MatrixView {
    matrix.place(start, 0).matrix(rows: count, columns: matrix.columns, stride: matrix.stride)
  }

  @inline(__always)
  private static func clear(_ row: Floats, from start: Int, to end: Int) {
    var i = start
    while i < end {
      row.store(all(0), i)
      i &+= lanes
    }
  }
}
