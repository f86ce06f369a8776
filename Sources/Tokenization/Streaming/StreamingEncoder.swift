/// Encodes a text that comes in bit by bit, of any length in memory that does not grow with it.
///
/// What it gives away, put together, is what ``BPEEncoder`` gives for the whole text. The text is cut
/// at places where its parts are surely encoded as they are in the whole: between two characters where
/// the pre-tokenizer always cuts, or across which no token of the vocabulary reaches, and which
/// neither the normalization nor an added token joins. Text without such a place is held until there
/// is one. Tokenizers that know none (``obstacle``) hold all of it.
public final class StreamingEncoder {
  /// What offsets count.
  public enum OffsetUnit: Sendable {
    case bytes, codePoints
  }

  /// Why texts can only be encoded as a whole with this tokenizer; nil where they need not.
  public let obstacle: String?

  private let tokenizer: Tokenizer
  private let seams: TextSeams
  private let batch: BatchEncoder
  private let single: BPEEncoder
  private let threads: Int
  private let policy: SpecialTokenPolicy?
  private let offsetUnit: OffsetUnit?
  private let window: Int
  private let limit: Int

  /// What was not encoded yet; it begins where the last part ended.
  private(set) var waiting: [UInt8] = []
  /// Where the search for a seam goes on.
  private var searched = 0
  /// How many bytes and code points were encoded before, and whether there were any.
  private var byteCount = 0
  private var codePointCount = 0
  private var isContinued = false
  /// Whether tokens with offsets were given away.
  private var hasTokens = false

  /// Texts of at least this length are given to threads.
  private static let groupSize = 1 << 16

  /// Starts a text.
  ///
  /// - Parameters:
  ///   - tokenizer: The tokenizer.
  ///   - threads: How many threads at most; offsets are found on one.
  ///   - specialTokens: What becomes of special tokens in the text.
  ///   - dropout: Leaves merges out at random; nil for what the tokenizer's file says.
  ///   - number: The number of the text, by which dropout tells texts apart.
  ///   - offsets: What offsets count; nil for none.
  ///   - window: About how many bytes are held and encoded at a time.
  ///   - limit: How many bytes may be held where there is no place to cut.
  /// - Throws: ``TokenizationError`` where the tokenizer's stages cannot be prepared.
  public init(
    _ tokenizer: Tokenizer,
    threads: Int = 1,
    specialTokens: SpecialTokenPolicy? = nil,
    dropout: MergeDropout? = nil,
    number: Int = 0,
    offsets: OffsetUnit? = nil,
    window: Int = 1 << 20,
    limit: Int = 1 << 30
  ) throws(TokenizationError) {
    self.tokenizer = tokenizer
    let dropout = dropout ?? tokenizer.configuration.options.mergeDropout
    let dropsMerges = (dropout?.probability ?? 0) > 0
    seams = try TextSeams(tokenizer, dropsMerges: dropsMerges)
    // subtle: such offsets are counted from the start of a piece and of the text alike.
    let mixesOffsets = offsets != nil && tokenizer.configuration.options.marksWords
    obstacle =
      mixesOffsets
      ? "its vocabulary marks words, whose offsets depend on the whole"
      : seams.obstacle
    // The random numbers of a text are drawn in order.
    self.threads = dropsMerges || offsets != nil ? 1 : max(1, threads)
    batch = BatchEncoder(tokenizer, threads: self.threads, dropout: dropout)
    single = BPEEncoder(tokenizer, dropout: dropout)
    single.startText(number)
    policy = specialTokens
    offsetUnit = offsets
    self.window = max(1, window)
    self.limit = limit
  }

  /// The tokens that are certain after some more of the text, most often none or those of many bytes.
  ///
  /// - Parameter bytes: The next bytes, in UTF-8 as a whole text would be; characters may be cut.
  /// - Returns: The tokens and, where wanted, the places in the whole text that they stand for.
  /// - Throws: ``TokenizationError/textTooLong(limit:reason:)``, or
  ///   ``TokenizationError/specialTokenInText(token:offset:)`` where they are refused, with the place
  ///   in the whole text.
  public func append(_ bytes: [UInt8]) throws(TokenizationError) -> Encoding {
    waiting += bytes
    guard waiting.count >= window else { return Encoding(ids: [], offsets: []) }
    let end =
      obstacle == nil
      ? waiting.withByteView { [searched] in seams.last(in: $0, after: searched) } : nil
    guard let end else {
      if waiting.count > limit {
        let missing = "it has no place where it can be cut without changing its tokens"
        throw .textTooLong(
          limit: limit,
          reason: obstacle.map { "the tokenizer takes texts as a whole, as \($0)" } ?? missing
        )
      }
      // The last character may go on, and the one before it have no neighbor yet.
      searched = max(searched, waiting.count - 8)
      return Encoding(ids: [], offsets: [])
    }
    return try take(end)
  }

