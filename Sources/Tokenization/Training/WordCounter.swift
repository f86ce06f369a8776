public import UnicodeText

/// Counts the words of a corpus: what BPE training reads instead of the text.
///
/// Each text is brought to its normal form and cut into pieces; a piece is a word. Counters of parts
/// of a corpus add up to the counter of the whole, in any order.
public final class WordCounter {
  /// What says how texts become words.
  public let configuration: TokenizerConfiguration
  /// What is done to texts before they are cut.
  public var normalization: Normalization { configuration.normalization }

  private let normalizer: Result<TextNormalizer, UnicodeTextError>
  /// Whether lines can be normalized together.
  private let normalizesLinesTogether: Bool
  private let pattern: SplitPattern?
  private let splitter: Result<TextSplitter, UnicodeTextError>?
  /// What makes words where a rule alone does not; nil elsewhere.
  private let stages: Result<Stages, UnicodeTextError>?
  private let finder: AddedTokenFinder
  private let normalizedFinder: AddedTokenFinder
  var table = WordTable()

  /// How many bytes of text were counted, before normalization.
  public internal(set) var byteCount = 0

  /// Creates an empty counter.
  public convenience init(
    normalization: NormalizationForm = .nfc,
    pattern: SplitPattern = .o200k
  ) {
    self.init(
      TokenizerConfiguration(normalization: Normalization(normalization), pattern: pattern),
      finder: AddedTokenFinder([]),
      normalizedFinder: AddedTokenFinder([])
    )
  }

  /// Creates an empty counter of words as an existing tokenizer makes them.
  ///
  /// The tokenizer's added tokens are found in the text and each counts as a word, as in Hugging
  /// Face's training of a tokenizer that has tokens already. (Where such a token has characters that
  /// spell no byte, it separates words and is not counted itself.)
  ///
  /// - Throws: ``TokenizationError`` where ICU gives up on the normal form of an added token.
  public convenience init(_ configuration: TokenizerConfiguration) throws(TokenizationError) {
    self.init(
      configuration,
      finder: configuration.finder,
      normalizedFinder: try configuration.normalizedFinder()
    )
  }

  private init(
    _ configuration: TokenizerConfiguration,
    finder: AddedTokenFinder,
    normalizedFinder: AddedTokenFinder
  ) {
    self.configuration = configuration
    self.finder = finder
    pattern = configuration.pattern
    splitter = configuration.splitter()
    stages =
      configuration.needsStages
      ? Result { () throws(UnicodeTextError) in try Stages(configuration) } : nil
    self.normalizedFinder = normalizedFinder
    normalizer = Result { () throws(UnicodeTextError) in
      try TextNormalizer(configuration.normalization)
    }
    // A line feed neither composes nor decomposes; other steps look at the ends of a text.
    normalizesLinesTogether = configuration.normalization.form != nil
  }

  /// How many distinct words there are.
  public var uniqueCount: Int { table.uniqueCount }

  /// How many words were counted.
  public var total: UInt64 { table.total }

  /// Counts one text, a sequence of its own: no word crosses its ends.
  public func add(_ text: RawSpan) throws(TokenizationError) {
    byteCount += text.byteCount
    if let stages {
      try text.withByteView { (text) throws(TokenizationError) in try add(text, stages) }
      return
    }
    try text.withByteView { (text) throws(TokenizationError) in
      try split(text, finder) { (part) throws(TokenizationError) in
        try addWithoutAdded(part)
      }
    }
  }

  /// Counts one text, a sequence of its own.
  public func add(_ text: String) throws(TokenizationError) {
    let utf8 = Array(text.utf8)
    try unsafe add(utf8.span.bytes)
  }

  /// Counts the lines of a text, each with its line feed a sequence of its own.
  public func add(linesOf text: RawSpan) throws(TokenizationError) {
    if finder.isEmpty, normalizedFinder.isEmpty, normalizesLinesTogether, stages == nil {
      byteCount += text.byteCount
      if let normal = try normalized(text) {
        try normal.withByteView(countLines)
      } else {
        try text.withByteView(countLines)
      }
      return
    }
    var start = 0
    while start < text.byteCount {
      let end = text.withByteView { $0.endOfLine(from: start) }
      try add(text.extracting(start..<end))
      start = end
    }
  }

  private func normalized(_ text: RawSpan) throws(TokenizationError) -> [UInt8]? {
    do {
      return try normalizer.get().normalized(text)
    } catch {
      throw .text(error)
    }
  }

  /// Visits the parts between added tokens, and counts these.
  private func split(
    _ text: ByteView,
    _ finder: AddedTokenFinder,
    _ body: (ByteView) throws(TokenizationError) -> Void
  ) throws(TokenizationError) {
    var start = 0
    while let match = finder.first(in: text, from: start, where: { _ in true }) {
      if match.range.lowerBound > start { try body(text[start..<match.range.lowerBound]) }
      addToken(text[match.range])
      start = match.range.upperBound
    }
    if start < text.count { try body(text[start..<text.count]) }
  }

  /// Counts an added token as a word.
  private func addToken(_ text: ByteView) {
    let word =
      configuration.isByteLevel ? ByteAlphabet.bytes(ofSpelling: text.toArray()) : text.toArray()
    word?.withByteView { table.add($0, 0..<$0.count) }
  }

