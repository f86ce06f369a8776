public import Kernels
public import LanguageModels

/// The loss of a model on one long sequence of ids, each id but the first predicted once.
public struct TokenStreamLoss: Sendable, Hashable {
  /// −Σ ln p, in nats.
  public let nats: Double
  /// The number of ids predicted: one less than there are.
  public let tokens: Int

  /// The mean loss in nats per token.
  public var natsPerToken: Double { nats / Double(tokens) }

  /// The number of positions that a batch computes at most.
  private static let positions = 4096

  /// Measures a model.
  ///
  /// Windows of T ids start at every stride; of each, only those predictions are scored that no
  /// window before has made. A stride of T leaves no overlap: every window starts without context.
  /// The last window ends with the sequence and may be shorter.
  ///
  /// - Parameters:
  ///   - model: What is measured.
  ///   - count: The number of ids, at least 2.
  ///   - ids: Copies the ids of a range.
  ///   - context: T, from 1 to the model's context length.
  ///   - stride: How far windows lie apart, from 1 to T.
  ///   - threads: How many threads compute; it changes no result.
  ///   - precision: What matrix products multiply.
  ///   - progress: Called with the share done.
  /// - Throws: ``EvaluationError/tooFewTokens(count:)``, `LanguageModelsError` where an id lies
  ///   outside the vocabulary or the context beyond the model's, `KernelsError` when memory does not
  ///   suffice.
  /// - Precondition: The stride lies between 1 and the context.
  public init(
    of model: GPT,
    count: Int,
    ids: (Range<Int>) -> [Int32],
    context: Int,
    stride: Int,
    threads: Int,
    precision: ProductPrecision = .f32,
    progress: (Double) -> Void = { _ in }
  ) throws {
    precondition(stride >= 1 && stride <= context, "a stride of \(stride) in \(context)")
    guard count >= 2 else { throw EvaluationError.tooFewTokens(count: count) }
    let predicted = count - 1
    let overlap = context - stride
    // Windows beyond the first add a stride each; the last one reaches the end.
    let windows = 1 + max(0, predicted - context + stride - 1) / stride
    let batch = EvaluationBatch.evenCapacity(
      for: windows,
      most: max(1, Self.positions / context)
    )
    let engine = try GPTEngine(
      layout: model.layout,
      batch: batch,
      context: context,
      threads: threads,
      purpose: .evaluation,
      precision: precision
    )
    var nats = 0.0
    for first in Swift.stride(from: 0, to: windows, by: batch) {
      var inputs = [Int32](repeating: 0, count: batch * context)
      var targets = [Int32](repeating: -1, count: batch * context)
      for window in first..<min(first + batch, windows) {
        let start = window * stride
        let end = min(start + context, predicted)
        let row = (window - first) * context
        let read = ids(start..<end + 1)
        let scored = window == 0 ? 0 : overlap
        inputs.replaceSubrange(row..<row + end - start, with: read.dropLast())
        if scored < end - start {
          targets.replaceSubrange(row + scored..<row + end - start, with: read[(scored + 1)...])
        }
      }
      let losses = try engine.losses(
        parameters: model.weights,
        inputs: inputs,
        targets: targets
      )
      for index in targets.indices where targets[index] >= 0 { nats += Double(losses[index]) }
      progress(Double(min(first + batch, windows)) / Double(windows))
    }
    self.nats = nats
    tokens = predicted
  }
}
