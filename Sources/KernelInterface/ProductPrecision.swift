/// The numbers that matrix products multiply; their sums are of single precision always.
public enum ProductPrecision: String, Sendable, Hashable, Codable, CaseIterable {
  /// Single precision.
  case f32
  /// bfloat16: the upper half of single precision, rounded to the nearest, ties to even.
  ///
  /// Two neighbors in a sum share a word of 32 bits, the first in the low half. A word's two products
  /// are exact and enter the sum one after the other, the second first; subnormal factors count as
  /// zero. So does the processor's own instruction (AVX512_BF16); elsewhere ordinary instructions
  /// compute the same bits.
  case bf16

  /// The words of 32 bits that hold so many numbers of a sum.
  @inlinable
  public func words(_ count: Int) -> Int { self == .f32 ? count : (count + 1) / 2 }
}
