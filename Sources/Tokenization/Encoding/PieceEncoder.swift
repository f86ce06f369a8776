import Randomness
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
  private var cache: WordCache
  private var merger = PieceMerger()
  private var queue = PieceQueue()
  private var parser: PieceParser?
  private let merges: [Merge]
  /// How many bytes long pieces had so far.
  private var longCount = 0
  /// Pieces that were found and not yet encoded.
  private var group = FlatArray<WordCache.Key>(capacity: WordCache.groupSize)
  /// Where those from the first unseen one on are in the cache, or ~number for an unseen one.
  private var places = FlatArray<Int32>(capacity: WordCache.groupSize)
  /// The unseen ones and their tokens.
  private var unseen = FlatArray<PieceMerger.Piece>(capacity: WordCache.groupSize)
  private var found = FlatArray<TokenID>()

  private let dropout: MergeDropout?
  private var random: Xoshiro256

  /// Longest run of bytes without a cut.
  private static let longestPiece = 1 << 30
  /// So many bytes of long pieces are worth the tables of the ``PieceParser``.
  private static let parsingStart = 1 << 15

  init(_ tokenizer: Tokenizer, _ words: LearnedWords, _ dropout: MergeDropout? = nil) {
    cache = WordCache(words)
    self.dropout = dropout
    random = dropout?.generator(ofText: 0) ?? Seed(0).stream("")
    tables = tokenizer.tables
    merges = tokenizer.merges
    pattern = tokenizer.configuration.pattern
    splitter = tokenizer.configuration.splitter()
    ignoresMerges = tokenizer.configuration.ignoresMerges
    modelTokenCount = tokenizer.modelTokenCount
  }

  /// Begins the random numbers of a text.
  mutating func startText(_ number: Int) {
    if let dropout { random = dropout.generator(ofText: number) }
  }

  /// Appends the tokens of a text.
  mutating func encode(_ text: ByteView) throws(TokenizationError) {
    guard let pattern else {
      try encodeStaged(text)
      return
    }
    // A group of pieces is found first and looked up then, so that the memory of all of them is on
    // its way before the first is needed.
    try pattern.forEachPiece(of: text) { (piece) throws(TokenizationError) in
      let key = WordCache.key(text, piece)
      cache.prefetch(key)
      group.append(key)
      if group.count == WordCache.groupSize { try encodeGroup(text) }
    }
    try encodeGroup(text)
  }

  /// Appends the tokens of the pieces found last.
  private mutating func encodeGroup(_ text: ByteView) throws(TokenizationError) {
    defer { group.removeAll() }
    if let dropout, dropout.probability > 0 {
      for index in 0..<group.count {
        let piece = text[group[index].range]
        if piece.count > Self.longestPiece { throw .pieceTooLong(byteCount: piece.count) }
        queue.merge(
          piece,
          tables,
          leavingOut: { random.uniform() < dropout.probability },
          into: &output
        )
      }
      return
    }
    output.reserve(WordCache.slack)
    cache.refresh()
    let view = cache.view
    for index in 0..<group.count {
      let place = view.find(group[index], text)
      if place < 0 {
        try encodeUnseen(from: index, text)
        return
      }
      view.append(place, to: &output, slack: WordCache.slack)
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
      group.append(WordCache.key(text, piece))
      if group.count == WordCache.groupSize { try encodeGroup(text) }
    }
    try encodeGroup(text)
  }

  /// Encodes the rest of a group from the first piece on that was not met before.
  @inline(never)
  private mutating func encodeUnseen(
    from first: Int,
    _ text: ByteView
  ) throws(TokenizationError) {
    places.removeAll()
    unseen.removeAll()
    found.removeAll()
    let view = cache.view
    for index in first..<group.count {
      let place = view.find(group[index], text)
      places.append(Int32(truncatingIfNeeded: place < 0 ? ~unseen.count : place))
      if place < 0 { unseen.append(try piece(group[index].range, of: text)) }
    }
    merger.merge(&unseen, of: text, tables, into: &found)
    for index in 0..<places.count {
      let place = Int(places[index])
      if place >= 0 {
        view.append(place, to: &output, slack: WordCache.slack)
      } else {
        output.append(found, unseen[~place].ids)
        output.reserve(WordCache.slack)
      }
    }
    for index in 0..<places.count where places[index] < 0 {
      cache.insert(group[first + index], text, found, unseen[~Int(places[index])].ids)
    }
  }

  /// A piece for the ``PieceMerger``, with its tokens where it cannot merge it.
  @inline(__always)
  private mutating func piece(
    _ range: Range<Int>,
    of text: ByteView
  ) throws(TokenizationError) -> PieceMerger.Piece {
    var piece = PieceMerger.Piece(range)
    if !ignoresMerges, range.count <= PieceMerger.longestPiece, tables.ranks.isNarrow {
      return piece
    }
    if range.count > Self.longestPiece { throw .pieceTooLong(byteCount: range.count) }
    let first = found.count
    if ignoresMerges, let id = wholeToken(text[range]) {
      found.append(id)
    } else if tables.ranks.isNarrow, range.count <= PieceMerger.longestPiece {
      return piece
    } else if range.count <= PieceMerger.longestPiece || !parse(text[range]) {
      queue.merge(text[range], tables, into: &found)
    }
    piece.firstID = first
    piece.idCount = found.count - first
    return piece
  }

  /// Encodes a long piece from left to right; false where it has to be merged.
  private mutating func parse(_ piece: ByteView) -> Bool {
    if longCount < Self.parsingStart {
      longCount += piece.count
      if longCount >= Self.parsingStart, let vocabulary = tables.vocabulary.get(merges, tables) {
        parser = PieceParser(vocabulary)
      }
    }
    return parser?.parse(piece, tables.ranks, into: &found) ?? false
  }

  /// The token that a whole piece is, or nil.
  private func wholeToken(_ piece: ByteView) -> TokenID? {
    let spelling = ByteAlphabet.spelling(of: piece.toArray())
    guard let id = spelling.withByteView({ tables.tokens.find($0) }) else { return nil }
    return id < modelTokenCount ? TokenID(id) : nil
  }
}
