import UnicodeText

/// Encodes one text after the other, and remembers the words it met.
///
/// Each thread has an encoder of its own. The ids do not depend on what was encoded before.
public final class BPEEncoder {
  /// The tokenizer that encodes.
  public let tokenizer: Tokenizer

  private let tables: TokenizerTables
  private let normalizer: Result<TextNormalizer, UnicodeTextError>
  private var pieces: PieceEncoder
  /// The way of all texts that are not plain byte-level ones, and of offsets.
  private lazy var staged = Result { () throws(UnicodeTextError) in
    try StagedEncoder(tokenizer, dropout)
  }
  private let dropout: MergeDropout?
  private let sentencePiece: SentencePieceEncoder?
  private let hasPlainOffsets: Bool

  /// Creates an encoder.
  ///
  /// - Parameters:
  ///   - tokenizer: The tokenizer.
  ///   - dropout: Leaves merges out at random; nil for what the tokenizer's file says, with the
  ///     seed 0. The first text has the number 0.
  public init(_ tokenizer: Tokenizer, dropout: MergeDropout? = nil) {
    self.tokenizer = tokenizer
    tables = tokenizer.tables
    let dropout = dropout ?? tokenizer.configuration.options.mergeDropout
    self.dropout = dropout
    sentencePiece = tokenizer.sentencePiece.map { SentencePieceEncoder($0, tokenizer, dropout) }
    hasPlainOffsets = tokenizer.hasPlainOffsets
    pieces = PieceEncoder(tokenizer, dropout)
    // The tokenizer compiled the same once, so that failing here is not to be expected.
    normalizer = Result { () throws(UnicodeTextError) in
      try TextNormalizer(tokenizer.configuration.normalization)
    }
  }

  /// Begins a text of its own, whose dropout depends on nothing but the seed and its number.
  public func startText(_ number: Int) {
    if dropout == nil { return }
    if let sentencePiece {
      sentencePiece.startText(number)
      return
    }
    pieces.startText(number)
    if case .success(let encoder) = staged { encoder.startText(number) }
  }

  /// A part of the text whose tokens cover it: an added token, or text between two.
  struct Segment {
    /// Its tokens among all.
    let ids: Range<Int>
    /// Its bytes in the original text.
    let source: Range<Int>
    /// From the text that was merged to `source`, relative to its start.
    let alignment: Alignment
    /// Whether it is one added token.
    let isAdded: Bool
  }

  /// Encodes a text.
  ///
  /// - Parameters:
  ///   - text: UTF-8; ill-formed bytes are encoded byte by byte and come back when decoded.
  ///   - specialTokens: What becomes of special tokens in the text; nil for the tokenizer's own
  ///     policy.
  ///   - ids: The tokens are appended here.
  /// - Throws: ``TokenizationError/specialTokenInText(token:offset:)`` where they are refused.
  /// - Complexity: One pass; O(n log n) for a piece of n bytes that nothing cuts.
  public func encode(
    _ text: RawSpan,
    specialTokens: SpecialTokenPolicy? = nil,
    into ids: inout [TokenID]
  ) throws(TokenizationError) {
    pieces.output.removeAll()
    let specialTokens = specialTokens ?? tokenizer.configuration.specialTokenPolicy
    try text.withByteView { (text) throws(TokenizationError) in
      if tokenizer.isPlainByteLevel {
        try encode(text, specialTokens, record: nil)
      } else {
        var offsets: [Range<Int>]?
        try encodeStaged(text, specialTokens, &offsets)
      }
    }
    unsafe pieces.output.withElements { unsafe ids.append(contentsOf: $0) }
  }

  /// Encodes a text and says which bytes of it each token stands for.
  ///
  /// The offsets leave white space out where the tokenizer's post-processor says so.
  ///
  /// - Throws: ``TokenizationError/specialTokenInText(token:offset:)`` where they are refused.
  public func encodeWithOffsets(
    _ text: RawSpan,
    specialTokens: SpecialTokenPolicy? = nil
  ) throws(TokenizationError) -> Encoding {
    try encodeWithOffsets(text, specialTokens: specialTokens, trimmed: true)
  }

