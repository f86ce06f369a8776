/// Held-out text, encoded segment by segment.
public struct EvaluationSet: Sendable, Hashable {
  /// One segment's token ids.
  public struct Segment: Sendable, Hashable {
    /// The segment's index in its corpus.
    public let index: Int
    /// The ids of its text, without any end-of-text token.
    public let ids: [Int32]
    /// The UTF-8 length of its text in NFC.
    public let bytes: Int

    /// Creates a segment.
    public init(index: Int, ids: [Int32], bytes: Int) {
      self.index = index
      self.ids = ids
      self.bytes = bytes
    }
  }

  /// The segments of one language.
  public struct Language: Sendable, Hashable {
    /// The language's BCP-47 tag.
    public let tag: String
    /// Its segments.
    public let segments: [Segment]

    /// Creates a language.
    public init(tag: String, segments: [Segment]) {
      self.tag = tag
      self.segments = segments
    }
  }

  /// The languages in the order of the report.
  public let languages: [Language]
  /// The id that stands before and after each segment.
  public let endOfText: Int32

  /// Collects languages.
  public init(languages: [Language], endOfText: Int32) {
    self.languages = languages
    self.endOfText = endOfText
  }
}

/// A row of an evaluation batch: a window of one segment.
struct EvaluationRow: Hashable {
  /// The language's position in the set.
  let language: Int
  /// The segment's position in its language.
  let segment: Int
  /// The ids read.
  let inputs: [Int32]
  /// The ids predicted; −1 where an earlier window has predicted them.
  let targets: [Int32]

  /// Cuts a segment into windows.
  ///
  /// The segment is read as end-of-text, its ids, end-of-text; every id but the first is predicted
  /// once. A segment longer than the context is read in windows that overlap by half, of which
  /// only the second half is scored, so that no prediction has less than half a context before it.
  static func rows(
    of ids: [Int32],
    endOfText: Int32,
    context: Int,
    language: Int,
    segment: Int
  ) -> [EvaluationRow] {
    let sequence = [endOfText] + ids + [endOfText]
    let count = sequence.count - 1
    var rows: [EvaluationRow] = []
    var scored = 0
    while scored < count {
      let start = scored == 0 ? 0 : min(scored - context / 2, count - context)
      let end = min(start + context, count)
      rows.append(
        EvaluationRow(
          language: language,
          segment: segment,
          inputs: Array(sequence[start..<end]),
          targets: (start..<end).map { $0 < scored ? -1 : sequence[$0 + 1] }
        )
      )
      scored = end
    }
    return rows
  }
}
