/// Finds one text in a JSON object that stands in a line.
///
/// Nothing is built but that text. Nesting is limited, so that no line can exhaust the stack.
@safe struct JSONRecord {
  /// What is wrong with a line, and where.
  typealias Fault = JSONFault

  private static let deepest = 128

  // subtle: valid only inside `text(of:in:)`, which is the only one to make a record.
  private let bytes: UnsafeRawBufferPointer
  private var position = 0

  private init(_ bytes: UnsafeRawBufferPointer) {
    unsafe self.bytes = bytes
  }

  /// A text and where it stands in its line, quotation marks included.
  struct Found {
    let text: [UInt8]
    let place: Range<Int>
  }

  /// The text under a key, in UTF-8; the first where a key stands twice.
  ///
  /// - Returns: Nil for a line of white space.
  static func text(of field: [UInt8], in line: RawSpan) throws(Fault) -> Found? {
    try unsafe line.withUnsafeBytes { (bytes) throws(Fault) in
      var record = unsafe JSONRecord(bytes)
      return try record.readObject(field)
    }
  }

  private mutating func readObject(_ field: [UInt8]) throws(Fault) -> Found? {
    guard let first = peek() else { return nil }
    guard first == UInt8(ascii: "{") else { throw fault("it is no JSON object") }
    position += 1
    let name = String(decoding: field, as: UTF8.self)
    var found: Found?
    if peek() == UInt8(ascii: "}") {
      position += 1
    } else {
      repeat {
        let key = try readText()
        try expect(":", "a colon")
        if found == nil, try unescaped(key) == field {
          guard peek() == UInt8(ascii: "\"") else {
            throw fault("the value of \"\(name)\" is no text")
          }
          let start = position
          found = Found(text: try unescaped(readText()), place: start..<position)
        } else {
          try skipValue(depth: 1)
        }
      } while try goesOn(until: "}")
    }
    if peek() != nil { throw fault("something follows the object") }
    guard let found else { throw Fault(offset: 0, problem: "the object has no \"\(name)\"") }
    return found
  }

  private func fault(_ problem: String) -> Fault {
    Fault(offset: min(position, max(0, count - 1)), problem: problem)
  }

  private var count: Int { unsafe bytes.count }

  private func byte(_ position: Int) -> UInt8 {
    precondition(position >= 0 && position < count, "byte \(position) of \(count)")
    return unsafe bytes[position]
  }

  /// The next byte that is no white space; nil at the end.
  private mutating func peek() -> UInt8? {
    while position < count {
      let next = byte(position)
      guard next == 0x20 || next == 0x09 || next == 0x0D || next == 0x0A else { return next }
      position += 1
    }
    return nil
  }

  private mutating func expect(_ wanted: Unicode.Scalar, _ what: String) throws(Fault) {
    guard peek() == UInt8(ascii: wanted) else { throw fault("\(what) is missing") }
    position += 1
  }

  /// Reads a comma, or the end of an object or list.
  private mutating func goesOn(until end: Unicode.Scalar) throws(Fault) -> Bool {
    let next = peek()
    guard next == UInt8(ascii: ",") || next == UInt8(ascii: end) else {
      throw fault(next == nil ? "the line ends inside a value" : "a comma is missing")
    }
    position += 1
    return next == UInt8(ascii: ",")
  }

  /// Reads over a text and gives what stands between the quotation marks.
  private mutating func readText() throws(Fault) -> Range<Int> {
    try expect("\"", "a text in quotation marks")
    let start = position
    while position < count {
      let next = byte(position)
      if next == UInt8(ascii: "\"") {
        position += 1
        return start..<position - 1
      }
      if next < 0x20 { throw fault("a control character stands in a text") }
      position += next == UInt8(ascii: "\\") ? 2 : 1
    }
    position = start
    throw fault("the line ends inside a text")
  }

  private mutating func skipValue(depth: Int) throws(Fault) {
    guard depth < Self.deepest else { throw fault("values are nested too deep") }
    switch peek() {
    case UInt8(ascii: "{"):
      position += 1
      if peek() == UInt8(ascii: "}") {
        position += 1
        return
      }
      repeat {
        _ = try readText()
        try expect(":", "a colon")
        try skipValue(depth: depth + 1)
      } while try goesOn(until: "}")
    case UInt8(ascii: "["):
      position += 1
      if peek() == UInt8(ascii: "]") {
        position += 1
        return
      }
      repeat { try skipValue(depth: depth + 1) } while try goesOn(until: "]")
    case UInt8(ascii: "\""): _ = try readText()
    default: try skipWord()
    }
  }

  /// Reads over a number, `true`, `false`, `null`, and what other writers put there: `NaN`.
  private mutating func skipWord() throws(Fault) {
    let start = position
    while position < count, isWordOfJSON(byte(position)) { position += 1 }
    if position == start { throw fault("a value is missing") }
  }

  /// The text without escapes.
  private func unescaped(_ range: Range<Int>) throws(Fault) -> [UInt8] {
    let string = unsafe RawSpan(_unsafeBytes: UnsafeRawBufferPointer(rebasing: bytes[range]))
    do throws(JSONFault) {
      return try unescapedJSON(string)
    } catch {
      throw Fault(offset: range.lowerBound + error.offset, problem: error.problem)
    }
  }
}

/// Whether a byte stands in a number or in `true`, `false`, `null` and the like.
func isWordOfJSON(_ byte: UInt8) -> Bool {
  switch byte {
  case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "+"),
    UInt8(ascii: "."):
    true
  default: false
  }
}
