/// What one segment of text costs a model.
public struct SegmentLoss: Sendable, Hashable {
  /// The segment's index in its corpus; on parallel text, the identity of the content.
  public let segment: Int
  /// −Σ ln p over the segment's tokens, the end-of-segment token included, in nats.
  public let nats: Double
  /// The number of tokens predicted, the end-of-segment token included.
  public let tokens: Int
  /// The UTF-8 length of the segment's text in NFC, its line end not counted.
  public let bytes: Int

  /// Creates a record.
  public init(segment: Int, nats: Double, tokens: Int, bytes: Int) {
    self.segment = segment
    self.nats = nats
    self.tokens = tokens
    self.bytes = bytes
  }
}

/// The losses of one language, segment by segment, and their sums.
public struct LanguageLosses: Sendable, Hashable {
  /// The language's BCP-47 tag.
  public let language: String
  /// The segments in the order of their indices.
  public let segments: [SegmentLoss]
  /// Σ nats.
  public let nats: Double
  /// Σ tokens.
  public let tokens: Int
  /// Σ bytes.
  public let bytes: Int

  /// Collects the segments of a language and sums them in the order of their indices.
  public init(language: String, segments: [SegmentLoss]) {
    self.language = language
    self.segments = segments.sorted { $0.segment < $1.segment }
    nats = self.segments.reduce(0) { $0 + $1.nats }
    tokens = segments.reduce(0) { $0 + $1.tokens }
    bytes = segments.reduce(0) { $0 + $1.bytes }
  }

  /// Mean loss in nats per token; comparable only within one tokenizer and text.
  public var natsPerToken: Double { nats / Double(tokens) }

  /// Bits per byte: comparable across tokenizers of one language.
  public var bitsPerByte: Double { nats / (naturalLogarithmOf2 * Double(bytes)) }

  /// Bits per segment: on parallel text, comparable across tokenizers and languages.
  public var bitsPerSegment: Double { nats / (naturalLogarithmOf2 * Double(segments.count)) }

  /// Nats per segment.
  public var natsPerSegment: Double { nats / Double(segments.count) }
}

/// ln 2, by which nats become bits.
public let naturalLogarithmOf2 = 0.6931471805599453
