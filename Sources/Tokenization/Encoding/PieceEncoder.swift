import Randomness
import UnicodeText

/// Cuts text without added tokens into pieces and encodes each; what ``BPEEncoder`` spends its time
/// in.
struct PieceEncoder: ~Copyable {
  /// The tokens of everything encoded so far.
  var output = FlatArray<TokenID>()

  private let tables: TokenizerTables
  private let pattern: ScannerKind?
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
  /// Pieces that were found and not yet encoded, and how many.
  private var group = FlatArray(repeating: WordCache.Key(), count: WordCache.groupSize)
  private var groupCount = 0
  /// The unseen ones, and where their tokens belong in the output, which has those of all others.
  private var unseen = FlatArray<PieceMerger.Piece>(capacity: WordCache.groupSize)
  private var unseenKeys = FlatArray<WordCache.Key>(capacity: WordCache.groupSize)
  private var gaps = FlatArray<Int>(capacity: WordCache.groupSize)
  /// The tokens of the unseen ones.
  private var found = FlatArray<TokenID>()
  /// The long ones that have parts.
  private var wholes = FlatArray<Whole>()
  private var seams: FoundSeams?
  /// How many bytes long unseen pieces had so far.
  private var cuttableCount = 0

  /// A long piece that was cut.
  struct Whole: BitwiseCopyable {
    let key: WordCache.Key
    /// Where its tokens are in the output, without those of the unseen parts before and inside.
    let firstID: Int
    let endID: Int
    /// How many parts were not met before, up to its first and up to its last one.
    let firstGap: Int
    let endGap: Int
  }

  private let dropout: MergeDropout?
  private var random: Xoshiro256

  /// Longest run of bytes without a cut.
  private static let longestPiece = 1 << 30
  /// So many bytes of long pieces are worth the tables of the ``PieceParser``.
  private static let parsingStart = 1 << 15
  /// So many bytes of long pieces not met before are worth the tables of the ``CharacterSeams``.
  private static let cuttingStart = 1 << 15

  init(_ tokenizer: Tokenizer, _ words: LearnedWords, _ dropout: MergeDropout? = nil) {
    cache = WordCache(words)
    self.dropout = dropout
    random = dropout?.generator(ofText: 0) ?? Seed(0).stream("")
    tables = tokenizer.tables
    merges = tokenizer.merges
    pattern = tokenizer.configuration.pattern.map(ScannerKind.init)
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
    defer { groupCount = 0 }
    switch pattern {
    case nil: try encodeStaged(text)
    case .gpt2: try encode(text, GPT2Scanner())
    case .o200k: try encode(text, O200KScanner())
    case .cl100k(let scanner): try encode(text, scanner)
    }
  }

  /// Appends the tokens of the pieces that a scanner finds.
  ///
  /// A function of its own for each scanner, as all in one are too much for the compiler to put in
  /// line.
  @inline(never)
  private mutating func encode(
    _ text: ByteView,
    _ scanner: some PieceScanner
  ) throws(TokenizationError) {
    let scanned = ScannedText(text)
    var position = 0
    while position < text.count {
      // A group of pieces is found first and looked up then, so that the memory of all of them is on
      // its way before the first is needed.
      cache.refresh()
      let view = cache.view
      var count = 0
      repeat {
        let end = scanner.end(ofPieceAt: position, in: scanned)
        assert(end > position && end <= text.count, "piece \(position)..<\(end) of \(text.count)")
        let key = view.key(text, position, end &- position)
        view.prefetch(key)
        group[count] = key
        count &+= 1
        position = end
        if count == WordCache.groupSize { break }
      } while position < text.count
      groupCount = count
      try encodeGroup(text)
    }
  }

