public import Evaluation
public import LanguageModels

/// Text that a model in training is measured on and never trained on.
public struct HeldOutText {
  /// Token ids of one language in a row.
  public struct Stream {
    /// The language, or another name.
    public let label: String
    /// The ids.
    public let source: any TokenSource
    /// The ids that are read.
    public let range: Range<Int>
    /// The bytes of UTF-8 that they stand for, where known.
    public let bytes: Int?

    /// Describes ids.
    ///
    /// - Precondition: The range lies in the source and holds at least two ids.
    public init(label: String, source: any TokenSource, range: Range<Int>, bytes: Int?) {
      precondition(
        range.lowerBound >= 0 && range.upperBound <= source.count && range.count >= 2,
        "the ids \(range) of \(source.count)"
      )
      self.label = label
      self.source = source
      self.range = range
      self.bytes = bytes
    }
  }

  /// Token ids, read in windows without overlap.
  public let streams: [Stream]
  /// A corpus, read segment by segment; nil for none.
  public let corpus: Evaluator?

  /// Collects what is measured on.
  public init(streams: [Stream], corpus: Evaluator? = nil) {
    self.streams = streams
    self.corpus = corpus
  }

  /// Measures a model.
  ///
  /// Streams with one label are added up. The weights are only read.
  ///
  /// - Parameters:
  ///   - model: What is measured.
  ///   - context: The length of the windows.
  ///   - threads: How many threads compute; it changes no result.
  /// - Returns: A loss for each label in their order, the corpus' languages last.
  /// - Throws: What evaluation throws.
  public func losses(of model: GPT, context: Int, threads: Int) throws -> [HeldOutLoss] {
    var result: [HeldOutLoss] = []
    func add(_ loss: HeldOutLoss) {
      if let index = result.firstIndex(where: { $0.language == loss.language }) {
        result[index] = result[index].adding(loss)
      } else {
        result.append(loss)
      }
    }
    for stream in streams {
      let first = stream.range.lowerBound
      let loss = try TokenStreamLoss(
        of: model,
        count: stream.range.count,
        ids: { stream.source.tokens(in: first + $0.lowerBound..<first + $0.upperBound) },
        context: context,
        stride: context,
        threads: threads
      )
      add(
        HeldOutLoss(
          language: stream.label,
          nats: loss.nats,
          tokens: loss.tokens,
          bytes: stream.bytes,
          segments: nil
        )
      )
    }
    for losses in try corpus?.losses(of: model).languages ?? [] {
      add(
        HeldOutLoss(
          language: losses.language,
          nats: losses.nats,
          tokens: losses.tokens,
          bytes: losses.bytes,
          segments: losses.segments.count
        )
      )
    }
    return result
  }
}
