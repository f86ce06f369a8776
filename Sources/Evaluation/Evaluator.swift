public import Kernels
public import LanguageModels

/// Measures models on held-out text, segment by segment.
///
/// Segments are scored apart, without context across them. Rows of similar length share a batch,
/// filled up to the next power of two, so that little is computed for padding.
public struct Evaluator {
  /// The text.
  public let set: EvaluationSet
  /// The longest window; at most the context of the models measured.
  public let context: Int
  /// How many threads compute; it changes no result.
  public let threads: Int
  /// What matrix products multiply.
  public let precision: ProductPrecision

  private let batches: [EvaluationBatch]

  /// Cuts the text into batches.
  ///
  /// - Throws: ``EvaluationError/nothingToEvaluate(language:)`` for a language without segments.
  /// - Precondition: The context is at least 2.
  public init(
    set: EvaluationSet,
    context: Int,
    threads: Int,
    precision: ProductPrecision = .f32
  ) throws(EvaluationError) {
    precondition(context >= 2, "a context of \(context)")
    for language in set.languages where language.segments.isEmpty {
      throw .nothingToEvaluate(language: language.tag)
    }
    self.set = set
    self.context = context
    self.threads = threads
    self.precision = precision
    batches = EvaluationBatch.batches(of: set, context: context)
  }

  /// The number of windows read in one evaluation.
  public var rowCount: Int { batches.reduce(0) { $0 + $1.rows.count } }

  /// Measures a model.
  ///
  /// - Parameters:
  ///   - model: A model with the vocabulary of the text and at least the context.
  ///   - progress: Called with the share done.
  /// - Returns: The losses by language and segment.
  /// - Throws: `LanguageModelsError` where a token id lies outside the vocabulary, `KernelsError`
  ///   when memory does not suffice.
  public func losses(
    of model: GPT,
    progress: (Double) -> Void = { _ in }
  ) throws -> LossTable {
    var nats = set.languages.map { Array(repeating: 0.0, count: $0.segments.count) }
    var engine: (shape: (batch: Int, context: Int), engine: GPTEngine)?
    for (index, batch) in batches.enumerated() {
      let shape = (batch.capacity, batch.context)
      let current: GPTEngine
      if let engine, engine.shape == shape {
        current = engine.engine
      } else {
        current = try GPTEngine(
          layout: model.layout,
          batch: batch.capacity,
          context: batch.context,
          threads: threads,
          purpose: .evaluation,
          precision: precision
        )
        engine = (shape, current)
      }
      let (inputs, targets) = batch.padded(with: set.endOfText)
      let losses = try current.losses(
        parameters: model.weights,
        inputs: inputs,
        targets: targets
      )
      for (position, row) in batch.rows.enumerated() {
        let start = position * batch.context
        var sum = 0.0
        for offset in row.targets.indices where row.targets[offset] >= 0 {
          sum += Double(losses[start + offset])
        }
        nats[row.language][row.segment] += sum
      }
      progress(Double(index + 1) / Double(batches.count))
    }
    return LossTable(
      languages: set.languages.enumerated().map { position, language in
        LanguageLosses(
          language: language.tag,
          segments: zip(language.segments, nats[position]).map { segment, nats in
            SegmentLoss(
              segment: segment.index,
              nats: nats,
              tokens: segment.ids.count + 1,
              bytes: segment.bytes
            )
          }
        )
      }
    )
  }
}