  /// Appends the tokens of the pieces found last.
  private mutating func encodeGroup(_ text: ByteView) throws(TokenizationError) {
    if let dropout, dropout.probability > 0 {
      for index in 0..<groupCount {
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
    unseen.removeAll()
    unseenKeys.removeAll()
    gaps.removeAll()
    wholes.removeAll()
    found.removeAll()
    output.reserve(WordCache.slack)
    let view = cache.view
    var index = 0
    while true {
      index = view.appendShort(group, from: index, count: groupCount, to: &output)
      if index == groupCount { break }
      let place = view.find(group[index], text)
      if place >= 0 {
        view.append(place, to: &output, slack: WordCache.slack)
      } else {
        try addUnseen(group[index], text)
      }
      index &+= 1
    }
    if unseen.count > 0 || wholes.count > 0 { encodeUnseen(text) }
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
    cache.refresh()
    for piece in try pieces(of: text) ?? [] {
      group[groupCount] = cache.key(text, piece)
      groupCount += 1
      if groupCount == WordCache.groupSize {
        try encodeGroup(text)
        groupCount = 0
        cache.refresh()
      }
    }
    try encodeGroup(text)
  }

  /// Finds the tokens of the unseen pieces, puts them where they belong and keeps them.
  @inline(never)
  private mutating func encodeUnseen(_ text: ByteView) {
    merger.merge(&unseen, of: text, tables, into: &found)
    // From the last one on: what stands behind a gap is moved by the tokens of all gaps up to it.
    var source = output.count
    output.reserve(found.count)
    output.setCount(source &+ found.count)
    var target = output.count
    for index in stride(from: unseen.count &- 1, through: 0, by: -1) {
      let gap = gaps[index]
      output.moveUp(gap..<source, to: target)
      target &-= source &- gap &+ unseen[index].idCount
      output.copy(found, unseen[index].ids, to: target)
      source = gap
    }
    // Last, as the table may become another one.
    for index in 0..<unseen.count {
      cache.insert(unseenKeys[index], text, found, unseen[index].ids)
    }
    if wholes.count > 0 { keepWholes(text) }
  }

  /// Keeps the tokens of the long pieces that were cut.
  private mutating func keepWholes(_ text: ByteView) {
    var gap = 0
    var moved = 0
    for index in 0..<wholes.count {
      let whole = wholes[index]
      while gap < whole.firstGap {
        moved &+= unseen[gap].idCount
        gap &+= 1
      }
      let start = whole.firstID &+ moved
      while gap < whole.endGap {
        moved &+= unseen[gap].idCount
        gap &+= 1
      }
      cache.insert(whole.key, text, output, start..<whole.endID &+ moved)
    }
  }

  /// Notes a piece that was not met before: of a long one the parts that no token reaches across.
  @inline(never)
  private mutating func addUnseen(
    _ key: WordCache.Key,
    _ text: ByteView
  ) throws(TokenizationError) {
    if key.count <= CharacterSeams.shortestPiece {
      try addPart(key, text)
    } else {
      try addLong(key, text)
    }
  }

  /// Notes a piece, or a part of one, that was not met before.
  @inline(__always)
  private mutating func addPart(
    _ key: WordCache.Key,
    _ text: ByteView
  ) throws(TokenizationError) {
    unseen.append(try piece(key.range, of: text))
    unseenKeys.append(key)
    gaps.append(output.count)
  }

  /// Notes a long piece that was not met before.
  private mutating func addLong(
    _ key: WordCache.Key,
    _ text: ByteView
  ) throws(TokenizationError) {
    let range = key.range
    if ignoresMerges || range.count > CharacterSeams.longestPiece {
      try addPart(key, text)
      return
    }
    if seams == nil {
      cuttableCount += range.count
      if cuttableCount >= Self.cuttingStart { seams = tables.seams.get(merges, tables) }
    }
    let piece = text[range]
    var end = seams?.end(ofPartAt: 0, piece) ?? piece.count
    if end == piece.count {
      try addPart(key, text)
      return
    }
    let (firstID, firstGap) = (output.count, unseen.count)
    var start = 0
    while true {
      let part = cache.key(text, range.lowerBound &+ start..<range.lowerBound &+ end)
      let place = cache.find(part, text)
      if place >= 0 {
        cache.view.append(place, to: &output, slack: WordCache.slack)
        output.reserve(WordCache.slack)
      } else {
        try addPart(part, text)
      }
      if end == piece.count { break }
      start = end
      end = seams?.end(ofPartAt: start, piece) ?? piece.count
    }
    wholes.append(
      Whole(
        key: key,
        firstID: firstID,
        endID: output.count,
        firstGap: firstGap,
        endGap: unseen.count
      )
    )
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