  /// Counts a text without added tokens of the original.
  private func addWithoutAdded(_ text: ByteView) throws(TokenizationError) {
    let normal = try text.withSpan { (span) throws(TokenizationError) in try normalized(span) }
    if let normal {
      try normal.withByteView { (text) throws(TokenizationError) in
        try split(text, normalizedFinder) { (part) throws(TokenizationError) in
          try countPieces(part)
        }
      }
    } else {
      try split(text, normalizedFinder) { (part) throws(TokenizationError) in try countPieces(part)
      }
    }
  }

  /// Counts a text through all stages.
  private func add(
    _ text: ByteView,
    _ stages: Result<Stages, UnicodeTextError>
  ) throws(TokenizationError) {
    let tools: Stages
    do {
      tools = try stages.get()
    } catch {
      throw .text(error)
    }
    var start = 0
    while let match = finder.first(in: text, from: start, where: { _ in true }) {
      try addPart(of: text, start..<match.range.lowerBound, tools)
      addToken(text[match.range])
      start = match.range.upperBound
    }
    try addPart(of: text, start..<text.count, tools)
  }

  /// Counts a part of a text between added tokens of the original.
  private func addPart(
    of text: ByteView,
    _ range: Range<Int>,
    _ stages: Stages
  ) throws(TokenizationError) {
    if range.isEmpty { return }
    var part = SourcedText(
      text[range],
      start: range.lowerBound,
      isSourced: stages.splitter.needsPlaces
    )
    do {
      try stages.normalizer.normalize(&part)
    } catch {
      throw .text(error)
    }
    let bytes = part.bytes
    var texts: [Range<Int>] = []
    var start = 0
    bytes.withByteView { bytes in
      while let match = normalizedFinder.first(in: bytes, from: start, where: { _ in true }) {
        texts.append(start..<match.range.lowerBound)
        addToken(bytes[match.range])
        start = match.range.upperBound
      }
    }
    texts.append(start..<bytes.count)
    for range in texts where !range.isEmpty {
      for piece in try stages.splitter.pieces(of: part.slice(range)) {
        piece.bytes.withByteView { table.add($0, 0..<$0.count) }
      }
    }
  }

  /// Adds what another counter counted.
  ///
  /// - Precondition: Both count words of the same kind.
  public func add(_ other: WordCounter) {
    precondition(
      other.configuration == configuration,
      "words of \(other.configuration) added to words of \(configuration)"
    )
    table.add(other.table)
    byteCount += other.byteCount
  }

  /// A counter of the same kind that counted nothing.
  func empty() -> WordCounter {
    WordCounter(configuration, finder: finder, normalizedFinder: normalizedFinder)
  }

  /// The counts as a dictionary, for looking at.
  public var counts: [[UInt8]: UInt64] {
    var counts: [[UInt8]: UInt64] = [:]
    table.forEach { word, count in counts[word.toArray()] = count }
    return counts
  }

  private func countPieces(_ text: ByteView) throws(TokenizationError) {
    if let pattern {
      table.countPieces(of: text, pattern, configuration.addsPrefixSpace)
      return
    }
    guard let splitter else { return }
    if configuration.addsPrefixSpace, text.needsPrefixSpace {
      let prefixed = [UInt8(ascii: " ")] + text.toArray()
      try prefixed.withByteView { (text) throws(TokenizationError) in try countPieces(text) }
      return
    }
    do {
      for piece in try splitter.get().pieces(of: text) { table.add(text, piece) }
    } catch {
      throw .text(error)
    }
  }

  private func countLines(_ text: ByteView) throws(TokenizationError) {
    if let pattern {
      table.countLines(of: text, pattern, configuration.addsPrefixSpace)
      return
    }
    var start = 0
    while start < text.count {
      let end = text.endOfLine(from: start)
      try countPieces(text[start..<end])
      start = end
    }
  }
}

/// What makes words of texts that more than a rule changes.
private struct Stages {
  let normalizer: SourcedNormalizer
  let splitter: StagedSplitter

  init(_ configuration: TokenizerConfiguration) throws(UnicodeTextError) {
    normalizer = try SourcedNormalizer(configuration)
    splitter = try StagedSplitter(configuration)
  }
}

extension WordTable {
  /// Counts the pieces of a text.
  mutating func countPieces(
    of text: ByteView,
    _ pattern: SplitPattern,
    _ addsPrefixSpace: Bool
  ) {
    if addsPrefixSpace, text.needsPrefixSpace {
      let prefixed = [UInt8(ascii: " ")] + text.toArray()
      prefixed.withByteView { text in
        pattern.forEachPiece(of: text) { piece in add(text, piece) }
      }
      return
    }
    pattern.forEachPiece(of: text) { piece in add(text, piece) }
  }

  /// Counts the pieces of each line of a text.
  mutating func countLines(of text: ByteView, _ pattern: SplitPattern, _ addsPrefixSpace: Bool) {
    var start = 0
    while start < text.count {
      let end = text.endOfLine(from: start)
      countPieces(of: text[start..<end], pattern, addsPrefixSpace)
      start = end
    }
  }
}

extension ByteView {
  /// Whether there is text that does not begin with a space; other white space gets one too.
  var needsPrefixSpace: Bool { count > 0 && self[0] != UInt8(ascii: " ") }

  /// The position after the next line feed, or the end.
  func endOfLine(from start: Int) -> Int {
    var position = start
    while position < count {
      if self[position] == 0x0A { return position + 1 }
      position += 1
    }
    return count
  }
}
