import Files

/// Reads JSON from bytes, value by value and without building a tree: a vocabulary of millions of
/// bytes is read in one pass.
///
/// The caller asks for what it expects. Errors name the file, the line and the column. Nesting is
/// limited, so that no file can exhaust the stack.
struct JSONReader {
  /// The name of the file, for errors.
  let path: String
  private let bytes: ByteView
  private(set) var position = 0
  private var depth = 0

  private static let deepest = 128

  init(_ bytes: ByteView, path: String) {
    self.bytes = bytes
    self.path = path
    // A byte order mark is no part of the text.
    if bytes.count >= 3, bytes[0] == 0xEF, bytes[1] == 0xBB, bytes[2] == 0xBF { position = 3 }
  }

  /// A string as it stands in the file.
  struct Text {
    /// The bytes between the quotation marks.
    let range: Range<Int>
    /// Whether they hold a backslash.
    let isEscaped: Bool
  }

  // MARK: - Errors

  /// An error at a position of the file.
  func error(_ problem: String, at position: Int? = nil) -> TokenizationError {
    let place = min(position ?? self.position, bytes.count)
    var line = 1
    var start = 0
    for index in 0..<place where bytes[index] == 0x0A {
      line += 1
      start = index + 1
    }
    return .wrongFile(path: path, place: "line \(line), byte \(place - start + 1)", problem)
  }

  // MARK: - Values

  /// The first byte of the next value; 0 at the end of the file.
  @inline(__always)
  mutating func peek() -> UInt8 {
    skipWhitespace()
    return position < bytes.count ? bytes[position] : 0
  }

  /// Reads an object; the body reads the value of each key.
  mutating func readObject(
    _ body: (inout JSONReader, Text) throws(TokenizationError) -> Void
  ) throws(TokenizationError) {
    try expect(UInt8(ascii: "{"), "an object")
    try enter()
    defer { depth -= 1 }
    if peek() == UInt8(ascii: "}") {
      position += 1
      return
    }
    while true {
      guard peek() == UInt8(ascii: "\"") else { throw error("a key in quotation marks is missing") }
      let key = try readText()
      try expect(UInt8(ascii: ":"), "a colon after the key")
      try body(&self, key)
      if try !readSeparator(UInt8(ascii: "}")) { return }
    }
  }

  /// Where the reading of an array stands.
  struct ArrayState {
    fileprivate var isFirst = true
  }

  /// Begins an array, whose elements follow by ``nextElement(_:)``.
  mutating func startArray() throws(TokenizationError) -> ArrayState {
    try expect(UInt8(ascii: "["), "an array")
    try enter()
    return ArrayState()
  }

  /// Moves to the next element of an array; false at its end.
  @inline(__always)
  mutating func nextElement(_ state: inout ArrayState) throws(TokenizationError) -> Bool {
    if state.isFirst {
      state.isFirst = false
      if peek() != UInt8(ascii: "]") { return true }
      position += 1
    } else if try readSeparator(UInt8(ascii: "]")) {
      return true
    }
    depth -= 1
    return false
  }

  /// Reads an array; the body reads each element.
  mutating func readArray(
    _ body: (inout JSONReader) throws(TokenizationError) -> Void
  ) throws(TokenizationError) {
    var state = try startArray()
    while try nextElement(&state) { try body(&self) }
  }

  /// Reads a string and leaves it where it is.
  @inline(__always)
  mutating func readText() throws(TokenizationError) -> Text {
    try expect(UInt8(ascii: "\""), "a string")
    let start = position
    var isEscaped = false
    while true {
      // Eight bytes at once, as long as none of them ends the string or is special in it.
      while position + 8 <= bytes.count {
        let special = Self.specialBytes(of: bytes.word(at: position))
        position += special == 0 ? 8 : special.trailingZeroBitCount >> 3
        if special != 0 { break }
      }
      guard position < bytes.count else { throw error("the file ends inside a string", at: start) }
      let byte = bytes[position]
      if byte == UInt8(ascii: "\"") { break }
      if byte < 0x20 { throw error("a control character stands in a string") }
      if byte == UInt8(ascii: "\\") {
        isEscaped = true
        position += 1
      }
      position += 1
    }
    defer { position += 1 }
    return Text(range: start..<position, isEscaped: isEscaped)
  }

  /// The upper bit of the first of eight bytes that is a quotation mark, a backslash or a control
  /// character; what stands above that bit means nothing.
  @inline(__always)
  private static func specialBytes(of word: UInt64) -> UInt64 {
    let ones: UInt64 = 0x0101_0101_0101_0101
    let quotes = word ^ 0x22 &* ones
    let backslashes = word ^ 0x5C &* ones
    let found =
      (quotes &- ones) & ~quotes | (backslashes &- ones) & ~backslashes
      | (word &- 0x20 &* ones) & ~word
    return found & (0x80 &* ones)
  }

