import Foundation
import Kernels

/// Measures matrix products, packing included: GFLOP/s by shape and form.
///
/// Usage: matmul-bench [--precision f32|bf16] [--seconds S] [--threads N]
///
/// Forms: NT is Y = X Wᵀ, NN is ∂X = ∂Y W, TN is ∂W = ∂Yᵀ X. In bfloat16 all factors are rounded and
/// paired within the time measured. The best of many repetitions is printed: other programs only ever
/// slow one down. One thread is timed by its own processor time; several share each product, and are
/// timed by the clock, their meetings included.
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
    let threads = Int(options["threads"] ?? "1") ?? 1
    guard (1...1024).contains(threads) else {
      throw BenchError(description: "--threads lies between 1 and 1024")
    }
    let kernels = try Kernels(for: precision)
    let team = try ThreadTeam(count: threads)
    let clock = threads == 1 ? CLOCK_THREAD_CPUTIME_ID : CLOCK_MONOTONIC
    print(
      "level \(kernels.level.rawValue), \(precision.rawValue), threads \(threads);",
      "M N K, GFLOP/s: NT NN TN"
    )
    var all: [Double] = []
    for (m, n, k) in shapes {
      let product = try Products(
        kernels: kernels,
        precision: precision,
        team: team,
        m: m,
        n: n,
        k: k
      )
      let operations = 2 * Double(m) * Double(n) * Double(k)
      let rates = [product.forward, product.backward, product.weights].map { body in
        operations / best(seconds, clock) { team.run(body) } / 1e9
      }
      if m >= 1024 { all += rates }
      print(m, n, k, rates.map { String(Int($0)) }.joined(separator: " "))
    }
    print("median of the large shapes:", Int(all.sorted()[all.count / 2]))
  }

  /// The shortest time of one run in seconds.
  static func best(_ seconds: Double, _ clock: clockid_t, _ body: () -> Void) -> Double {
    let start = time(clock)
    var best = Double.infinity
    while time(clock) - start < seconds {
      let before = time(clock)
      body()
      best = min(best, time(clock) - before)
    }
    return best
  }

  private static func time(_ clock: clockid_t) -> Double {
    var time = timespec()
    unsafe clock_gettime(clock, &time)
    return Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec)
  }
}

/// The three products of a linear map of k numbers to n, on m rows.
///
/// Every thread of the team runs its part of a product: it packs some panels of the right factor and
/// rounds some rows, meets the others, and computes some rows of the result.
struct Products: Sendable {
  let kernels: Kernels
  let precision: ProductPrecision
  let team: ThreadTeam
  let x, w, y: Operand
  /// Words of x and y.
  let xWords, yWords: Operand
  let packed: FloatBuffer

  init(
    kernels: Kernels,
    precision: ProductPrecision,
    team: ThreadTeam,
    m: Int,
    n: Int,
    k: Int
  ) throws {
    self.kernels = kernels
    self.precision = precision
    self.team = team
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
  @Sendable func forward(_ thread: Int) {
    product(x, xWords, transposed: true, into: y, thread)
  }

  /// ∂X = ∂Y W.
  @Sendable func backward(_ thread: Int) {
    product(y, yWords, transposed: false, into: x, thread)
  }

  private func product(
    _ a: Operand,
    _ words: Operand,
    transposed: Bool,
    into c: Operand,
    _ thread: Int
  ) {
    let memory = unsafe packed.vector(0..<packed.count)
    kernels.pack(
      w.view,
      transposed: transposed,
      precision: precision,
      panels: team.share(of: kernels.panelCount(columns: c.view.columns), thread: thread),
      into: memory
    )
    let share = team.share(of: c.view.rows, thread: thread, grain: 4)
    var left = a.view.rows(share)
    if precision == .bf16 {
      left = words.view.rows(share).columns(0..<precision.words(a.view.columns))
      kernels.pair(a.view.rows(share), inRows: left)
    }
    team.barrier()
    kernels.multiply(
      left,
      by: kernels.packedFactor(
        memory,
        rows: a.view.columns,
        columns: c.view.columns,
        precision: precision
      ),
      into: c.view.rows(share)
    )
  }

  /// ∂W = ∂Yᵀ X.
  @Sendable func weights(_ thread: Int) {
    var (left, right) = (y.view, x.view)
    if precision == .bf16 {
      let rows = 0..<precision.words(x.view.rows)
      left = yWords.view.rows(rows)
      right = xWords.view.rows(rows)
      let share = team.share(of: x.view.rows, thread: thread, grain: 2)
      let words = share.lowerBound / 2..<(share.upperBound + 1) / 2
      kernels.pair(y.view.rows(share), inColumns: left.rows(words))
      kernels.pair(x.view.rows(share), inColumns: right.rows(words))
      team.barrier()
    }
    let share = team.share(of: w.view.rows, thread: thread, grain: 4)
    kernels.multiply(
      left.columns(share),
      transposed: true,
      by: kernels.factorInPlace(right, precision: precision),
      into: w.view.rows(share)
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
struct Operand: Sendable {
  private let buffer: FloatBuffer
  let view: MatrixView

  init(rows: Int, columns: Int) throws {
    let stride = Kernels.paddedStride(columns)
    buffer = try FloatBuffer(count: rows * stride + Kernels.rowPadding)
    for index in 0..<buffer.count { buffer[index] = Float(index % 13) * 0.01 }
    view = unsafe buffer.matrix(at: 0, rows: rows, columns: columns, stride: stride)
  }
}
