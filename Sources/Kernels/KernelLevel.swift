internal import CVector
@_exported public import KernelInterface
internal import KernelsBaseline

#if canImport(KernelsAVX512)
  internal import KernelsAVX2
  internal import KernelsAVX512
#endif
#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Darwin
#endif

/// A processor level that kernels are built for.
public enum KernelLevel: String, Sendable, Hashable, CaseIterable, Comparable {
  /// What every processor of the architecture has: SSE2 on x86-64, NEON on arm64.
  case baseline
  /// x86-64-v3: 256-bit vectors with fused multiply-add.
  case avx2
  /// x86-64-v4: 512-bit vectors.
  case avx512

  /// The best level of this processor.
  public static var best: KernelLevel {
    switch cv_processor_level() {
    case 2: .avx512
    case 1: .avx2
    default: .baseline
    }
  }

  /// The levels of this processor.
  public static var available: [KernelLevel] { allCases.filter { $0 <= best } }

  /// The level to use: the best, or the one that the variable `ISOFLOP_KERNELS` names.
  ///
  /// - Throws: ``KernelsError`` when the name is unknown or the processor lacks the level.
  public static func chosen() throws(KernelsError) -> KernelLevel {
    guard let text = unsafe getenv("ISOFLOP_KERNELS") else { return best }
    let name = unsafe String(cString: text)
    if name.isEmpty { return best }
    guard let level = KernelLevel(rawValue: name) else { throw .unknownLevel(name: name) }
    guard level <= best else { throw .missingLevel(name: name, best: best.rawValue) }
    return level
  }

  /// The level to use for products of some precision: that of ``chosen()``, or ``avx2`` where the
  /// products are of bfloat16 and an AVX-512 processor lacks the instruction for them.
  ///
  /// - Throws: ``KernelsError`` when the variable names an unknown or a missing level, or one that
  ///   cannot multiply bfloat16 here.
  public static func chosen(for precision: ProductPrecision) throws(KernelsError) -> KernelLevel {
    let level = try chosen()
    guard precision == .bf16, level == .avx512, !multipliesBFloat16 else { return level }
    if let text = unsafe getenv("ISOFLOP_KERNELS"), unsafe text.pointee != 0 {
      throw .missingLevel(name: "avx512", best: "avx2 in bfloat16")
    }
    return .avx2
  }

  /// Whether this processor multiplies bfloat16 by an instruction of its own (AVX512_BF16).
  public static var multipliesBFloat16: Bool { cv_processor_has_bfloat16_products() != 0 }

  /// A lower level runs wherever a higher one does.
  public static func < (left: KernelLevel, right: KernelLevel) -> Bool {
    left.order < right.order
  }

  private var order: Int {
    switch self {
    case .baseline: 0
    case .avx2: 1
    case .avx512: 2
    }
  }

  /// The functions built for the level.
  var kernels: any KernelSet.Type {
    #if canImport(KernelsAVX512)
      switch self {
      case .baseline: KernelsBaseline.Variant.self
      case .avx2: KernelsAVX2.Variant.self
      case .avx512: KernelsAVX512.Variant.self
      }
    #else
      KernelsBaseline.Variant.self
    #endif
  }
}