  /// Lends the bytes of a string, in UTF-8 and without escapes.
  @inline(__always)
  func withBytes<Result>(
    of text: Text,
    _ body: (ByteView) throws(TokenizationError) -> Result
  ) throws(TokenizationError) -> Result {
    if !text.isEscaped { return try body(bytes[text.range]) }
    return try unescaped(text).withByteView(body)
  }

  /// Copies a string, in UTF-8 and without escapes.
  func copy(_ text: Text) throws(TokenizationError) -> [UInt8] {
    text.isEscaped ? try unescaped(text) : bytes[text.range].toArray()
  }

  /// Reads a string.
  mutating func readString() throws(TokenizationError) -> String {
    let text = try readText()
    return String(decoding: try copy(text), as: UTF8.self)
  }

  /// Reads a whole number.
  mutating func readInteger() throws(TokenizationError) -> Int {
    skipWhitespace()
    let start = position
    let isNegative = position < bytes.count && bytes[position] == UInt8(ascii: "-")
    if isNegative { position += 1 }
    var value = 0
    var digits = 0
    while position < bytes.count, (0x30...0x39).contains(bytes[position]) {
      value = value * 10 + Int(bytes[position] - 0x30)
      digits += 1
      position += 1
      if digits > 17 { throw error("the number is too large", at: start) }
    }
    if digits == 0 { throw error("a whole number is missing", at: start) }
    return isNegative ? -value : value
  }

  /// Reads one of the words `true`, `false` and `null`, or gives nil and reads nothing.
  mutating func readWord() -> String? {
    skipWhitespace()
    for word in ["true", "false", "null"] where hasWord(word) {
      position += word.utf8.count
      return word
    }
    return nil
  }

  /// Reads over a value of any kind.
  mutating func skipValue() throws(TokenizationError) {
    switch peek() {
    case UInt8(ascii: "{"):
      try readObject { (reader, _) throws(TokenizationError) in try reader.skipValue() }
    case UInt8(ascii: "["):
      try readArray { (reader) throws(TokenizationError) in try reader.skipValue() }
    case UInt8(ascii: "\""): _ = try readText()
    case UInt8(ascii: "-"), 0x30...0x39: _ = try readNumber()
    default: if readWord() == nil { throw error("a value is missing") }
    }
  }

  /// Reads a number of any kind, as it is written.
  mutating func readNumber() throws(TokenizationError) -> String {
    let start = position
    while position < bytes.count, isNumeric(bytes[position]) { position += 1 }
    let text = bytes[start..<position].toString()
    guard Double(text) != nil else { throw error("\(text) is no number", at: start) }
    return text
  }

  /// Goes back to a place that was read over before.
  mutating func move(to place: Int) {
    position = place
  }

  /// Checks that nothing follows.
  mutating func expectEnd() throws(TokenizationError) {
    if peek() != 0 || position < bytes.count { throw error("something follows the last value") }
  }

  // MARK: - Parts

  private mutating func enter() throws(TokenizationError) {
    depth += 1
    if depth > Self.deepest { throw error("values are nested more than \(Self.deepest) deep") }
  }

  @inline(__always)
  private mutating func skipWhitespace() {
    while position < bytes.count {
      let byte = bytes[position]
      if byte > 0x20 { return }
      guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return }
      position += 1
      // Lines are often indented.
      while position + 8 <= bytes.count, bytes.word(at: position) == 0x2020_2020_2020_2020 {
        position += 8
      }
    }
  }

  @inline(__always)
  private mutating func expect(_ byte: UInt8, _ what: String) throws(TokenizationError) {
    guard peek() == byte, position < bytes.count else {
      throw error(position < bytes.count ? "\(what) is missing" : "the file ends too early")
    }
    position += 1
  }

  /// Reads a comma, or the end of an object or array; true for the comma.
  @inline(__always)
  private mutating func readSeparator(_ end: UInt8) throws(TokenizationError) -> Bool {
    let byte = peek()
    if byte == UInt8(ascii: ",") {
      position += 1
      return true
    }
    guard byte == end, position < bytes.count else {
      throw error(position < bytes.count ? "a comma is missing" : "the file ends too early")
    }
    position += 1
    return false
  }

  private func hasWord(_ word: String) -> Bool {
    let letters = Array(word.utf8)
    guard position + letters.count <= bytes.count else { return false }
    return letters.indices.allSatisfy { bytes[position + $0] == letters[$0] }
  }

  private func isNumeric(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "."), UInt8(ascii: "e"),
      UInt8(ascii: "E"):
      true
    default: false
    }
  }

  private func unescaped(_ text: Text) throws(TokenizationError) -> [UInt8] {
    let view = bytes[text.range]
    let string = unsafe RawSpan(_unsafeStart: view.address, byteCount: view.count)
    do throws(JSONFault) {
      return try unescapedJSON(string)
    } catch {
      throw self.error(error.problem, at: text.range.lowerBound + error.offset)
    }
  }
}
