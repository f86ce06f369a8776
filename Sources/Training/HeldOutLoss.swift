import Evaluation

/// The loss on the held-out text of one language.
public struct HeldOutLoss: Sendable, Hashable {
  /// The language, or another name.
  public let language: String
  /// −Σ ln p over the tokens.
  public let nats: Double
  /// The tokens predicted.
  public let tokens: Int
  /// The bytes of UTF-8 they stand for, where known.
  public let bytes: Int?
  /// The segments they make, where they were read apart.
  public let segments: Int?

  /// Nats per token.
  public var natsPerToken: Double { nats / Double(tokens) }
  /// Bits per byte, where the bytes are known.
  public var bitsPerByte: Double? { bytes.map { nats / (naturalLogarithmOf2 * Double($0)) } }
  /// Bits per segment, where segments were read apart.
  public var bitsPerSegment: Double? {
    segments.map { nats / (naturalLogarithmOf2 * Double($0)) }
  }

  /// Both losses together; what one of them does not know, the sum does not.
  func adding(_ other: HeldOutLoss, language: String? = nil) -> HeldOutLoss {
    func sum(_ a: Int?, _ b: Int?) -> Int? {
      if let a, let b { a + b } else { nil }
    }
    return HeldOutLoss(
      language: language ?? self.language,
      nats: nats + other.nats,
      tokens: tokens + other.tokens,
      bytes: sum(bytes, other.bytes),
      segments: sum(segments, other.segments)
    )
  }
}

extension HeldOutLoss: Codable {
  enum CodingKeys: String, CodingKey {
    case language, nats
    case natsPerToken = "loss_nats_per_token"
    case bitsPerByte = "bits_per_byte"
    case bitsPerSegment = "bits_per_segment"
    case tokens, bytes, segments
  }

  /// Reads a record.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    language = try values.decode(String.self, forKey: .language)
    nats = try values.decode(Double.self, forKey: .nats)
    tokens = try values.decode(Int.self, forKey: .tokens)
    bytes = try values.decodeIfPresent(Int.self, forKey: .bytes)
    segments = try values.decodeIfPresent(Int.self, forKey: .segments)
  }

  /// Writes the sums and what follows from them.
  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(language, forKey: .language)
    try values.encode(nats, forKey: .nats)
    try values.encode(natsPerToken, forKey: .natsPerToken)
    try values.encodeIfPresent(bitsPerByte, forKey: .bitsPerByte)
    try values.encodeIfPresent(bitsPerSegment, forKey: .bitsPerSegment)
    try values.encode(tokens, forKey: .tokens)
    try values.encodeIfPresent(bytes, forKey: .bytes)
    try values.encodeIfPresent(segments, forKey: .segments)
  }
}

/// What a model in training was worth after a step: a line of `evaluations.jsonl`.
public struct EvaluationRecord: Sendable, Hashable, Codable {
  /// The steps done.
  public let step: Int
  /// The tokens trained on so far, repeats counted.
  public let tokens: Int
  /// The mean loss over all held-out tokens in nats per token: what early stopping looks at.
  public let natsPerToken: Double
  /// The losses by language.
  public let languages: [HeldOutLoss]

  enum CodingKeys: String, CodingKey {
    case step, tokens
    case natsPerToken = "loss_nats_per_token"
    case languages
  }

  /// Sums up losses; there is at least one.
  init(step: Int, tokens: Int, languages: [HeldOutLoss]) {
    self.step = step
    self.tokens = tokens
    self.languages = languages
    natsPerToken =
      languages.reduce(0) { $0 + $1.nats } / Double(languages.reduce(0) { $0 + $1.tokens })
  }
}
