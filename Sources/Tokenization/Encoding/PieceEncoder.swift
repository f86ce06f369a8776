import UnicodeText

/// Cuts text without added tokens into pieces and encodes each; what ``BPEEncoder`` spends its time
/// in.
struct PieceEncoder: ~Copyable {
  /// The tokens of everything encoded so far.
  var output = FlatArray<TokenID>()

  private let tables: TokenizerTables
  private let pattern: SplitPattern?
  private let splitter: Result<TextSplitter, UnicodeTextError>?
  private let ignoresMerges: Bool
  private let modelTokenCount: Int
  private var cache = WordCache()
  private var merger = PieceMerger()

  /// Longest run of bytes without a cut.
  private static let longestPiece = 1 << 30

  init(_ tokenizer: Tokenizer) {
    tables = tokenizer.tables
    pattern = tokenizer.configuration.pattern
    splitter = tokenizer.configuration.splitter()
    ignoresMerges = tokenizer.configuration.ignoresMerges
    modelTokenCount = tokenizer.modelTokenCount
  }

  /// Appends the tokens of a text.
  mutating func encode(_ text: ByteView) throws(TokenizationError) {
    guard let pattern else {
      try encodeStaged(text)
      return
    }
    try pattern.forEachPiece(of: text) { (piece) throws(TokenizationError) in
      let key = WordCache.key(text, piece)
      if !cache.append(key, text, piece, to: &output) { try encodePiece(key, text, piece) }
    }
  }

  /// The bytes that are encoded, in order; without what the stages remove.
  func pieces(of text: ByteView) throws(TokenizationError) -> [Range<Int>]? {
    guard let splitter else { return nil }
    do {
      return try splitter.get().pieces(of: text)
    } catch {
      throw .text(error)
    }
  }

  /// Appends the tokens of a text that several stages cut.
  private mutating func encodeStaged(_ text: ByteView) throws(TokenizationError) {
    for piece in try pieces(of: text) ?? [] {
      let key = WordCache.key(text, piece)
      if !cache.append(key, text, piece, to: &output) { try encodePiece(key, text, piece) }
    }
  }

  /// Encodes a piece that was not met before.
  @inline(never)
  private mutating func encodePiece(
    _ key: WordCache.Key,
    _ text: ByteView,
    _ piece: Range<Int>
  ) throws(TokenizationError) {
    if piece.count > Self.longestPiece { throw .pieceTooLong(byteCount: piece.count) }
    let first = output.count
    if ignoresMerges, let id = wholeToken(text[piece]) {
      output.append(id)
    } else {
      merger.start()
      for index in piece {
        let token = tables.byteTokens[text[index]]
        if token != TokenizerTables.none { merger.append(token) }
      }
      merger.finish(tables.ranks, into: &output)
    }
    cache.insert(key, text, piece, output, from: first)
  }

  /// The token that a whole piece is, or nil.
  private func wholeToken(_ piece: ByteView) -> TokenID? {
    let spelling = ByteAlphabet.spelling(of: piece.toArray())
    guard let id = spelling.withByteView({ tables.tokens.find($0) }) else { return nil }
    return id < modelTokenCount ? TokenID(id) : nil
  }
}