  /// Encodes a text and says which bytes of it each token stands for, white space included unless
  /// the offsets are `trimmed`.
  func encodeWithOffsets(
    _ text: RawSpan,
    specialTokens: SpecialTokenPolicy? = nil,
    trimmed: Bool
  ) throws(TokenizationError) -> Encoding {
    pieces.output.removeAll()
    let specialTokens = specialTokens ?? tokenizer.configuration.specialTokenPolicy
    return try text.withByteView { (text) throws(TokenizationError) in
      var offsets: [Range<Int>] = []
      if hasPlainOffsets {
        try encode(text, specialTokens) { segment, merged in
          self.appendOffsets(of: segment, merged, to: &offsets)
        }
      } else {
        var staged: [Range<Int>]? = []
        try encodeStaged(text, specialTokens, &staged)
        offsets = staged ?? []
      }
      let encoding = Encoding(ids: pieces.output.toArray(), offsets: offsets)
      return trimmed ? tokenizer.trimmingOffsets(encoding, of: text) : encoding
    }
  }

  /// Encodes a text the way that knows all stages.
  private func encodeStaged(
    _ text: ByteView,
    _ policy: SpecialTokenPolicy,
    _ offsets: inout [Range<Int>]?
  ) throws(TokenizationError) {
    if let sentencePiece {
      try sentencePiece.encode(text, policy, into: &pieces.output, offsets: &offsets)
      return
    }
    let encoder: StagedEncoder
    do {
      encoder = try staged.get()
    } catch {
      throw .text(error)
    }
    try encoder.encode(text, policy, into: &pieces.output, offsets: &offsets)
  }

  /// Called with each segment and the text it was merged from.
  typealias Recorder = (Segment, ByteView) -> Void

  /// Splits a text at added tokens and encodes what is between them.
  private func encode(
    _ text: ByteView,
    _ policy: SpecialTokenPolicy,
    record: Recorder?
  ) throws(TokenizationError) {
    var search = AddedTokenSearch(tokenizer.finder)
    while let (match, before) = search.next(
      in: text,
      where: { policy != .asText || !$0.isSpecial }
    ) {
      if policy == .refuse, match.token.isSpecial {
        throw .specialTokenInText(token: match.token.content, offset: match.range.lowerBound)
      }
      try encode(text, before, policy, record)
      emit(match, at: 0, text, record)
    }
    try encode(text, search.covered..<text.count, policy, record)
  }

  /// Appends an added token.
  private func emit(
    _ match: AddedTokenFinder.Match,
    at start: Int,
    _ text: ByteView,
    _ record: Recorder?
  ) {
    pieces.output.append(match.token.id)
    let segment = Segment(
      ids: pieces.output.count - 1..<pieces.output.count,
      source: match.range.lowerBound + start..<match.range.upperBound + start,
      alignment: .identity,
      isAdded: true
    )
    record?(segment, text)
  }

  /// Normalizes a part of a text and encodes it.
  private func encode(
    _ text: ByteView,
    _ range: Range<Int>,
    _ policy: SpecialTokenPolicy,
    _ record: Recorder?
  ) throws(TokenizationError) {
    if range.isEmpty { return }
    let part = text[range]
    let normal: (text: [UInt8], alignment: Alignment)?
    do {
      normal = try part.withSpan { (span) throws(UnicodeTextError) in
        let normalizer = try normalizer.get()
        if record != nil { return try normalizer.aligned(span) }
        return try normalizer.normalized(span).map { ($0, .identity) }
      }
    } catch {
      throw .text(error)
    }
    if let normal {
      try normal.text.withByteView { (text) throws(TokenizationError) in
        try encodeNormal(text, normal.alignment, range, policy, record)
      }
    } else {
      try encodeNormal(part, .identity, range, policy, record)
    }
  }

