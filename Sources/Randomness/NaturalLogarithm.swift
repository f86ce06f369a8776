/// The natural logarithm, computed here so that every platform draws the same normal numbers.
///
/// The C library's `log` differs in the last bit between versions; random weights must not. The
/// argument is split into 2ᵏ · m with m in [√½, √2), and ln m = 2 artanh((m − 1)/(m + 1)) is summed
/// as a series. The error is below 3 ulp.
///
/// - Precondition: `x` is positive and normal.
func naturalLogarithm(_ x: Double) -> Double {
  var exponent = Double(x.exponent)
  var mantissa = x.significand
  if mantissa > 1.4142135623730951 {
    mantissa *= 0.5
    exponent += 1
  }
  let t = (mantissa - 1) / (mantissa + 1)
  let square = t * t
  // |t| ≤ 0.1716, so the term t²⁵/25 is below 10⁻²⁰.
  var sum = 0.0
  var divisor = 25.0
  while divisor >= 1 {
    sum = sum * square + 1 / divisor
    divisor -= 2
  }
  return 2 * t * sum + exponent * 0.6931471805599453
}
