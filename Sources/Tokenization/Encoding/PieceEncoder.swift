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
  /// The tokens of those that are at hand.
  private var ready = FlatArray<TokenID>(capacity: WordCache.slack)
  /// Those whose tokens are not.
  private var late = FlatArray<Late>(capacity: WordCache.groupSize)
  /// Where the tokens of these, or of their parts, belong.
  private var gaps = FlatArray<Gap>(capacity: WordCache.groupSize)
  /// The parts of those that were cut.
  private var parts = FlatArray<Part>()
  /// The ones that were not met before, and their tokens.
  private var unseen = FlatArray<PieceMerger.Piece>(capacity: WordCache.groupSize)
  private var unseenKeys = FlatArray<WordCache.Key>(capacity: WordCache.groupSize)
  private var found = FlatArray<TokenID>()
  /// The numbers of unseen ones by their places in the cache; some of groups long finished.
  private var recent = FlatArray<UInt32>(repeating: 0, count: recentCount)
  private static let recentCount = 512
  /// Those that were cut.
  private var wholes = FlatArray<Whole>()
  private var seams: FoundSeams?
  /// How many bytes the unseen pieces had so far that may have seams.
  private var cuttableCount = 0

  /// A piece of a group that has to be looked for.
  struct Late: BitwiseCopyable {
    let index: Int
    /// Where its tokens belong among those that are ready.
    let position: Int
  }

  /// A place among the tokens that are ready where others are missing.
  struct Gap: BitwiseCopyable {
    let position: Int
    /// Where the word is in the cache, or ~number for an unseen one.
    var source: Int
    /// Where its tokens are in the output.
    var firstID = 0
    var endID = 0
  }

  /// A part of a piece that was cut.
  struct Part: BitwiseCopyable {
    let key: WordCache.Key
    let gap: Int
  }

  /// A piece that was cut.
  struct Whole: BitwiseCopyable {
    let key: WordCache.Key
    /// The gaps of its parts.
    let firstPart: Int
    let lastPart: Int
  }

  private let dropout: MergeDropout?
  private var random: Xoshiro256

  /// How many unseen pieces, from several groups, are merged together: while the last ones are merged,
  /// no others fill the time that they wait for memory.
  private static let unseenLimit = 128
  /// How many tokens wait for those between them.
  private static let readyLimit = 1 << 12
  /// Longest run of bytes without a cut.
  private static let longestPiece = 1 << 30
  /// So many bytes of long pieces are worth the tables of the ``PieceParser``.
  private static let parsingStart = 1 << 15
  /// So many bytes of pieces that may have seams are worth the tables of the ``CharacterSeams``.
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
    defer { forgetGroups() }
    switch pattern {
    case nil: try encodeStaged(text)
    case .gpt2: try encode(text, GPT2Scanner())
    case .o200k: try encode(text, O200KScanner())
    case .cl100k(let scanner): try encode(text, scanner)
    }
    finishGroups(text)
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
      refreshCache()
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
    ready.reserve(WordCache.slack)
    late.removeAll()
    let view = cache.view
    var index = 0
    while true {
      index = view.appendShort(group, from: index, count: groupCount, to: &ready)
      if index == groupCount { break }
      view.prefetchRest(group[index])
      late.append(Late(index: index, position: ready.count))
      index &+= 1
    }
    if late.count > 0 { try findLate(text) }
    if unseen.count >= Self.unseenLimit || ready.count >= Self.readyLimit { finishGroups(text) }
  }

  /// Goes over to the newest table where no place in this one is needed.
  @inline(__always)
  private mutating func refreshCache() {
    if gaps.count == 0 { cache.refresh() }
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
    refreshCache()
    for piece in try pieces(of: text) ?? [] where !piece.isEmpty {
      group[groupCount] = cache.key(text, piece)
      groupCount += 1
      if groupCount == WordCache.groupSize {
        try encodeGroup(text)
        groupCount = 0
        refreshCache()
      }
    }
    try encodeGroup(text)
  }

  /// Looks for the pieces of a group whose tokens were not at hand.
  @inline(never)
  private mutating func findLate(_ text: ByteView) throws(TokenizationError) {
    parts.removeAll()
    for index in 0..<late.count {
      let key = group[late[index].index]
      let position = late[index].position
      let place = cache.find(key, text)
      if place >= 0 || !CharacterSeams.areLikely(in: key) || !cut(key, text, position) {
        gaps.append(Gap(position: position, source: place))
        if place < 0 { try addUnseen(key, text, gaps.count &- 1) }
      }
    }
    for index in 0..<parts.count {
      let part = parts[index]
      let place = cache.find(part.key, text)
      gaps[part.gap].source = place
      if place < 0 { try addUnseen(part.key, text, part.gap) }
    }
  }

  /// Appends the tokens of the groups so far to the output, and keeps what was not met before.
  @inline(never)
  private mutating func finishGroups(_ text: ByteView) {
    if unseen.count > 0 { merger.merge(&unseen, of: text, tables, into: &found) }
    fillGaps()
    // Last, as the table may become another one.
    for index in 0..<unseen.count {
      cache.insert(unseenKeys[index], text, found, unseen[index].ids)
    }
    for index in 0..<wholes.count {
      let whole = wholes[index]
      let ids = gaps[whole.firstPart].firstID..<gaps[whole.lastPart].endID
      cache.insert(whole.key, text, output, ids)
    }
    forgetGroups()
  }

  /// Forgets the groups that are not finished.
  private mutating func forgetGroups() {
    groupCount = 0
    ready.removeAll()
    gaps.removeAll()
    unseen.removeAll()
    unseenKeys.removeAll()
    wholes.removeAll()
    found.removeAll()
  }

  /// Appends the tokens that are ready to the output, and the missing ones between them.
  private mutating func fillGaps() {
    let view = cache.view
    // What is ready, and the words with up to three tokens.
    let room = ready.count &+ 4 &* gaps.count &+ FlatArray<TokenID>.overshoot
    output.reserve(room)
    found.reserve(FlatArray<TokenID>.overshoot)
    var end = output.count
    var next = 0
    for index in 0..<gaps.count {
      let gap = gaps[index]
      end = output.store(ready, next..<gap.position, at: end)
      next = gap.position
      gaps[index].firstID = end
      if gap.source < 0 {
        let ids = unseen[~gap.source].ids
        output.setCount(end)
        output.reserve(ids.count &+ room)
        end = output.store(found, ids, at: end)
      } else {
        let numbers = view.tokens(gap.source)
        let count = Int(numbers.w >> 8)
        if count != LearnedTable.View.listed {
          output.store(numbers, at: end)
          end &+= count
        } else {
          output.setCount(end)
          output.reserve(Int(numbers.y) &+ room)
          end = view.storeList(numbers, in: &output, at: end)
        }
      }
      gaps[index].endID = end
    }
    output.setCount(output.store(ready, next..<ready.count, at: end))
  }

  /// Notes a piece that was not met before, or a part of one, whose tokens belong in a gap.
  @inline(__always)
  private mutating func addUnseen(
    _ key: WordCache.Key,
    _ text: ByteView,
    _ gap: Int
  ) throws(TokenizationError) {
    // Learned only with its group, a word may come again before.
    let slot = Int(key.home) & (Self.recentCount &- 1)
    let known = Int(recent[slot])
    if known < unseen.count, unseenKeys[known].isSameWord(as: key, text) {
      gaps[gap].source = ~known
      return
    }
    recent[slot] = UInt32(truncatingIfNeeded: unseen.count)
    gaps[gap].source = ~unseen.count
    unseen.append(try piece(key.range, of: text))
    unseenKeys.append(key)
  }

  /// Cuts a piece that was not met before into the parts that no token reaches across; false where
  /// it is left whole.
  private mutating func cut(_ key: WordCache.Key, _ text: ByteView, _ position: Int) -> Bool {
    let range = key.range
    if ignoresMerges || range.count > CharacterSeams.longestPiece { return false }
    if seams == nil {
      cuttableCount += range.count
      if cuttableCount < Self.cuttingStart { return false }
      seams = tables.seams.get(merges, tables)
    }
    guard let seams else { return false }
    let piece = text[range]
    var end = seams.end(ofPartAt: 0, piece)
    if end == piece.count { return false }
    let first = gaps.count
    var start = 0
    while true {
      let part = cache.view.key(text, range.lowerBound &+ start, end &- start)
      cache.view.prefetch(part)
      parts.append(Part(key: part, gap: gaps.count))
      gaps.append(Gap(position: position, source: -1))
      if end == piece.count { break }
      start = end
      end = seams.end(ofPartAt: start, piece)
    }
    wholes.append(Whole(key: key, firstPart: first, lastPart: gaps.count &- 1))
    return true
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
