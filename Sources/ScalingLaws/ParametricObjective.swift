import RealModule

/// The point of the search: (a, b, e, α, β) with a and b the logarithms of both terms at the
/// geometric means of N and D, and e = ln E.
///
/// Centering makes a and b nearly independent of the exponents, so that steps are well scaled.
struct ParametricPoint {
  var a: Double
  var b: Double
  var e: Double
  var alpha: Double
  var beta: Double
}

/// The value of the objective with its first and second derivatives.
struct ObjectiveExpansion {
  /// Σ w ρ(r) + penalty.
  var value = 0.0
  /// Five numbers, in the order of ``ParametricPoint``.
  var gradient = [Double](repeating: 0, count: 5)
  /// 5 × 5, symmetric: second derivatives.
  var hessian = SymmetricMatrix(size: 5)
  /// 5 × 5, positive semidefinite: what reweighted least squares would use instead.
  var majorizer = SymmetricMatrix(size: 5)
}

/// The objective of a parametric fit, ready to be evaluated at many points.
struct ParametricObjective {
  /// ln N and ln D with their means taken off, and ln L.
  private(set) var logN: [Double] = []
  private(set) var logD: [Double] = []
  private(set) var logLoss: [Double] = []
  private(set) var weights: [Double] = []
  let meanLogN: Double
  let meanLogD: Double
  private(set) var delta: Double
  /// The strength and the center of the pull on the exponents.
  let penalty: (strength: Double, center: Double)?

  /// Prepares observations; those of weight zero are left out.
  ///
  /// - Precondition: Every number is positive and some weight is.
  init(
    _ observations: [LossObservation],
    weights given: [Double]? = nil,
    objective: FitObjective,
    exponents: ExponentRule
  ) {
    delta = objective.delta
    var sumN = 0.0
    var sumD = 0.0
    var total = 0.0
    for (index, observation) in observations.enumerated() {
      let weight = given?[index] ?? 1
      guard weight > 0 else { continue }
      logN.append(.log(observation.parameters))
      logD.append(.log(observation.tokens))
      logLoss.append(.log(observation.loss))
      weights.append(weight)
      sumN += weight * logN[logN.count - 1]
      sumD += weight * logD[logD.count - 1]
      total += weight
    }
    meanLogN = sumN / total
    meanLogD = sumD / total
    for index in logN.indices {
      logN[index] -= meanLogN
      logD[index] -= meanLogD
    }
    if case .drawn(let center) = exponents {
      penalty = (0.02 * Swift.min(delta, 1e-3) * total, center)
    } else {
      penalty = nil
    }
  }

  /// Turns the objective into plain least squares.
  mutating func ignoreResiduals() { delta = .infinity }

  /// ln L at a point minus ln L observed, row by row.
  func residuals(at point: ParametricPoint) -> [Double] {
    let floor = Double.exp(point.e)
    return logN.indices.map { row in
      let u = Double.exp(point.a - point.alpha * logN[row])
      let v = Double.exp(point.b - point.beta * logD[row])
      return .log(u + v + floor) - logLoss[row]
    }
  }

  /// The value alone.
  func value(at point: ParametricPoint) -> Double {
    var sum = 0.0
    let floor = Double.exp(point.e)
    for row in logN.indices {
      let u = Double.exp(point.a - point.alpha * logN[row])
      let v = Double.exp(point.b - point.beta * logD[row])
      let size = abs(Double.log(u + v + floor) - logLoss[row])
      sum += weights[row] * (size <= delta ? 0.5 * size * size : delta * (size - 0.5 * delta))
    }
    return sum + penaltyValue(point)
  }

  private func penaltyValue(_ point: ParametricPoint) -> Double {
    guard let penalty else { return 0 }
    let x = point.alpha - penalty.center
    let y = point.beta - penalty.center
    return penalty.strength * (x * x + y * y)
  }

