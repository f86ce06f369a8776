import Foundation
import Kernels

/// Measures matrix products on one thread, packing included: GFLOP/s by shape and form.
///
/// Usage: matmul-bench [seconds per product]
///
/// Forms: NT is Y = X Wᵀ, NN is ∂X = ∂Y W, TN is ∂W = ∂Yᵀ X. The best of many repetitions is
/// printed, by the thread's own processor time: other programs only ever slow one down.
@main
enum MatmulBench {
  static let shapes = [
    (2048, 192, 64), (2048, 512, 128), (2048, 4096, 128), (2048, 768, 256), (2048, 256, 1024),
    (2048, 8192, 256), (1024, 2048, 512), (1024, 16384, 512), (256, 2048, 512), (256, 512, 2048),
    (256, 256, 32), (256, 256, 64), (64, 64, 16), (250, 250, 50),
  ]

  static func main() throws {
    let seconds = CommandLine.arguments.dropFirst().first.flatMap(Double.init) ?? 0.1
    let kernels = try Kernels()
    print("level \(kernels.level.rawValue); M N K, GFLOP/s: NT NN TN")
    for (m, n, k) in shapes {
      let x = try Operand(rows: m, columns: k)
      let w = try Operand(rows: n, columns: k)
      let y = try Operand(rows: m, columns: n)
      let packed = try FloatBuffer(
        count: max(
          kernels.packedCount(rows: k, columns: n),
          kernels.packedCount(rows: n, columns: k)
        )
      )
      let memory = unsafe packed.vector(0..<packed.count)
      let operations = 2 * Double(m) * Double(n) * Double(k)
      let forward = best(seconds) {
        kernels.pack(
          w.view,
          transposed: true,
          panels: 0..<kernels.panelCount(columns: n),
          into: memory
        )
        kernels.multiply(
          x.view,
          by: kernels.packedFactor(memory, rows: k, columns: n),
          into: y.view
        )
      }
      let backward = best(seconds) {
        kernels.pack(
          w.view,
          transposed: false,
          panels: 0..<kernels.panelCount(columns: k),
          into: memory
        )
        kernels.multiply(
          y.view,
          by: kernels.packedFactor(memory, rows: n, columns: k),
          into: x.view
        )
      }
      let weights = best(seconds) {
        kernels.multiply(
          y.view,
          transposed: true,
          by: kernels.factorInPlace(x.view),
          into: w.view
        )
      }
      let rates = [forward, backward, weights].map { Int(operations / $0 / 1e9) }
      print(m, n, k, rates.map(String.init).joined(separator: " "))
    }
  }

  /// The shortest time of one run, in seconds of this thread's processor time.
  static func best(_ seconds: Double, _ body: () -> Void) -> Double {
    let start = processorTime()
    var best = Double.infinity
    while processorTime() - start < seconds {
      let before = processorTime()
      body()
      best = min(best, processorTime() - before)
    }
    return best
  }

  private static func processorTime() -> Double {
    var time = timespec()
    unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec)
  }
}

/// A matrix with memory of its own, full of small numbers.
struct Operand {
  private let buffer: FloatBuffer
  let view: MatrixView

  init(rows: Int, columns: Int) throws {
    let stride = Kernels.paddedStride(columns)
    buffer = try FloatBuffer(count: rows * stride + Kernels.rowPadding)
    for index in 0..<buffer.count { buffer[index] = Float(index % 13) * 0.01 }
    view = unsafe buffer.matrix(at: 0, rows: rows, columns: columns, stride: stride)
  }
}
