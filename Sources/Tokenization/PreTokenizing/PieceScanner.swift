import UnicodeText

/// Finds the pieces of one ``SplitPattern``, written out by hand.
protocol PieceScanner {
  /// The end of the piece that starts at a position below the limit; always after it.
  func end(ofPieceAt position: Int, in text: ScannedText) -> Int
}

/// Letters, numbers and white space: everything that symbols are not.
private let named: CharacterClass = [.letter, .number, .whitespace]

/// The scanner of `gpt2`.
struct GPT2Scanner: PieceScanner {
  @inline(__always)
  func end(ofPieceAt position: Int, in text: ScannedText) -> Int {
    if let end = text.end(ofContractionAt: position, anyCase: false) { return end }
    var start = position
    var first = text.character(at: position)
    if text.bytes[position] == UInt8(ascii: " "), first.end < text.limit {
      let second = text.character(at: first.end)
      if !second.kind.contains(.whitespace) {
        start = first.end
        first = second
      }
    }
    if first.kind.contains(.letter) { return text.end(ofLetters: .letter, from: first.end) }
    if first.kind.contains(.number) { return text.end(ofRun: .number, from: first.end) }
    if first.kind.contains(.whitespace) {
      return text.end(ofWhitespaceFrom: start, linesApart: false)
    }
    return text.end(ofRunWithout: named, from: first.end)
  }
}

/// The scanner of `cl100k` and of its relatives, which have shorter groups of digits or keep the
/// white space at the end of a text together.
struct CL100KScanner: PieceScanner {
  let digitCount: Int
  let keepsFinalSpace: Bool

  @inline(__always)
  func end(ofPieceAt position: Int, in text: ScannedText) -> Int {
    // Most pieces: a word, or a space and a word.
    let byte = text.bytes[position]
    if text.mayBeginWord(byte) {
      let start = position &+ (byte == UInt8(ascii: " ") ? 1 : 0)
      let end = text.end(ofLetters: .letter, from: start)
      if end > start { return end }
    }
    let first = text.character(at: position)
    if let end = text.end(ofContractionAt: position, anyCase: true) { return end }
    if first.kind.contains(.number) { return text.end(ofNumbers: digitCount, from: position) }
    if first.end < text.limit {
      if text.mayBeginWord(text.bytes[first.end]), !first.kind.contains(.newline) {
        let end = text.end(ofLetters: .letter, from: first.end)
        if end > first.end { return end }
      }
      if byte == UInt8(ascii: " ") {
        let second = text.character(at: first.end)
        if second.kind.isDisjoint(with: named) {
          let end = text.end(ofRunWithout: named, from: second.end)
          return text.end(ofRun: .newline, from: end)
        }
      }
    }
    if first.kind.contains(.whitespace) {
      if keepsFinalSpace, text.end(ofRun: .whitespace, from: first.end) == text.limit {
        return text.limit
      }
      return text.end(ofWhitespaceFrom: position, linesApart: true)
    }
    return text.end(ofRun: .newline, from: text.end(ofRunWithout: named, from: first.end))
  }
}

/// The scanner of `o200k`.
struct O200KScanner: PieceScanner {
  @inline(__always)
  func end(ofPieceAt position: Int, in text: ScannedText) -> Int {
    let first = text.character(at: position)
    // The character before a word: anything but letters, numbers and line ends.
    let isPrefix = first.kind.isDisjoint(with: [.letter, .number, .newline])
    let isPart = !first.kind.isDisjoint(with: [.head, .tail])
    var end: Int?
    if isPrefix { end = smallWord(from: first.end, in: text) }
    if end == nil, isPart { end = smallWord(from: position, in: text) }
    if end == nil, isPrefix { end = capitalWord(from: first.end, in: text) }
    if end == nil, isPart { end = capitalWord(from: position, in: text) }
    if let end { return text.end(ofContractionAt: end, anyCase: true) ?? end }

    if first.kind.contains(.number) { return text.end(ofNumbers: 3, from: position) }
    if text.bytes[position] == UInt8(ascii: " "), first.end < text.limit {
      let second = text.character(at: first.end)
      if second.kind.isDisjoint(with: named) { return symbols(from: second.end, in: text) }
    }
    if first.kind.contains(.whitespace) {
      return text.end(ofWhitespaceFrom: position, linesApart: true)
    }
    return symbols(from: first.end, in: text)
  }

