#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Darwin
#endif

/// The numbers by which fixed positions enter a model.
enum PositionTables {
  /// sin(p / 10000^(2i/d)) at column 2i, cos of the same at column 2i + 1.
  ///
  /// - Source: Vaswani et al. 2017, arXiv:1706.03762, section 3.5.
  static func sinusoid(_ position: Int, _ column: Int, width: Int) -> Double {
    let angle = Double(position) / pow(10_000, Double(column / 2 * 2) / Double(width))
    return column % 2 == 0 ? sin(angle) : cos(angle)
  }

  /// Cosine and sine of the angle p · base^(−2i/w) of pair i.
  ///
  /// - Source: Su et al. 2021, arXiv:2104.09864, section 3.2.2.
  static func angle(
    _ position: Int,
    _ pair: Int,
    headWidth: Int,
    base: Double
  ) -> (cosine: Double, sine: Double) {
    let angle = Double(position) * pow(base, -2 * Double(pair) / Double(headWidth))
    return (cos(angle), sin(angle))
  }
}
