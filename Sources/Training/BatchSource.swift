/// Rows of tokens and what should follow each.
public struct TokenBatch: Sendable, Hashable {
  /// (rows, T): the ids read.
  public var inputs: [Int32]
  /// (rows, T): the ids to predict; negative where nothing is asked.
  public var targets: [Int32]

  /// Holds rows.
  public init(inputs: [Int32], targets: [Int32]) {
    self.inputs = inputs
    self.targets = targets
  }
}

/// Whatever a model learns from, batch by batch.
///
/// A batch depends on the step alone, not on what was asked before, so that a resumed run sees what
/// an uninterrupted one sees. All rows ask for the same number of predictions, so that the mean of a
/// batch is the mean of its parts' means.
public protocol BatchSource: Sendable {
  /// T, the length of a row.
  var context: Int { get }
  /// B, the number of rows in a batch.
  var batch: Int { get }

  /// Cuts some rows of the batch of a step, counted from 0.
  mutating func batch(step: Int, rows: Range<Int>) -> TokenBatch
}