  /// `[head]*[tail]+` as a backtracking matcher finds it, or nil.
  ///
  /// Characters without case are in both classes: where no small letter follows the greedy first
  /// run, the match ends with the last character of the run that can stand at a tail.
  @inline(__always)
  private func smallWord(from start: Int, in text: ScannedText) -> Int? {
    var position = start
    var lastTail: Int?
    while position < text.limit {
      let character = text.character(at: position)
      if !character.kind.contains(.head) {
        guard character.kind.contains(.tail) else { break }
        return text.end(ofLetters: .tail, from: character.end)
      }
      position = character.end
      if character.kind.contains(.tail) { lastTail = position }
    }
    return lastTail
  }

  /// `[head]+[tail]*`, or nil.
  @inline(__always)
  private func capitalWord(from start: Int, in text: ScannedText) -> Int? {
    let end = text.end(ofLetters: .head, from: start)
    return end == start ? nil : text.end(ofLetters: .tail, from: end)
  }

  /// The rest of `[^\s\p{L}\p{N}]+[\r\n/]*`.
  @inline(__always)
  private func symbols(from start: Int, in text: ScannedText) -> Int {
    var position = text.end(ofRunWithout: named, from: start)
    while position < text.limit {
      let byte = text.bytes[position]
      guard byte == 0x0A || byte == 0x0D || byte == UInt8(ascii: "/") else { break }
      position += 1
    }
    return position
  }
}

/// The scanner of a pattern.
enum ScannerKind {
  case gpt2
  case o200k
  case cl100k(CL100KScanner)

  init(_ pattern: SplitPattern) {
    switch pattern {
    case .gpt2: self = .gpt2
    case .o200k: self = .o200k
    case .cl100k, .qwen2, .nanochat:
      self = .cl100k(CL100KScanner(digitCount: pattern.digitCount, keepsFinalSpace: false))
    case .cl100kBase:
      self = .cl100k(CL100KScanner(digitCount: pattern.digitCount, keepsFinalSpace: true))
    }
  }
}

extension SplitPattern {
  /// Visits the pieces of a text in order.
  @inline(__always)
  func forEachPiece<Failure: Error>(
    of bytes: ByteView,
    _ body: (Range<Int>) throws(Failure) -> Void
  ) throws(Failure) {
    switch ScannerKind(self) {
    case .gpt2: try visit(bytes, GPT2Scanner(), body)
    case .o200k: try visit(bytes, O200KScanner(), body)
    case .cl100k(let scanner): try visit(bytes, scanner, body)
    }
  }

  /// The pieces of a text, in order: byte ranges that touch and cover it.
  public func pieces(of text: RawSpan) -> [Range<Int>] {
    var pieces: [Range<Int>] = []
    text.withByteView { bytes in forEachPiece(of: bytes) { pieces.append($0) } }
    return pieces
  }

  /// The pieces of a text.
  ///
  /// Example: `cl100k` cuts `"It's 2026."` into `It`, `'s`, ` `, `202`, `6`, `.`.
  public func pieces(of text: String) -> [String] {
    let utf8 = Array(text.utf8)
    return unsafe pieces(of: utf8.span.bytes).map { String(decoding: utf8[$0], as: UTF8.self) }
  }
}

@inline(__always)
private func visit<Failure: Error>(
  _ bytes: ByteView,
  _ scanner: some PieceScanner,
  _ body: (Range<Int>) throws(Failure) -> Void
) throws(Failure) {
  let text = ScannedText(bytes)
  var position = 0
  while position < bytes.count {
    let end = scanner.end(ofPieceAt: position, in: text)
    assert(end > position && end <= bytes.count, "piece \(position)..<\(end) of \(bytes.count)")
    try body(position..<end)
    position = end
  }
}
