internal import CVector
public import KernelInterface

extension Variant {
  /// Negative log-likelihoods; where `gradientScale` is given, logits become their gradient.
  public static func crossEntropy(
    _ logits: MatrixView,
    targets: TokenView,
    gradientScale: Float?,
    losses: VectorView
  ) {
    let losses = Floats(losses)
    let count = logits.columns
    for row in 0..<logits.rows {
      let place = logits.place(row, 0)
      let target = Int(unsafe targets.base[row])
      guard target >= 0 else {
        losses[row] = 0
        if gradientScale != nil {
          eachVector(count) { i, first in place.store(all(0), i, first: first) }
        }
        continue
      }
      var even = all(-.infinity)
      var odd = all(-.infinity)
      var i = 0
      while i &+ 2 &* lanes <= count {
        even = cv_greater(even, place.load(i))
        odd = cv_greater(odd, place.load(i &+ lanes))
        i &+= 2 &* lanes
      }
      while i < count {
        let first = count &- i
        even = cv_greater(even, cv_first(place.load(i, first: first), first, all(-.infinity)))
        i &+= lanes
      }
      let peak = cv_greatest(cv_greater(even, odd))
      let targetLogit = place[target]
      var total = all(0)
      eachVector(count) { i, first in
        let weight = cv_first(
          exponential(place.load(i, first: first) - all(peak)),
          first,
          all(0)
        )
        total += weight
        if gradientScale != nil { place.store(weight, i, first: first) }
      }
      let sum = cv_sum(total)
      losses[row] = peak + logarithm(sum) - targetLogit
      if let gradientScale {
        let factor = all(gradientScale / sum)
        eachVector(count) { i, first in
          place.store(place.load(i, first: first) * factor, i, first: first)
        }
        place[target] -= gradientScale
      }
    }
  }

  /// x[r] = embedding[tokens[r]] + positions[r].
  public static func embed(
    _ tokens: TokenView,
    _ embedding: MatrixView,
    positions: MatrixView?,
    into x: MatrixView
  ) {
    for row in 0..<x.rows {
      let from = embedding.place(Int(unsafe tokens.base[row]), 0)
      let position = positions.map { $0.place(row, 0) }
      let to = x.place(row, 0)
      eachVector(x.columns) { i, first in
        var value = from.load(i, first: first)
        if let position { value += position.load(i, first: first) }
        to.store(value, i, first: first)
      }
    }
  }

  /// gradient[tokens[r]] += x[r].
  public static func embedBackward(_ tokens: TokenView, _ x: MatrixView, into gradient: MatrixView)
  {
    for row in 0..<x.rows {
      let from = x.place(row, 0)
      let to = gradient.place(Int(unsafe tokens.base[row]), 0)
      eachVector(x.columns) { i, first in
        to.store(to.load(i, first: first) + from.load(i, first: first), i, first: first)
      }
    }
  }

  /// One step of AdamW.
  ///
  /// - Source: Loshchilov and Hutter 2019, arXiv:1711.05101, algorithm 2.
  public static func adamW(
    _ parameters: VectorView,
    gradients: VectorView,
    firstMoments: VectorView,
    secondMoments: VectorView,
    factors: AdamWFactors
  ) {
    let parameter = Floats(parameters)
    let gradient = Floats(gradients)
    let first = Floats(firstMoments)
    let second = Floats(secondMoments)
    eachVector(parameters.count) { i, count in
      let g = gradient.load(i, first: count) * all(factors.gradientScale)
      let oldFirst = first.load(i, first: count)
      let oldSecond = second.load(i, first: count)
      let m = cv_multiply_add(all(factors.firstMomentWeight), g - oldFirst, oldFirst)
      let v = cv_multiply_add(all(factors.secondMomentWeight), g * g - oldSecond, oldSecond)
      first.store(m, i, first: count)
      second.store(v, i, first: count)
      let root = cv_multiply_add(
        cv_square_root(v),
        all(factors.rootCorrection),
        all(factors.epsilon)
      )
      let kept = parameter.load(i, first: count) * all(factors.retained)
      parameter.store(
        cv_multiply_add(all(-factors.stepSize), m / root, kept),
        i,
        first: count
      )
    }
  }

  /// The sum of the squares.
  public static func sumOfSquares(_ x: VectorView) -> Double {
    var total = 0.0
    var start = 0
    while start < x.count {
      // Short runs in single precision keep the rounding error near 1e-7.
      let count = min(1024, x.count &- start)
      total += Double(squaredDistances(Floats(x) + start, count, from: 0))
      start &+= count
    }
    return total
  }
}
