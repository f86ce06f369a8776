import Foundation
import Kernels

/// Measures matrix products on one thread, packing included: GFLOP/s by shape and form.
///
/// Usage: matmul-bench [--precision f32|bf16] [--seconds S]
///
/// Forms: NT is Y = X Wᵀ, NN is ∂X = ∂Y W, TN is ∂W = ∂Yᵀ X. In bfloat16 all factors are rounded and
/// paired within the time measured. The best of many repetitions is printed, by the thread's own
/// processor time: other programs only ever slow one down.
@main
enum MatmulBench {
  static let shapes = [
    (2048, 192, 64), (2048, 512, 128), (2048, 4096, 128), (2048, 768, 256), (2048, 256, 1024),
    (2048, 8192, 256), (1024, 2048, 512), (1024, 16384, 512), (256, 2048, 512), (256, 512, 2048),
    (256, 256, 32), (256, 256, 64), (64, 64, 16), (250, 250, 50),
  ]

  static func main() throws {
    let options = Options(CommandLine.arguments.dropFirst())
    let seconds = options["seconds"].flatMap(Double.init) ?? 0.1
    guard let precision = ProductPrecision(rawValue: options["precision"] ?? "f32") else {
      throw BenchError(description: "--precision is f32 or bf16")
    }
    let kernels = try Kernels(for: precision)
    print("level \(kernels.level.rawValue), \(precision.rawValue); M N K, GFLOP/s: NT NN TN")
    var all: [Double] = []
    for (m, n, k) in shapes {
      let product = try Products(kernels: kernels, precision: precision, m: m, n: n, k: k)
      let operations = 2 * Double(m) * Double(n) * Double(k)
      let rates = [product.forward, product.backward, product.weights].map { body in
        operations / best(seconds, body) / 1e9
      }
      if m >= 1024 { all += rates }
      print(m, n, k, rates.map { String(Int($0)) }.joined(separator: " "))
    }
    print("median of the large shapes:", Int(all.sorted()[all.count / 2]))
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

/// The three products of a linear map of k numbers to n, on m rows.
struct Products {
  let kernels: Kernels
  let precision: ProductPrecision
  let x, w, y: Operand
  /// Words of x and y.
  let xWords, yWords: Operand
  let packed: FloatBuffer

  init(kernels: Kernels, precision: ProductPrecision, m: Int, n: Int, k: Int) throws {
    self.kernels = kernels
    self.precision = precision
    x = try Operand(rows: m, columns: k)
    w = try Operand(rows: n, columns: k)
    y = try Operand(rows: m, columns: n)
    xWords = try Operand(rows: m, columns: k)
    yWords = try Operand(rows: m, columns: n)
    packed = try FloatBuffer(
      count: max(
        kernels.packedCount(rows: k, columns: n, precision: precision),
        kernels.packedCount(rows: n, columns: k, precision: precision)
      )
    )
  }

  /// Y = X Wᵀ.
  func forward() { product(x, xWords, transposed: true, into: y) }

  /// ∂X = ∂Y W.
  func backward() { product(y, yWords, transposed: false, into: x) }

  private func product(_ a: Operand, _ words: Operand, transposed: Bool, into c: Operand) {
    let memory = unsafe packed.vector(0..<packed.count)
    kernels.pack(
      w.view,
      transposed: transposed,
      precision: precision,
      panels: 0..<kernels.panelCount(columns: c.view.columns),
      into: memory
    )
    var left = a.view
    if precision == .bf16 {
      left = words.view.columns(0..<precision.words(a.view.columns))
      kernels.pair(a.view, inRows: left)
    }
    kernels.multiply(
      left,
      by: kernels.packedFactor(
        memory,
        rows: a.view.columns,
        columns: c.view.columns,
        precision: precision
      ),
      into: c.view
    )
  }

  /// ∂W = ∂Yᵀ X.
  func weights() {
    var (left, right) = (y.view, x.view)
    if precision == .bf16 {
      let rows = 0..<precision.words(x.view.rows)
      left = yWords.view.rows(rows)
      right = xWords.view.rows(rows)
      kernels.pair(y.view, inColumns: left)
      kernels.pair(x.view, inColumns: right)
    }
    kernels.multiply(
      left,
      transposed: true,
      by: kernels.factorInPlace(right, precision: precision),
      into: w.view
    )
  }
}

struct BenchError: Error, CustomStringConvertible {
  let description: String
}

/// Flags of the form `--name value`.
struct Options {
  private var values: [String: String] = [:]

  init(_ arguments: ArraySlice<String>) {
    var rest = arguments
    while let name = rest.popFirst() {
      values[String(name.drop { $0 == "-" })] = rest.popFirst()
    }
  }

  subscript(name: String) -> String? { values[name] }
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
