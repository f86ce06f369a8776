import Accounting
import Kernels

/// The keys and values of the tokens that some sequences have read so far.
///
/// A head's keys lie transposed, in panels of a packed factor, its values as (capacity, w): products
/// with both read memory from its beginning on. The number of tokens read is kept by
/// ``ForwardPass``.
final class KeyValueCache: Sendable {
  /// The most tokens a sequence can hold.
  let capacity: Int
  private let kernels: Kernels
  private let headWidth: Int
  private let headCount: Int
  private let layerCount: Int
  /// The tokens of one panel of keys.
  private let panelWidth: Int
  private let keyCount: Int
  private let valueStride: Int
  private let buffer: FloatBuffer

  /// Takes the memory for some sequences.
  init(
    _ shape: ModelShape,
    sequences: Int,
    capacity: Int,
    _ kernels: Kernels
  ) throws(KernelsError) {
    self.capacity = capacity
    self.kernels = kernels
    headWidth = shape.headWidth
    headCount = shape.keyValueHeadCount
    layerCount = shape.layerCount
    panelWidth = kernels.packedCount(rows: 1, columns: 1)
    keyCount = kernels.packedCount(rows: headWidth, columns: capacity)
    valueStride = (headWidth + 15) / 16 * 16
    let head = keyCount + capacity * valueStride
    let (count, overflow) = (head * headCount * layerCount)
      .multipliedReportingOverflow(by: sequences)
    guard !overflow else { throw .outOfMemory(bytes: Int.max) }
    // Kernels read a little beyond the last row's end.
    buffer = try FloatBuffer(count: count + Kernels.rowPadding)
  }

  private func start(_ sequence: Int, _ layer: Int, _ head: Int) -> Int {
    ((sequence * layerCount + layer) * headCount + head) * (keyCount + capacity * valueStride)
  }

  /// Keeps a head's key and value of one token.
  func keep(
    key: VectorView,
    value: VectorView,
    sequence: Int,
    layer: Int,
    head: Int,
    position: Int
  ) {
    let panel = unsafe buffer.matrix(
      at: start(sequence, layer, head) + position / panelWidth * panelWidth * headWidth,
      rows: headWidth,
      columns: panelWidth
    )
    let lane = position % panelWidth
    for column in 0..<headWidth { panel.row(column)[lane] = key[column] }
    copyRow(value, values(sequence, layer, head).row(position))
  }

  /// The first `count` keys of a head, transposed: (w, count).
  func keys(sequence: Int, layer: Int, head: Int, count: Int) -> RightFactor {
    let first = start(sequence, layer, head)
    return unsafe kernels.packedFactor(
      buffer.vector(first..<first + keyCount),
      rows: headWidth,
      columns: count
    )
  }

  /// The first `count` values of a head: (count, w).
  func values(sequence: Int, layer: Int, head: Int, count: Int) -> RightFactor {
    kernels.factorInPlace(values(sequence, layer, head).rows(0..<count))
  }

  private func values(_ sequence: Int, _ layer: Int, _ head: Int) -> MatrixView {
    unsafe buffer.matrix(
      at: start(sequence, layer, head) + keyCount,
      rows: capacity,
      columns: headWidth,
      stride: valueStride
    )
  }

  /// Copies the first `count` tokens of one sequence to another.
  func copy(from source: Int, to target: Int, count: Int) {
    let keys = kernels.packedCount(rows: headWidth, columns: count)
    for layer in 0..<layerCount {
      for head in 0..<headCount {
        let from = start(source, layer, head)
        let to = start(target, layer, head)
        unsafe copyRow(buffer.vector(from..<from + keys), buffer.vector(to..<to + keys))
        let values = values(source, layer, head)
        let valuesCopy = self.values(target, layer, head)
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
