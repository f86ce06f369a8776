import Corpora
import Evaluation
import Tokenization
import UnicodeText

/// Turns segments of text into ids, as models are trained and measured on them.
struct SegmentEncoder {
  /// The id that stands between segments.
  let endOfText: Int32

  private let encoder: BPEEncoder
  private let composer = Normalizer(.nfc)

  /// Prepares a tokenizer.
  ///
  /// - Throws: ``ExperimentsError/noEndOfText`` when the tokenizer has no end-of-text token.
  init(_ tokenizer: Tokenizer) throws {
    guard let endOfText = tokenizer.endOfText else { throw ExperimentsError.noEndOfText }
    self.endOfText = Int32(endOfText)
    encoder = BPEEncoder(tokenizer)
  }

  /// The ids of a text.
  func encode(_ text: String) throws -> [Int32] {
    let utf8 = Array(text.utf8)
    var ids: [TokenID] = []
    // A special token spelled out in a text is text, not an end of it.
    try unsafe encoder.encode(utf8.span.bytes, specialTokens: .asText, into: &ids)
    return ids.map { Int32($0) }
  }

  /// Segments to be measured, with their sizes in NFC.
  func evaluation(_ tag: String, _ segments: [Segment]) throws -> EvaluationSet.Language {
    EvaluationSet.Language(
      tag: tag,
      segments: try segments.map { segment in
        EvaluationSet.Segment(
          index: segment.index,
          ids: try encode(segment.text),
          bytes: try composer.normalize(segment.text).utf8.count
        )
      }
    )
  }
}
