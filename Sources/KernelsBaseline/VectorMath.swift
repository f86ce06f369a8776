internal import CVector

/// eˣ with a relative error below 1e-7; 0 rounds up to 1e-38 below −87.3, infinity does not occur.
///
/// eˣ = 2ⁿ · eʳ with n = x / ln 2 rounded and |r| ≤ ln 2 / 2; ln 2 is subtracted in two parts, and
/// eʳ is a polynomial of degree 7 in r.
///
/// - Source: the reduction of Cody and Waite 1980, "Software manual for the elementary functions";
///   the coefficients are those of the Taylor series, whose first missing term is below 1e-8.
@inline(__always) func exponential(_ argument: Lanes) -> Lanes {
  // Subtle: the bounds come first, so that a NaN stays one.
  let x = cv_lesser(all(88.3), cv_greater(all(-87.3), argument))
  let shifted = cv_multiply_add(x, all(1.442_695_04), all(12_582_912))
  let n = shifted - all(12_582_912)
  var r = cv_multiply_add(n, all(-0.693_359_375), x)
  r = cv_multiply_add(n, all(2.121_944_4e-4), r)
  var p = all(1.0 / 5040)
  p = cv_multiply_add(p, r, all(1.0 / 720))
  p = cv_multiply_add(p, r, all(1.0 / 120))
  p = cv_multiply_add(p, r, all(1.0 / 24))
  p = cv_multiply_add(p, r, all(1.0 / 6))
  p = cv_multiply_add(p, r, all(0.5))
  p = cv_multiply_add(p, r * r, r + all(1))
  return cv_scale_by_power(p, shifted)
}

/// 1 / (1 + e⁻ˣ).
@inline(__always) func logistic(_ x: Lanes) -> Lanes { all(1) / (all(1) + exponential(all(0) - x)) }

/// √(2/π), and the cubic coefficient of GELU's tanh approximation.
private let rootTwoOverPi: Float = 0.797_884_56
private let cubic: Float = 0.044_715

/// Φ(x) in GELU's tanh approximation, ½ (1 + tanh u) = logistic(2 u), u = √(2/π) (x + 0.044715 x³).
///
/// - Source: Hendrycks and Gimpel 2016, arXiv:1606.08415, section 2.
@inline(__always) func tanhGate(_ x: Lanes) -> Lanes {
  logistic(x * cv_multiply_add(x * x, all(2 * rootTwoOverPi * cubic), all(2 * rootTwoOverPi)))
}

/// The derivative of x · tanhGate(x), given tanhGate(x).
@inline(__always) func tanhGateSlope(_ x: Lanes, gate: Lanes) -> Lanes {
  let inner = cv_multiply_add(x * x, all(6 * rootTwoOverPi * cubic), all(2 * rootTwoOverPi))
  return cv_multiply_add(x * gate * (all(1) - gate), inner, gate)
}

/// Φ(x), the normal distribution, with an absolute error below 2e-7.
///
/// - Source: Abramowitz and Stegun 1964, "Handbook of mathematical functions", formula 7.1.26.
@inline(__always) func normalDistribution(_ x: Lanes) -> Lanes {
  let z = cv_magnitude(x) * all(0.707_106_78)
  let t = all(1) / cv_multiply_add(z, all(0.327_591_1), all(1))
  var p = all(1.061_405_429)
  p = cv_multiply_add(p, t, all(-1.453_152_027))
  p = cv_multiply_add(p, t, all(1.421_413_741))
  p = cv_multiply_add(p, t, all(-0.284_496_736))
  p = cv_multiply_add(p, t, all(0.254_829_592))
  let half = all(0.5) * p * t * exponential(all(0) - z * z)
  return cv_where_positive(x, all(1) - half, half)
}

/// φ(x), the density of the normal distribution.
@inline(__always) func normalDensity(_ x: Lanes) -> Lanes {
  all(0.398_942_28) * exponential(all(-0.5) * x * x)
}

/// ln x of one positive number.
@inline(__always) func logarithm(_ x: Float) -> Float { cv_logarithm(x) }
