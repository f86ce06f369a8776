internal import CVector
public import KernelInterface

extension Variant {
  /// Layer norm, or RMS norm where `centered` is false.
  public static func normalize(
    _ x: MatrixView,
    weight: VectorView,
    bias: VectorView?,
    centered: Bool,
    epsilon: Float,
    into y: MatrixView,
    statistics: VectorView
  ) {
    let d = x.columns
    let scale = 1 / Float(d)
    let weight = Floats(weight)
    let bias = bias.map { Floats($0) }
    let statistics = Floats(statistics)
    for row in 0..<x.rows {
      let from = x.place(row, 0)
      let to = y.place(row, 0)
      let mean = centered ? rowSum(from, d) * scale : 0
      let variance = squaredDistances(from, d, from: mean) * scale
      let inverseRoot = 1 / (variance + epsilon).squareRoot()
      statistics[2 &* row] = mean
      statistics[2 &* row &+ 1] = inverseRoot
      eachVector(d) { i, count in
        let normal = (from.load(i, first: count) - all(mean)) * all(inverseRoot)
        let shift = bias.map { $0.load(i, first: count) } ?? all(0)
        to.store(cv_multiply_add(normal, weight.load(i, first: count), shift), i, first: count)
      }
    }
  }

  /// The gradient of a normalization's input; adds to those of its parameters.
  public static func normalizeBackward(
    _ x: MatrixView,
    statistics: VectorView,
    weight: VectorView,
    centered: Bool,
    outputGradient: MatrixView,
    adding residual: MatrixView?,
    into inputGradient: MatrixView,
    weightGradient: VectorView,
    biasGradient: VectorView?
  ) {
    let d = x.columns
    let scale = 1 / Float(d)
    let weight = Floats(weight)
    let statistics = Floats(statistics)
    let weightGradient = Floats(weightGradient)
    let biasGradient = biasGradient.map { Floats($0) }
    for row in 0..<x.rows {
      let from = x.place(row, 0)
      let gradient = outputGradient.place(row, 0)
      let to = inputGradient.place(row, 0)
      let rest = residual.map { $0.place(row, 0) }
      let mean = all(statistics[2 &* row])
      let inverseRoot = all(statistics[2 &* row &+ 1])
      var plain = all(0)
      var weighted = all(0)
      eachVector(d) { i, count in
        let normal = (from.load(i, first: count) - mean) * inverseRoot
        let g = gradient.load(i, first: count)
        let scaled = g * weight.load(i, first: count)
        plain += scaled
        weighted = cv_multiply_add(scaled, normal, weighted)
        weightGradient.store(
          cv_multiply_add(g, normal, weightGradient.load(i, first: count)),
          i,
          first: count
        )
        if let biasGradient {
          biasGradient.store(biasGradient.load(i, first: count) + g, i, first: count)
        }
      }
      let shift = centered ? all(cv_sum(plain) * scale) : all(0)
      let slope = all(cv_sum(weighted) * scale)
      eachVector(d) { i, count in
        let normal = (from.load(i, first: count) - mean) * inverseRoot
        let scaled = gradient.load(i, first: count) * weight.load(i, first: count)
        var result = (scaled - shift - normal * slope) * inverseRoot
        if let rest { result += rest.load(i, first: count) }
        to.store(result, i, first: count)
      }
    }
  }

  /// y += x.
  public static func add(_ x: MatrixView, into y: MatrixView) {
    for row in 0..<x.rows {
      let from = x.place(row, 0)
      let to = y.place(row, 0)
      eachVector(x.columns) { i, count in
        to.store(to.load(i, first: count) + from.load(i, first: count), i, first: count)
      }
    }
  }

  /// Turns pairs of numbers, half a head apart, by angles; back where `inverse`.
  public static func rotate(
    _ x: MatrixView,
    headWidth: Int,
    cosines: MatrixView,
    sines: MatrixView,
    inverse: Bool
  ) {
    let half = headWidth / 2
    let sign = all(inverse ? -1 : 1)
    for row in 0..<x.rows {
      let cosine = cosines.place(row, 0)
      let sine = sines.place(row, 0)
      var column = 0
      while column < x.columns {
        let low = x.place(row, column)
        let high = low + half
        eachVector(half) { i, count in
          let a = low.load(i, first: count)
          let b = high.load(i, first: count)
          let c = cosine.load(i, first: count)
          let s = sine.load(i, first: count) * sign
          low.store(a * c - b * s, i, first: count)
          high.store(cv_multiply_add(a, s, b * c), i, first: count)
        }
        column &+= headWidth
      }
    }
  }

  /// Sums each column.
  public static func sumColumns(_ x: MatrixView, into sums: VectorView, accumulate: Bool) {
    let sums = Floats(sums)
    var column = 0
    while column < x.columns {
      let first = x.columns &- column
      if first >= 4 &* lanes {
        var a = all(0)
        var b = all(0)
        var c = all(0)
        var d = all(0)
        var place = x.place(0, column)
        for _ in 0..<x.rows {
          a += place.load(0)
          b += place.load(lanes)
          c += place.load(2 &* lanes)
          d += place.load(3 &* lanes)
          place += x.stride
        }
        let target = sums + column
        if accumulate {
          a += target.load(0)
          b += target.load(lanes)
          c += target.load(2 &* lanes)
          d += target.load(3 &* lanes)
        }
        target.store(a, 0)
        target.store(b, lanes)
        target.store(c, 2 &* lanes)
        target.store(d, 3 &* lanes)
        column &+= 4 &* lanes
      } else {
        var total = all(0)
        var place = x.place(0, column)
        for _ in 0..<x.rows {
          total += place.load(0, first: first)
          place += x.stride
        }
        if accumulate { total += sums.load(column, first: first) }
        sums.store(total, column, first: first)
        column &+= lanes
      }
    }
  }
}

/// Runs a body on each vector of a row: the index of its first number and how many belong to it.
@inline(__always)
func eachVector(_ count: Int, _ body: (_ index: Int, _ count: Int) -> Void) {
  var i = 0
  while i &+ lanes <= count {
    body(i, lanes)
    i &+= lanes
  }
  if i < count { body(i, count &- i) }
}

/// The sum of a row.
@inline(__always)
func rowSum(_ row: Floats, _ count: Int) -> Float {
  var even = all(0)
  var odd = all(0)
  var i = 0
  while i &+ 2 &* lanes <= count {
    even += row.load(i)
    odd += row.load(i &+ lanes)
    i &+= 2 &* lanes
  }
  while i < count {
    even += row.load(i, first: count &- i)
    i &+= lanes
  }
  return cv_sum(even + odd)
}

/// The sum of the squares of a row's distances from a number.
@inline(__always)
func squaredDistances(_ row: Floats, _ count: Int, from center: Float) -> Float {
  var even = all(0)
  var odd = all(0)
  var i = 0
  while i &+ 2 &* lanes <= count {
    let a = row.load(i) - all(center)
    let b = row.load(i &+ lanes) - all(center)
    even = cv_multiply_add(a, a, even)
    odd = cv_multiply_add(b, b, odd)
    i &+= 2 &* lanes
  }
  while i < count {
    let a = cv_first(row.load(i, first: count &- i) - all(center), count &- i, all(0))
    even = cv_multiply_add(a, a, even)
    i &+= lanes
  }
  return cv_sum(even + odd)
}
