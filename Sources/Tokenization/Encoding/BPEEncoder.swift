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
  public convenience init(_ tokenizer: Tokenizer, dropout: MergeDropout? = nil) {
    self.init(tokenizer, dropout, LearnedWords())
  }

  /// Creates an encoder that learns words together with others of the same tokenizer.
  init(_ tokenizer: Tokenizer, _ dropout: MergeDropout?, _ words: LearnedWords) {
    self.tokenizer = tokenizer
    tables = tokenizer.tables
    let dropout = dropout ?? tokenizer.configuration.options.mergeDropout
    self.dropout = dropout
    sentencePiece = tokenizer.sentencePiece.map { SentencePieceEncoder($0, tokenizer, dropout) }
    hasPlainOffsets = tokenizer.hasPlainOffsets
    pieces = PieceEncoder(tokenizer, words, dropout)
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
    try append(text, specialTokens)
    unsafe pieces.output.withElements { unsafe ids.append(contentsOf: $0) }
  }

  /// Forgets the tokens of the texts appended so far.
  func removeOutput() {
    pieces.output.removeAll()
  }

  /// How many tokens the texts have that were appended since the last call of ``removeOutput()``.
  var outputCount: Int { pieces.output.count }

  /// Copies some of these tokens to memory for as many.
  @unsafe func copyOutput(_ range: Range<Int>, to target: UnsafeMutableBufferPointer<TokenID>) {
    unsafe pieces.output.withElements { source in
      _ = unsafe target.initialize(fromContentsOf: source[range])
    }
  }

  /// Encodes a text behind those before it.
  func append(
    _ text: RawSpan,
    _ specialTokens: SpecialTokenPolicy?
  ) throws(TokenizationError) {
    let specialTokens = specialTokens ?? tokenizer.configuration.specialTokenPolicy
    try text.withByteView { (text) throws(TokenizationError) in
      if tokenizer.isPlainByteLevel {
        try encode(text, specialTokens, record: nil)
      } else {
        var offsets: [Range<Int>]?
        try encodeStaged(text, specialTokens, &offsets)
      }
    }
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
        try encode(text, specialTokens) { self.appendOffsets(of: $0, to: &offsets) }
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

  /// Called with each segment of a text that no stage changes.
  typealias Recorder = (Segment) -> Void

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
      emit(match, at: 0, record)
    }
    try encode(text, search.covered..<text.count, policy, record)
  }

  /// Appends an added token.
  private func emit(
    _ match: AddedTokenFinder.Match,
    at start: Int,
    _ record: Recorder?
  ) {
    pieces.output.append(match.token.id)
    let segment = Segment(
      ids: pieces.output.count - 1..<pieces.output.count,
      source: match.range.lowerBound + start..<match.range.upperBound + start,
      isAdded: true
    )
    record?(segment)
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
    let normal: [UInt8]?
    do {
      normal = try part.withSpan { (span) throws(UnicodeTextError) in
        try normalizer.get().normalized(span)
      }
    } catch {
      throw .text(error)
    }
    if let normal {
      try normal.withByteView { (text) throws(TokenizationError) in
        try encodeNormal(text, at: range.lowerBound, policy, record)
      }
    } else {
      try encodeNormal(part, at: range.lowerBound, policy, record)
    }
  }

  /// Finds the added tokens of a normalized text, which begins at a place of the original, and
  /// encodes what is between them.
  private func encodeNormal(
    _ text: ByteView,
    at start: Int,
    _ policy: SpecialTokenPolicy,
    _ record: Recorder?
  ) throws(TokenizationError) {
    var search = AddedTokenSearch(tokenizer.normalizedFinder)
    while let (match, before) = search.next(
      in: text,
      where: { policy != .asText || !$0.isSpecial }
    ) {
      if policy == .refuse, match.token.isSpecial {
        let offset = start + match.range.lowerBound
        throw .specialTokenInText(token: match.token.content, offset: offset)
      }
      try encodePart(text, before, at: start, record)
      emit(match, at: start, record)
    }
    try encodePart(text, search.covered..<text.count, at: start, record)
  }

  /// Encodes a part of a normalized text in which there is no added token.
  private func encodePart(
    _ text: ByteView,
    _ range: Range<Int>,
    at start: Int,
    _ record: Recorder?
  ) throws(TokenizationError) {
    if range.isEmpty { return }
    let first = pieces.output.count
    let part = text[range]
    if tokenizer.configuration.addsPrefixSpace, part.needsPrefixSpace {
      let prefixed = [UInt8(ascii: " ")] + part.toArray()
      try prefixed.withByteView { (prefixed) throws(TokenizationError) in
        try pieces.encode(prefixed)
      }
    } else {
      try pieces.encode(part)
    }
    record?(
      Segment(
        ids: first..<pieces.output.count,
        source: range.lowerBound + start..<range.upperBound + start,
        isAdded: false
      )
    )
  }

  /// Appends the bytes of the original that each token of a segment stands for.
  private func appendOffsets(of segment: Segment, to offsets: inout [Range<Int>]) {
    if segment.isAdded {
      offsets.append(segment.source)
      return
    }
    var place = segment.source.lowerBound
    for index in segment.ids {
      let end = place + tables.decodedRange(pieces.output[index]).count
      offsets.append(place..<end)
      place = end
    }
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
