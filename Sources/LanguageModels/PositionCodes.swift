#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The position code of sines at even columns and cosines at odd ones.
///
/// - Source: Vaswani et al. 2017, arXiv:1706.03762, section 3.5.
func sinusoid(_ position: Int, _ column: Int, width: Int) -> Double {
  let angle = Double(position) / pow(10_000, Double(column / 2 * 2) / Double(width))
  return column % 2 == 0 ? sin(angle) : cos(angle)
}

/// The cosine and sine of position · base^(-2 index / width).
///
/// - Source: Su et al. 2021, arXiv:2104.09864, equation 15.
func rotaryAngle(
  _ position: Int,
  _ index: Int,
  base: Double,
  headWidth: Int
) -> (cosine: Double, sine: Double) {
  let angle = Double(position) * pow(base, -2 * Double(index) / Double(headWidth))
  return (cos(angle), sin(angle))
}
