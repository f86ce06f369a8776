public import Corpora
public import Evaluation
public import Tokenization

/// Which segments of a corpus a model is measured on.
public enum CorpusPart: String, Sendable, Hashable, CaseIterable {
  /// Those held out from training; on parallel text, the ones that every language has.
  case evaluation
  /// Those trained on.
  case training
  /// All of them.
  case all
}

extension EvaluationSet {
  /// Encodes a part of a corpus.
  ///
  /// - Parameters:
  ///   - corpus: The texts.
  ///   - tokenizer: What encodes them.
  ///   - part: Which segments.
  ///   - limit: The most segments of one language, taken at even distances.
  /// - Throws: ``ExperimentsError/noEndOfText``, or `EvaluationError` for a language without
  ///   segments.
  public init(
    _ corpus: Corpus,
    tokenizer: Tokenizer,
    part: CorpusPart = .evaluation,
    limit: Int = .max
  ) throws {
    let encoder = try SegmentEncoder(tokenizer)
    self.init(
      languages: try corpus.languages.map { language in
        let segments =
          switch part {
          case .evaluation: corpus.evaluationSegments(of: language)
          case .training: corpus.trainingSegments(of: language)
          case .all: language.segments
          }
        guard !segments.isEmpty else {
          throw EvaluationError.nothingToEvaluate(language: language.tag)
        }
        return try encoder.evaluation(language.tag, evenlySpaced(segments, limit: limit))
      },
      endOfText: encoder.endOfText
    )
  }
}

/// At most so many elements, taken at even distances.
///
/// Example: five of ten elements are those at 0, 2, 4, 6 and 8.
func evenlySpaced<Element>(_ elements: [Element], limit: Int) -> [Element] {
  guard elements.count > limit else { return elements }
  return (0..<limit).map { elements[$0 * elements.count / limit] }
}