  /// Finds the added tokens of the normalized text and encodes what is between them.
  private func encodeNormal(
    _ text: ByteView,
    _ alignment: Alignment,
    _ source: Range<Int>,
    _ policy: SpecialTokenPolicy,
    _ record: Recorder?
  ) throws(TokenizationError) {
    var search = AddedTokenSearch(tokenizer.normalizedFinder)
    while let (match, before) = search.next(
      in: text,
      where: { policy != .asText || !$0.isSpecial }
    ) {
      let place = alignment.source(of: match.range)
      let offset = source.lowerBound + place.lowerBound
      if policy == .refuse, match.token.isSpecial {
        throw .specialTokenInText(token: match.token.content, offset: offset)
      }
      try encodePart(text, before, alignment, source, record)
      let original = AddedTokenFinder.Match(token: match.token, range: place)
      emit(original, at: source.lowerBound, text, record)
    }
    try encodePart(text, search.covered..<text.count, alignment, source, record)
  }

  /// Encodes a part of a normalized text in which there is no added token.
  private func encodePart(
    _ text: ByteView,
    _ range: Range<Int>,
    _ alignment: Alignment,
    _ source: Range<Int>,
    _ record: Recorder?
  ) throws(TokenizationError) {
    if range.isEmpty { return }
    let first = pieces.output.count
    let part = text[range]
    if tokenizer.configuration.addsPrefixSpace, part.needsPrefixSpace {
      let prefixed = [UInt8(ascii: " ")] + part.toArray()
      try prefixed.withByteView { (prefixed) throws(TokenizationError) in
        try pieces.encode(prefixed)
        // The space belongs to the first character, as it does to Hugging Face's tokenizers.
        let end = ScannedText(part).character(at: 0).end
        let added = Alignment(changes: [Alignment.Change(source: 0..<end, target: 0..<end + 1)])
        let whole = alignment.part(range).followed(by: added)
        report(first, alignment.source(of: range), whole, source, prefixed, record)
      }
    } else {
      try pieces.encode(part)
      report(first, alignment.source(of: range), alignment.part(range), source, part, record)
    }
  }

  private func report(
    _ first: Int,
    _ range: Range<Int>,
    _ alignment: Alignment,
    _ source: Range<Int>,
    _ text: ByteView,
    _ record: Recorder?
  ) {
    guard let record else { return }
    let segment = Segment(
      ids: first..<pieces.output.count,
      source: range.lowerBound + source.lowerBound..<range.upperBound + source.lowerBound,
      alignment: alignment,
      isAdded: false
    )
    record(segment, text)
  }

  /// Appends the bytes of the original that each token of a segment stands for.
  private func appendOffsets(
    of segment: Segment,
    _ text: ByteView,
    to offsets: inout [Range<Int>]
  ) {
    if segment.isAdded {
      offsets.append(segment.source)
      return
    }
    let base = segment.source.lowerBound
    if let kept = keptBytes(text) {
      var next = 0
      for index in segment.ids {
        let count = tables.decodedRange(pieces.output[index]).count
        let range = segment.alignment.source(of: kept[next]..<kept[next + count - 1] + 1)
        offsets.append(range.lowerBound + base..<range.upperBound + base)
        next += count
      }
      return
    }
    var place = 0
    for index in segment.ids {
      let start = skipUnknown(text, place)
      var end = start
      for _ in 0..<tables.decodedRange(pieces.output[index]).count {
        end = skipUnknown(text, end) + 1
      }
      let range = segment.alignment.source(of: start..<end)
      offsets.append(range.lowerBound + base..<range.upperBound + base)
      place = end
    }
  }

  /// The places of the bytes that stages of cutting leave and that have a token, in order; nil
  /// where one rule cuts, which leaves every byte.
  private func keptBytes(_ text: ByteView) -> [Int]? {
    // What could fail failed when the tokens were found.
    guard let pieces = try? pieces.pieces(of: text) else { return nil }
    return pieces.flatMap { $0 }.filter { tables.byteTokens[text[$0]] != TokenizerTables.none }
  }

  /// The next byte that has a token.
  private func skipUnknown(_ text: ByteView, _ start: Int) -> Int {
    if tables.coversAllBytes { return start }
    var place = start
    while place < text.count, tables.byteTokens[text[place]] == TokenizerTables.none {
      place += 1
    }
    return place
  }
}

extension ByteView {
  /// Lends the bytes as a span.
  @inline(__always)
  func withSpan<Result, Failure: Error>(
    _ body: (RawSpan) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try unsafe body(RawSpan(_unsafeStart: address, byteCount: count))
  }
}
