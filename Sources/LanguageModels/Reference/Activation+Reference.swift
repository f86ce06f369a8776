import Accounting

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

extension ModelShape.Activation {
  /// The function of one number; for SwiGLU that of the gate, silu(x) = x / (1 + exp(-x)).
  func value(_ x: Double) -> Double {
    switch self {
    case .relu: max(0, x)
    case .gelu: x * normalShare(x)
    case .geluTanh: x * (1 + tanh(geluArgument(x))) / 2
    case .swiGLU: x / (1 + exp(-x))
    }
  }

  /// The function's derivative; 0 for ReLU at 0.
  func slope(_ x: Double) -> Double {
    switch self {
    case .relu:
      return x > 0 ? 1 : 0
    case .gelu:
      return normalShare(x) + x * exp(-x * x / 2) / (2 * Double.pi).squareRoot()
    case .geluTanh:
      let t = tanh(geluArgument(x))
      let argumentSlope = (2 / Double.pi).squareRoot() * (1 + 3 * 0.044715 * x * x)
      return (1 + t) / 2 + x * (1 - t * t) * argumentSlope / 2
    case .swiGLU:
      let sigmoid = 1 / (1 + exp(-x))
      return sigmoid * (1 + x * (1 - sigmoid))
    }
  }

  /// Φ(x), the share of a standard normal distribution below x.
  private func normalShare(_ x: Double) -> Double {
    (1 + erf(x / 2.0.squareRoot())) / 2
  }

  /// √(2/π) (x + 0.044715 x³).
  ///
  /// - Source: Hendrycks and Gimpel 2016, arXiv:1606.08415, section 2.
  private func geluArgument(_ x: Double) -> Double {
    (2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)
  }
}
