import Kernels
import Testing

@testable import Kernels

@Suite struct MatmulTests {
  struct Sizes: Sendable, CustomTestStringConvertible {
    var m, n, k: Int
    var testDescription: String { "\(m)x\(n)x\(k)" }
  }

  static let sizes = [
    Sizes(m: 1, n: 1, k: 1), Sizes(m: 1, n: 7, k: 3), Sizes(m: 13, n: 33, k: 17),
    Sizes(m: 12, n: 32, k: 16), Sizes(m: 25, n: 50, k: 60), Sizes(m: 5, n: 16, k: 300),
    Sizes(m: 300, n: 19, k: 5), Sizes(m: 64, n: 64, k: 64), Sizes(m: 7, n: 80, k: 530),
  ]

  /// Y = X Wᵀ + b, the forward pass of a linear map.
  @Test(arguments: KernelLevel.available, sizes)
  func multipliesByATransposedPackedFactor(level: KernelLevel, sizes: Sizes) throws {
    let kernels = Kernels(level: level)
    let x = try Sample(rows: sizes.m, columns: sizes.k, seed: 1)
    let w = try Sample(rows: sizes.n, columns: sizes.k, seed: 2)
    let bias = try Sample(rows: 1, columns: sizes.n, seed: 3)
    let y = try Sample(rows: sizes.m, columns: sizes.n, seed: 4)
    let packed = try packedBuffer(kernels, w.view, transposed: true)
    unsafe kernels.multiply(
      x.view,
      by: kernels.packedFactor(packed.vector(0..<packed.count), rows: sizes.k, columns: sizes.n),
      into: y.view,
      bias: bias.vector
    )
    var expected = x.reference * w.reference.transposed
    for row in 0..<sizes.m {
      for column in 0..<sizes.n { expected[row, column] += bias.reference[0, column] }
    }
    expectClose(y.view, expected)
    expectUntouchedPadding(y)
  }

  /// ∂X = ∂Y W + R, the backward pass through a linear map and around it.
  @Test(arguments: KernelLevel.available, sizes)
  func multipliesByAPackedFactorAndAdds(level: KernelLevel, sizes: Sizes) throws {
    let kernels = Kernels(level: level)
    let gradient = try Sample(rows: sizes.m, columns: sizes.k, seed: 1)
    let w = try Sample(rows: sizes.k, columns: sizes.n, seed: 2)
    let residual = try Sample(rows: sizes.m, columns: sizes.n, seed: 3)
    let result = try Sample(rows: sizes.m, columns: sizes.n, seed: 4)
    let packed = try packedBuffer(kernels, w.view, transposed: false)
    unsafe kernels.multiply(
      gradient.view,
      by: kernels.packedFactor(packed.vector(0..<packed.count), rows: sizes.k, columns: sizes.n),
      into: result.view,
      adding: residual.view
    )
    expectClose(result.view, gradient.reference * w.reference + residual.reference)
    expectUntouchedPadding(result)
  }

  /// ∂W += ∂Yᵀ X, with X where it is.
  @Test(arguments: KernelLevel.available, sizes)
  func multipliesATransposedFactorByOneInPlace(level: KernelLevel, sizes: Sizes) throws {
    let kernels = Kernels(level: level)
    let gradient = try Sample(rows: sizes.k, columns: sizes.m, seed: 1)
    let x = try Sample(rows: sizes.k, columns: sizes.n, seed: 2)
    let result = try Sample(rows: sizes.m, columns: sizes.n, seed: 3)
    let before = result.reference
    kernels.multiply(
      gradient.view,
      transposed: true,
      by: kernels.factorInPlace(x.view),
      into: result.view,
      adding: result.view
    )
    expectClose(result.view, gradient.reference.transposed * x.reference + before)
    expectUntouchedPadding(result)
  }

  @Test(arguments: KernelLevel.available)
  func computesEachNumberTheSameWhereverItStands(level: KernelLevel) throws {
    let kernels = Kernels(level: level)
    let a = try Sample(rows: 61, columns: 600, seed: 1)
    let b = try Sample(rows: 600, columns: 75, seed: 2)
    let whole = try Sample(rows: 61, columns: 75, seed: 3)
    let parts = try Sample(rows: 61, columns: 75, seed: 4)
    kernels.multiply(a.view, by: kernels.factorInPlace(b.view), into: whole.view)
    for rows in [0..<5, 5..<18, 18..<61] {
      for columns in [0..<16, 16..<49, 49..<75] {
        kernels.multiply(
          a.view.rows(rows),
          by: kernels.factorInPlace(b.view.columns(columns)),
          into: parts.view.rows(rows).columns(columns)
        )
      }
    }
    #expect(whole.reference == parts.reference)
  }

  @Test(arguments: KernelLevel.available)
  func clearsOrKeepsWhereNothingIsSummed(level: KernelLevel) throws {
    let kernels = Kernels(level: level)
    let a = try Sample(rows: 3, columns: 0, seed: 1)
    let b = try Sample(rows: 0, columns: 5, seed: 2)
    let c = try Sample(rows: 3, columns: 5, seed: 3)
    let before = c.reference
    kernels.multiply(a.view, by: kernels.factorInPlace(b.view), into: c.view, adding: c.view)
    #expect(c.reference == before)
    kernels.multiply(a.view, by: kernels.factorInPlace(b.view), into: c.view)
    #expect(c.reference.values == [Double](repeating: 0, count: 15))
  }

  private func packedBuffer(
    _ kernels: Kernels,
    _ source: MatrixView,
    transposed: Bool
  ) throws -> FloatBuffer {
    let rows = transposed ? source.columns : source.rows
    let columns = transposed ? source.rows : source.columns
    let buffer = try FloatBuffer(count: kernels.packedCount(rows: rows, columns: columns))
    let all = 0..<kernels.panelCount(columns: columns)
    // In two parts, as two threads would.
    for panels in [all.prefix(all.count / 2), all.suffix(all.count - all.count / 2)] {
      unsafe kernels.pack(
        source,
        transposed: transposed,
        panels: panels,
        into: buffer.vector(0..<buffer.count)
      )
    }
    return buffer
  }
}
