public import UnicodeText

/// Counts the words of a corpus: what BPE training reads instead of the text.
///
/// Each text is brought to its normal form and cut into pieces; a piece is a word. Counters of parts
/// of a corpus add up to the counter of the whole, in any order.
public final class WordCounter {
  /// The normal form of the words.
  public let normalization: NormalizationForm
  /// The rule that cuts texts into words.
  public let pattern: SplitPattern

  private let normalizer: Normalizer
  var table = WordTable()

  /// How many bytes of text were counted, before normalization.
  public private(set) var byteCount = 0

  /// Creates an empty counter.
  public init(normalization: NormalizationForm = .nfc, pattern: SplitPattern = .o200k) {
    self.normalization = normalization
    self.pattern = pattern
    normalizer = Normalizer(normalization)
  }

  /// How many distinct words there are.
  public var uniqueCount: Int { table.uniqueCount }

  /// How many words were counted.
  public var total: UInt64 { table.total }

  /// Counts one text, a sequence of its own: no word crosses its ends.
  public func add(_ text: RawSpan) throws(TokenizationError) {
    byteCount += text.byteCount
    do {
      if let normal = try normalizer.normalized(text) {
        normal.withByteView(countPieces)
      } else {
        text.withByteView(countPieces)
      }
    } catch {
      throw .text(error)
    }
  }

  /// Counts one text, a sequence of its own.
  public func add(_ text: String) throws(TokenizationError) {
    let utf8 = Array(text.utf8)
    try unsafe add(utf8.span.bytes)
  }

  /// Counts the lines of a text, each with its line feed a sequence of its own.
  public func add(linesOf text: RawSpan) throws(TokenizationError) {
    byteCount += text.byteCount
    do {
      // A line feed neither composes nor decomposes, so that lines can be normalized together.
      if let normal = try normalizer.normalized(text) {
        normal.withByteView(countLines)
      } else {
        text.withByteView(countLines)
      }
    } catch {
      throw .text(error)
    }
  }

  /// Adds what another counter counted.
  ///
  /// - Precondition: Both count words of the same kind.
  public func add(_ other: WordCounter) {
    precondition(
      other.pattern == pattern && other.normalization == normalization,
      "words of \(other.pattern) in \(other.normalization) added to \(pattern) in \(normalization)"
    )
    table.add(other.table)
    byteCount += other.byteCount
  }

  /// The counts as a dictionary, for looking at.
  public var counts: [[UInt8]: UInt64] {
    var counts: [[UInt8]: UInt64] = [:]
    table.forEach { word, count in counts[word.toArray()] = count }
    return counts
  }

  private func countPieces(_ text: ByteView) {
    table.countPieces(of: text, pattern)
  }

  private func countLines(_ text: ByteView) {
    table.countLines(of: text, pattern)
  }
}

extension WordTable {
  /// Counts the pieces of a text.
  mutating func countPieces(of text: ByteView, _ pattern: SplitPattern) {
    pattern.forEachPiece(of: text) { piece in add(text, piece) }
  }

  /// Counts the pieces of each line of a text.
  mutating func countLines(of text: ByteView, _ pattern: SplitPattern) {
    var start = 0
    while start < text.count {
      let end = text.endOfLine(from: start)
      countPieces(of: text[start..<end], pattern)
      start = end
    }
  }
}

extension ByteView {
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
