import Accounting
import Kernels

/// The keys and values of the tokens that some sequences have read so far.
///
/// A head's keys lie transposed, (w, capacity), its values as (capacity, w), so that both are
/// factors in place. The number of tokens read is kept by ``ForwardPass``.
final class KeyValueCache: Sendable {
  /// The most tokens a sequence can hold.
  let capacity: Int
  private let headWidth: Int
  private let headCount: Int
  private let layerCount: Int
  private let keyStride: Int
  private let valueStride: Int
  private let buffer: FloatBuffer

  /// Takes the memory for some sequences.
  init(_ shape: ModelShape, sequences: Int, capacity: Int) throws(KernelsError) {
    self.capacity = capacity
    headWidth = shape.headWidth
    headCount = shape.keyValueHeadCount
    layerCount = shape.layerCount
    keyStride = Kernels.paddedStride(capacity)
    valueStride = Kernels.paddedStride(shape.headWidth)
    let head = headWidth * keyStride + capacity * valueStride
    let (count, overflow) = (head * headCount * layerCount)
      .multipliedReportingOverflow(by: sequences)
    guard !overflow else { throw .outOfMemory(bytes: Int.max) }
    // Kernels read a little beyond the last row's end.
    buffer = try FloatBuffer(count: count + Kernels.rowPadding)
  }

  private func start(_ sequence: Int, _ layer: Int, _ head: Int) -> Int {
    ((sequence * layerCount + layer) * headCount + head)
      * (headWidth * keyStride + capacity * valueStride)
  }

  /// The first `count` keys of a head, transposed: (w, count).
  func keys(sequence: Int, layer: Int, head: Int, count: Int) -> MatrixView {
    unsafe buffer.matrix(
      at: start(sequence, layer, head),
      rows: headWidth,
      columns: capacity,
      stride: keyStride
    ).columns(0..<count)
  }

  /// The first `count` values of a head: (count, w).
  func values(sequence: Int, layer: Int, head: Int, count: Int) -> MatrixView {
    unsafe buffer.matrix(
      at: start(sequence, layer, head) + headWidth * keyStride,
      rows: capacity,
      columns: headWidth,
      stride: valueStride
    ).rows(0..<count)
  }

  /// Copies the first `count` tokens of one sequence to another.
  func copy(from source: Int, to target: Int, count: Int) {
    for layer in 0..<layerCount {
      for head in 0..<headCount {
        let keys = keys(sequence: source, layer: layer, head: head, count: count)
        let keysCopy = self.keys(sequence: target, layer: layer, head: head, count: count)
        for row in 0..<headWidth { copyRow(keys.row(row), keysCopy.row(row)) }
        let values = values(sequence: source, layer: layer, head: head, count: count)
        let valuesCopy = self.values(sequence: target, layer: layer, head: head, count: count)
        for row in 0..<count { copyRow(values.row(row), valuesCopy.row(row)) }
      }
    }
  }
}

/// Copies numbers from one place to another of the same length.
func copyRow(_ source: VectorView, _ target: VectorView) {
  precondition(source.count == target.count, "\(source.count) numbers into \(target.count)")
  unsafe target.base.update(from: source.base, count: source.count)
}
