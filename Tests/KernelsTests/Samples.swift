import Kernels
import Randomness
import Testing

@testable import Kernels

/// A matrix of single-precision numbers with memory of its own, for tests.
struct Sample {
  let buffer: FloatBuffer
  let view: MatrixView

  /// Normal numbers, in rows with the padding that kernels ask for.
  init(rows: Int, columns: Int, seed: UInt64, scale: Double = 1) throws {
    let stride = Kernels.paddedStride(columns)
    buffer = try FloatBuffer(count: rows * stride + Kernels.rowPadding)
    view = unsafe buffer.matrix(at: 0, rows: rows, columns: columns, stride: stride)
    var generator = Seed(seed).stream("sample")
    // The padding holds what no kernel may take for a number.
    for index in 0..<buffer.count { buffer[index] = .nan }
    for row in 0..<rows {
      for column in 0..<columns { view.row(row)[column] = Float(scale * generator.normal()) }
    }
  }

  var vector: VectorView { view.row(0) }
  var reference: ReferenceMatrix { ReferenceMatrix(view) }
}

extension ReferenceMatrix {
  init(_ view: MatrixView) {
    self.init(
      rows: view.rows,
      columns: view.columns,
      values: (0..<view.rows).flatMap { row in
        (0..<view.columns).map { Double(view.row(row)[$0]) }
      }
    )
  }
}

/// The largest difference, as a share of the largest number.
func relativeDifference(_ a: [Double], _ b: [Double]) -> Double {
  precondition(a.count == b.count, "\(a.count) beside \(b.count)")
  let scale = b.reduce(1e-30) { max($0, abs($1)) }
  // A NaN must not pass for a small difference.
  return zip(a, b).reduce(0) { $1.0.isNaN ? .infinity : max($0, abs($1.0 - $1.1) / scale) }
}

func expectClose(
  _ a: MatrixView,
  _ b: ReferenceMatrix,
  within bound: Double = 2e-6,
  _ name: String = "",
  sourceLocation: SourceLocation = #_sourceLocation
) {
  let difference = relativeDifference(ReferenceMatrix(a).values, b.values)
  #expect(difference <= bound, "\(name) differs by \(difference)", sourceLocation: sourceLocation)
}

func expectClose(
  _ a: VectorView,
  _ b: [Double],
  within bound: Double = 2e-6,
  _ name: String = "",
  sourceLocation: SourceLocation = #_sourceLocation
) {
  let difference = relativeDifference((0..<a.count).map { Double(a[$0]) }, b)
  #expect(difference <= bound, "\(name) differs by \(difference)", sourceLocation: sourceLocation)
}

/// The derivative of a sum of products with `direction` by each number of `x`, by differences.
func differences(
  _ x: ReferenceMatrix,
  direction: ReferenceMatrix,
  _ function: (ReferenceMatrix) -> ReferenceMatrix
) -> ReferenceMatrix {
  var result = x
  for index in x.values.indices {
    let width = 1e-5
    var above = x
    var below = x
    above.values[index] += width
    below.values[index] -= width
    let rise = zip(zip(function(above).values, function(below).values), direction.values)
      .reduce(0) { $0 + ($1.0.0 - $1.0.1) * $1.1 }
    result.values[index] = rise / (2 * width)
  }
  return result
}

/// Expects that nothing was written beyond the rows' ends.
func expectUntouchedPadding(_ sample: Sample) {
  let stride = sample.view.stride
  for row in 0..<sample.view.rows {
    for column in sample.view.columns..<stride {
      #expect(sample.buffer[row * stride + column].isNaN, "row \(row), column \(column)")
    }
  }
}