  /// The tokens of what still waits; the end of the text.
  public func finish() throws(TokenizationError) -> Encoding {
    try take(waiting.count)
  }

  /// Encodes the first bytes that wait.
  private func take(_ end: Int) throws(TokenizationError) -> Encoding {
    let encoding: Encoding
    do {
      encoding = try unsafe waiting.span.bytes.withByteView { (text) throws(TokenizationError) in
        try encode(text[0..<end])
      }
    } catch {
      guard case .specialTokenInText(let token, let offset) = error else { throw error }
      throw .specialTokenInText(token: token, offset: offset + byteCount)
    }
    if offsetUnit == .codePoints {
      codePointCount += waiting[..<end].reduce(0) { $0 + ($1 & 0xC0 == 0x80 ? 0 : 1) }
    }
    byteCount += end
    waiting.removeFirst(end)
    searched = 0
    isContinued = isContinued || end > 0
    return encoding
  }

  private func encode(_ text: ByteView) throws(TokenizationError) -> Encoding {
    let start = isContinued && seams.dropsSpace && text.count > 0 ? 1 : 0
    if offsetUnit != nil { return try encodeWithOffsets(text, from: start) }
    let parts = self.parts(of: text, from: start)
    if threads > 1, parts.count > 1 {
      // An error is found again below, with its place in the text.
      let encoded = try? text.withSpan { (span) throws(TokenizationError) in
        try batch.encode(parts, of: span, specialTokens: policy)
      }
      if let encoded { return Encoding(ids: encoded.ids, offsets: []) }
    }
    var ids: [TokenID] = []
    for part in parts {
      do {
        try text[part].withSpan { (span) throws(TokenizationError) in
          try single.encode(span, specialTokens: policy, into: &ids)
        }
      } catch {
        guard case .specialTokenInText(let token, let offset) = error else { throw error }
        throw .specialTokenInText(token: token, offset: offset + part.lowerBound)
      }
    }
    return Encoding(ids: ids, offsets: [])
  }

  /// Cuts a text for threads; on one, it stays whole.
  private func parts(of text: ByteView, from first: Int) -> [Range<Int>] {
    var parts: [Range<Int>] = []
    var start = first
    while threads > 1, text.count - start > 2 * Self.groupSize {
      let range = start + Self.groupSize..<text.count - Self.groupSize
      guard let seam = seams.first(in: text, range) else { break }
      parts.append(start..<seam)
      start = seams.dropsSpace ? seam + 1 : seam
    }
    return parts + [start..<text.count]
  }

  private func encodeWithOffsets(
    _ text: ByteView,
    from start: Int
  ) throws(TokenizationError) -> Encoding {
    var encoding: Encoding
    do {
      encoding = try text[start..<text.count].withSpan { (span) throws(TokenizationError) in
        try single.encodeWithOffsets(span, specialTokens: policy, trimmed: false)
      }
    } catch {
      guard case .specialTokenInText(let token, let offset) = error else { throw error }
      throw .specialTokenInText(token: token, offset: offset + start)
    }
    if start > 0 {
      for index in encoding.offsets.indices {
        let range = encoding.offsets[index]
        encoding.offsets[index] = range.lowerBound + start..<range.upperBound + start
      }
      // The first token begins with the sign that was put in front, which stands for the space.
      if let first = encoding.offsets.first {
        let isSign = tokenizer.spelling(of: encoding.ids[0]).unicodeScalars.count == 1
        encoding.offsets[0] = 0..<(isSign ? 1 : first.upperBound)
      }
    }
    encoding = tokenizer.trimmingOffsets(
      encoding,
      of: text,
      startsText: !isContinued,
      startsTokens: !hasTokens
    )
    hasTokens = hasTokens || !encoding.ids.isEmpty
    var base = byteCount
    if offsetUnit == .codePoints {
      base = codePointCount
      encoding.offsets = text.withSpan { encoding.codePointOffsets(in: $0) }
    }
    for index in encoding.offsets.indices {
      let range = encoding.offsets[index]
      encoding.offsets[index] = range.lowerBound + base..<range.upperBound + base
    }
    return encoding
  }
}
