import UnicodeText

/// A file of counted words: what one machine counted of its part of a corpus.
///
/// Files of parts add up to that of the whole: training on them gives the same bytes as training on
/// the text at once. A file knows how its words were made, and only files that agree in that can be
/// put together.
///
/// The format, version 1, all numbers little-endian:
/// - `isocount`, the version (4 bytes), and three texts, each its length (4 bytes) and its bytes: the
///   settings as a `tokenizer.json` without tokens, the Unicode version of the normal forms, and a
///   note on which parts of a text the words are from, which may be empty.
/// - The words in the order of their bytes, each as four parts: how many bytes it shares with the
///   word before, how many follow, these bytes, its count. Numbers are in groups of seven bits, the
///   lowest first, with the top bit set on all but the last.
/// - 64 bytes: the numbers of distinct words, of their bytes, of words, of bytes of text, of
///   characters of words, zero; the CRC-64/XZ of everything before it, and `countend`.
public struct CountFile: CountedWords {
  /// Where it lies.
  public let path: String
  /// What said how texts became words.
  public let configuration: TokenizerConfiguration
  /// How many distinct words there are.
  public let uniqueCount: Int
  /// How many bytes the distinct words have together.
  public let uniqueByteCount: Int
  /// How many words were counted.
  public let total: UInt64
  /// How many bytes of text were counted, before normalization.
  public let byteCount: Int
  /// How many characters the counted words have, repeats included.
  public let characterCount: Int
  /// Which parts of a text the words are from, where that was noted.
  let note: String

  /// The Unicode version of the normal forms.
  let unicode: String
  /// Where the words begin.
  let bodyStart: Int
  let fileSize: Int

  static let magic = Array("isocount".utf8)
  static let endMagic = Array("countend".utf8)
  static let version: UInt32 = 1
  static let footerSize = 64

  /// Opens a file of counted words and reads all but the words.
  ///
  /// - Throws: ``TokenizationError/wrongFile(path:place:_:)`` for a file that is none, or was cut off.
  public init(contentsOf path: String) throws(TokenizationError) {
    let file = try BlockFile(path)
    func wrong(_ place: String, _ problem: String) -> TokenizationError {
      .wrongFile(path: path, place: place, problem)
    }
    var bytes: [UInt8] = []
    try file.read(12, at: 0, into: &bytes)
    guard bytes.count == 12, Array(bytes[..<8]) == Self.magic else {
      throw wrong(
        "its start",
        "it is no file of counted words; isoflop tokenizer count writes them"
      )
    }
    let version = bytes.number32(at: 8)
    guard version == Self.version else {
      throw wrong(
        "byte 8",
        "version \(version) is not known, only \(Self.version) is; count the text again"
      )
    }
    var place = 12
    var texts: [String] = []
    for _ in 0..<3 {
      try file.read(4, at: place, into: &bytes)
      let length = bytes.count == 4 ? Int(bytes.number32(at: 0)) : Int.max
      guard length <= 1 << 28, place + 4 + length + Self.footerSize <= file.count else {
        throw wrong("byte \(place)", "the file is cut off; count the text again")
      }
      try file.read(length, at: place + 4, into: &bytes)
      texts.append(String(decoding: bytes, as: UTF8.self))
      place += 4 + length
    }
    try file.read(Self.footerSize, at: file.count - Self.footerSize, into: &bytes)
    guard Array(bytes[56...]) == Self.endMagic else {
      throw wrong("its end", "the file is cut off; count the text again")
    }
    let numbers = (0..<6).map { bytes.number64(at: 8 * $0) }
    guard numbers.allSatisfy({ $0 < 1 << 62 }) else {
      throw wrong("its end", "a number is too large")
    }
    // A word needs at least three bytes of the file.
    guard numbers[0] <= UInt64(file.count) / 3 else {
      throw wrong("its end", "it can not hold \(numbers[0]) words")
    }
    // Words share their beginnings, but memory is taken for all of them before they are read.
    guard numbers[1] <= UInt64(file.count) * 1024 else {
      throw wrong("its end", "its words can not have \(numbers[1]) bytes; count the text again")
    }
    self.path = path
    configuration = try Tokenizer(json: Array(texts[0].utf8), name: path).configuration
    unicode = texts[1]
    note = texts[2]
    uniqueCount = Int(numbers[0])
    uniqueByteCount = Int(numbers[1])
    total = numbers[2]
    byteCount = Int(numbers[3])
    characterCount = Int(numbers[4])
    bodyStart = place
    fileSize = file.count
  }

