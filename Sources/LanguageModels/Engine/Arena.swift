internal import Kernels

/// Places in one block of memory, handed out before the memory exists.
struct ArenaPlan {
  /// Numbers planned so far.
  private(set) var count = 0

  /// A matrix with padded rows.
  struct MatrixPlace {
    let start: Int
    let rows: Int
    let columns: Int
    let stride: Int
  }

  mutating func matrix(rows: Int, columns: Int) -> MatrixPlace {
    let stride = Kernels.paddedStride(columns)
    let place = MatrixPlace(start: count, rows: rows, columns: columns, stride: stride)
    count += rows * stride
    return place
  }

  mutating func vector(_ length: Int) -> Range<Int> {
    let range = count..<count + length
    // The next place starts on a cache line of its own.
    count += (length + 15) / 16 * 16 + 16
    return range
  }
}

/// One block of memory for everything a pass computes; it lives as long as its views are used.
struct Arena {
  let buffer: FloatBuffer

  init(_ plan: ArenaPlan) throws(KernelsError) {
    buffer = try FloatBuffer(count: plan.count + Kernels.rowPadding)
  }

  func matrix(_ place: ArenaPlan.MatrixPlace) -> MatrixView {
    unsafe buffer.matrix(
      at: place.start,
      rows: place.rows,
      columns: place.columns,
      stride: place.stride
    )
  }

  func vector(_ range: Range<Int>) -> VectorView { unsafe buffer.vector(range) }
}

/// Parameters, or their gradients, seen tensor by tensor; it keeps the buffer alive.
struct ParameterViews: Sendable {
  let buffer: FloatBuffer

  func matrix(_ tensor: ParameterTensor) -> MatrixView {
    unsafe buffer.matrix(at: tensor.offset, rows: tensor.shape[0], columns: tensor.shape[1])
  }

  func vector(_ tensor: ParameterTensor) -> VectorView { unsafe buffer.vector(tensor.range) }
}
