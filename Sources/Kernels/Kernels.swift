internal import KernelInterface

/// The kernels of one processor level, with every shape checked once a call.
///
/// Nothing here allocates. Matrices are views: the caller keeps their memory alive and keeps threads
/// apart.
public struct Kernels: Sendable {
  /// The level in use.
  public let level: KernelLevel
  let set: any KernelSet.Type

  /// Takes the kernels of a level.
  ///
  /// - Precondition: The processor has the level.
  public init(level: KernelLevel) {
    precondition(level <= .best, "this processor has no \(level.rawValue)")
    self.level = level
    set = level.kernels
  }

  /// Takes the kernels of ``KernelLevel/chosen(for:)``.
  public init(for precision: ProductPrecision = .f32) throws(KernelsError) {
    self.init(level: try .chosen(for: precision))
  }

  /// Whether products of bfloat16 are computed by ordinary instructions: the same bits, but slower
  /// than products of single precision.
  public var emulatesBFloat16: Bool { level != .avx512 || !KernelLevel.multipliesBFloat16 }

  /// How far beyond a row's end a factor in place, or a score, may be read: rows of such matrices
  /// must lie at least this many numbers further apart than they are long.
  public static var rowPadding: Int { 16 }

  /// A distance between rows of some width that is padded and never a power of two.
  public static func paddedStride(_ width: Int) -> Int { (width + 15) / 16 * 16 + rowPadding }
}
