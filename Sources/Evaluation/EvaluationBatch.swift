/// Rows of similar length that are computed together.
struct EvaluationBatch: Hashable {
  /// How many rows the batch has room for.
  let capacity: Int
  /// The length that rows are filled up to.
  let context: Int
  /// The rows.
  let rows: [EvaluationRow]

  /// The number of positions that a batch computes at most.
  private static let positions = 4096

  /// Cuts a set into batches: rows sorted by length, each filled up to the next power of two or
  /// to the context.
  static func batches(of set: EvaluationSet, context: Int) -> [EvaluationBatch] {
    var buckets: [Int: [EvaluationRow]] = [:]
    for (language, text) in set.languages.enumerated() {
      for (segment, content) in text.segments.enumerated() {
        let rows = EvaluationRow.rows(
          of: content.ids,
          endOfText: set.endOfText,
          context: context,
          language: language,
          segment: segment
        )
        for row in rows {
          var length = 16
          while length < row.inputs.count { length *= 2 }
          buckets[min(length, context), default: []].append(row)
        }
      }
    }
    return buckets.sorted { $0.key < $1.key }.flatMap { length, rows in
      let capacity = evenCapacity(for: rows.count, most: max(1, positions / length))
      return stride(from: 0, to: rows.count, by: capacity).map { start in
        EvaluationBatch(
          capacity: capacity,
          context: length,
          rows: Array(rows[start..<min(start + capacity, rows.count)])
        )
      }
    }
  }

  /// The rows of a batch where some number of rows falls into as few batches as can be: of even
  /// size, so that the last one leaves hardly a row empty.
  static func evenCapacity(for rows: Int, most: Int) -> Int {
    let batches = max(1, (rows + most - 1) / most)
    return max(1, (rows + batches - 1) / batches)
  }

  /// The ids read and predicted, (capacity, context), rows filled up with an id that predicts
  /// nothing.
  func padded(with id: Int32) -> (inputs: [Int32], targets: [Int32]) {
    var inputs = Array(repeating: id, count: capacity * context)
    var targets = Array(repeating: Int32(-1), count: capacity * context)
    for (position, row) in rows.enumerated() {
      let range = position * context..<position * context + row.inputs.count
      inputs.replaceSubrange(range, with: row.inputs)
      targets.replaceSubrange(range, with: row.targets)
    }
    return (inputs, targets)
  }
}
