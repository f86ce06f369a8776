import ArgumentParser
import Kernels

extension ProductPrecision: ExpressibleByArgument {}

extension ProductPrecision {
  /// Says where products of bfloat16 are emulated, that they are.
  ///
  /// - Throws: `KernelsError` where ISOFLOP_KERNELS asks for what this processor lacks.
  func noteEmulation() throws {
    guard self == .bf16 else { return }
    let kernels = try Kernels(for: .bf16)
    guard kernels.emulatesBFloat16 else { return }
    Console.note(
      """
      The \(kernels.level.rawValue) kernels have no instruction for bfloat16: they compute the same \
      products by others, more slowly than in f32.

      """
    )
  }
}