  /// Visits the words in the order of their bytes.
  ///
  /// - Throws: What the body throws; ``TokenizationError/wrongFile(path:place:_:)`` for a damaged
  ///   file, at the latest when all words were visited.
  public func forEachWord(
    _ body: (RawSpan, UInt64) throws(TokenizationError) -> Void
  ) throws(TokenizationError) {
    let cursor = try CountCursor(self)
    while try cursor.advance() {
      try cursor.word.withByteView { (word) throws(TokenizationError) in
        try word.withSpan { (span) throws(TokenizationError) in try body(span, cursor.count) }
      }
    }
  }

  /// Checks that the words of two files were made in the same way.
  ///
  /// - Throws: ``TokenizationError/countsDiffer(path:other:what:)`` naming what differs.
  public func checkAgrees(with other: CountFile) throws(TokenizationError) {
    func differ(_ name: String, _ mine: String, _ others: String) -> TokenizationError {
      .countsDiffer(path: path, other: other.path, what: "\(name) \(mine), not \(others)")
    }
    let (mine, others) = (configuration, other.configuration)
    if mine.normalizerJSON != others.normalizerJSON {
      let names = (mine.normalization.name, others.normalization.name)
      throw names.0 == names.1
        ? differ("another normalization", mine.normalizerJSON, others.normalizerJSON)
        : differ("the normalization", names.0, names.1)
    }
    if mine.preTokenizerJSON != others.preTokenizerJSON {
      let names = (mine.splitName, others.splitName)
      throw names.0 == names.1
        ? differ("another pre-tokenizer", mine.preTokenizerJSON, others.preTokenizerJSON)
        : differ("the pre-tokenizer", names.0, names.1)
    }
    if mine.addedTokens != others.addedTokens {
      let names = [mine, others].map { $0.addedTokens.map(\.content).joined(separator: " ") }
      throw differ(
        "the added tokens",
        names[0].isEmpty ? "none" : names[0],
        names[1].isEmpty ? "none" : names[1]
      )
    }
    if mine != others { throw differ("another configuration", "of the text", "the same") }
    if unicode != other.unicode {
      throw differ("the normal forms of Unicode", unicode, other.unicode)
    }
  }
}

extension TokenizerConfiguration {
  /// What of a configuration has a part in how texts become words.
  var ofCounting: TokenizerConfiguration {
    var counting = TokenizerConfiguration(
      normalization: normalization,
      addsPrefixSpace: addsPrefixSpace,
      addedTokens: addedTokens.sorted { $0.id < $1.id }
    )
    counting.splits = splits
    counting.prefixSpaceStage = prefixSpaceStage
    counting.metaspace = metaspace
    counting.metaspaceStage = metaspaceStage
    counting.characterMap = characterMap
    counting.isByteLevel = isByteLevel
    counting.decoding = counting.usualDecoding
    for index in counting.addedTokens.indices { counting.addedTokens[index].id = TokenID(index) }
    return counting
  }

  /// A `tokenizer.json` without tokens that says how texts become words.
  func countingSettings() throws(TokenizationError) -> [UInt8] {
    try Tokenizer(model: BPEModel(tokens: [], merges: []), configuration: ofCounting).json
  }
}

extension [UInt8] {
  /// Four bytes as a little-endian number.
  func number32(at place: Int) -> UInt32 {
    (0..<4).reduce(0) { $0 | UInt32(self[place + $1]) << UInt32(8 * $1) }
  }

  /// Eight bytes as a little-endian number.
  func number64(at place: Int) -> UInt64 {
    (0..<8).reduce(0) { $0 | UInt64(self[place + $1]) << UInt64(8 * $1) }
  }
}
