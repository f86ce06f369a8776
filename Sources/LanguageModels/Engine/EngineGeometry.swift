internal import Accounting
internal import Kernels

/// How a batch is cut into pieces of work: by its sizes alone, never by the number of threads, so
/// that sums run in the same order on any machine.
struct EngineGeometry: Sendable {
  let shape: ModelShape
  let batch: Int
  let context: Int
  let precision: ProductPrecision

  /// The rows of all sequences.
  var rows: Int { batch * context }
  /// The columns of queries, keys and values.
  var headColumns: Int { shape.headCount * shape.headWidth }
  var keyValueColumns: Int { shape.keyValueHeadCount * shape.headWidth }
  var queryKeyValueColumns: Int { headColumns + 2 * keyValueColumns }
  /// The columns before the activation: gates and ups are two halves.
  var hiddenInputColumns: Int {
    shape.activation == .swiGLU ? 2 * shape.feedForwardWidth : shape.feedForwardWidth
  }

  /// Sequences that pass through a block together: enough rows for full tiles, few enough to stay in
  /// the second-level cache.
  var chunkSequences: Int { Self.chunkSequences(batch: batch, context: context) }
  var chunkCount: Int { (batch + chunkSequences - 1) / chunkSequences }
  var chunkRows: Int { chunkSequences * context }

  static func chunkSequences(batch: Int, context: Int) -> Int {
    min(batch, max(1, 128 / context))
  }

  func sequences(ofChunk chunk: Int) -> Range<Int> {
    chunk * chunkSequences..<min((chunk + 1) * chunkSequences, batch)
  }

  /// A chunk's rows of what the gradients of weights read: numbers, or words of two rows in bfloat16,
  /// where each chunk begins a word.
  func keptRows(ofChunk chunk: Int) -> Range<Int> {
    let start = chunk * precision.words(chunkRows)
    return start..<start + precision.words(sequences(ofChunk: chunk).count * context)
  }
  var keptRows: Int { keptRows(ofChunk: chunkCount - 1).upperBound }

  /// Rows that pass through the head together; their logits are all there is of logits.
  var headRows: Int {
    let count = max(min(4, (rows + 31) / 32), (rows + 255) / 256)
    return (rows + count - 1) / count
  }
  var headChunkCount: Int { (rows + headRows - 1) / headRows }

  func rows(ofHeadChunk chunk: Int) -> Range<Int> {
    chunk * headRows..<min((chunk + 1) * headRows, rows)
  }
}