  /// The value with its derivatives.
  ///
  /// With the shares p = u/s, q = v/s, t = E/s of the three terms in their sum s, the residual
  /// r = ln s − ln L has the gradient J = (p, q, t, −p x, −q y) in x = ln N and y = ln D, and the
  /// second derivatives of a log-sum-exp.
  func expansion(at point: ParametricPoint) -> ObjectiveExpansion {
    var result = ObjectiveExpansion()
    var value = 0.0
    var g = (0.0, 0.0, 0.0, 0.0, 0.0)
    var h = Triangle()
    var m = Triangle()
    let floor = Double.exp(point.e)
    for row in logN.indices {
      let x = logN[row]
      let y = logD[row]
      let w = weights[row]
      let u = Double.exp(point.a - point.alpha * x)
      let v = Double.exp(point.b - point.beta * y)
      let s = u + v + floor
      let r = Double.log(s) - logLoss[row]
      let size = abs(r)
      let isSmall = size <= delta
      value += w * (isSmall ? 0.5 * r * r : delta * (size - 0.5 * delta))
      let slope = w * (isSmall ? r : (r < 0 ? -delta : delta))
      let p = u / s
      let q = v / s
      let t = floor / s
      let j = (p, q, t, -p * x, -q * y)
      g.0 += slope * j.0
      g.1 += slope * j.1
      g.2 += slope * j.2
      g.3 += slope * j.3
      g.4 += slope * j.4
      h.add(j, times: (isSmall ? w : 0) - slope)
      h.addCurvature(p: slope * p, q: slope * q, t: slope * t, x: x, y: y)
      m.add(j, times: isSmall ? w : w * delta / size)
    }
    result.value = value + penaltyValue(point)
    result.gradient = [g.0, g.1, g.2, g.3, g.4]
    result.hessian = h.matrix
    result.majorizer = m.matrix
    if let penalty {
      result.gradient[3] += 2 * penalty.strength * (point.alpha - penalty.center)
      result.gradient[4] += 2 * penalty.strength * (point.beta - penalty.center)
      for index in 3...4 {
        result.hessian[index, index] += 2 * penalty.strength
        result.majorizer[index, index] += 2 * penalty.strength
      }
    }
    return result
  }
}

/// The upper triangle of a symmetric 5 × 5 sum, kept in registers rather than an array.
private struct Triangle {
  private var aa = 0.0, ab = 0.0, ac = 0.0, ad = 0.0, ae = 0.0
  private var bb = 0.0, bc = 0.0, bd = 0.0, be = 0.0
  private var cc = 0.0, cd = 0.0, ce = 0.0
  private var dd = 0.0, de = 0.0, ee = 0.0

  /// Adds w · J Jᵀ.
  mutating func add(_ j: (Double, Double, Double, Double, Double), times w: Double) {
    let a = w * j.0
    let b = w * j.1
    let c = w * j.2
    let d = w * j.3
    aa += a * j.0
    ab += a * j.1
    ac += a * j.2
    ad += a * j.3
    ae += a * j.4
    bb += b * j.1
    bc += b * j.2
    bd += b * j.3
    be += b * j.4
    cc += c * j.2
    cd += c * j.3
    ce += c * j.4
    dd += d * j.3
    de += d * j.4
    ee += w * j.4 * j.4
  }

  /// Adds the second derivatives of the three exponents, weighted by their terms' shares.
  mutating func addCurvature(p: Double, q: Double, t: Double, x: Double, y: Double) {
    aa += p
    ad -= p * x
    dd += p * x * x
    bb += q
    be -= q * y
    ee += q * y * y
    cc += t
  }

  var matrix: SymmetricMatrix {
    SymmetricMatrix(
      size: 5,
      rows: [
        aa, ab, ac, ad, ae,
        ab, bb, bc, bd, be,
        ac, bc, cc, cd, ce,
        ad, bd, cd, dd, de,
        ae, be, ce, de, ee,
      ]
    )
  }
}
