/// Finds one text in a JSON object that stands in a line.
///
/// Nothing is built but that text. Nesting is limited, so that no line can exhaust the stack.
@safe struct JSONRecord {
  /// What is wrong with a line, and where, counted from 0.
  struct Fault: Error {
    let offset: Int
    let problem: String
  }

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
    var result: [UInt8] = []
    result.reserveCapacity(range.count)
    var index = range.lowerBound
    while index < range.upperBound {
      let next = byte(index)
      index += 1
      guard next == UInt8(ascii: "\\") else {
        result.append(next)
        continue
      }
      let escape = byte(index)
      index += 1
      switch escape {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): result.append(escape)
      case UInt8(ascii: "b"): result.append(0x08)
      case UInt8(ascii: "f"): result.append(0x0C)
      case UInt8(ascii: "n"): result.append(0x0A)
      case UInt8(ascii: "r"): result.append(0x0D)
      case UInt8(ascii: "t"): result.append(0x09)
      case UInt8(ascii: "u"):
        result.append(contentsOf: String(try escapedScalar(&index, range.upperBound)).utf8)
      default: throw Fault(offset: index - 1, problem: "a backslash stands before a wrong letter")
      }
    }
    return result
  }

  /// The character of `\uXXXX`, or of two such for one above U+FFFF.
  private func escapedScalar(_ index: inout Int, _ limit: Int) throws(Fault) -> Unicode.Scalar {
    let start = index
    let first = try escapedUnit(&index, limit)
    if let scalar = Unicode.Scalar(first) { return scalar }
    if first < 0xDC00, index + 1 < limit, byte(index) == UInt8(ascii: "\\"),
      byte(index + 1) == UInt8(ascii: "u")
    {
      index += 2
      let second = try escapedUnit(&index, limit)
      let value = 0x1_0000 &+ (first - 0xD800) << 10 &+ second &- 0xDC00
      if (0xDC00..<0xE000).contains(second), let scalar = Unicode.Scalar(value) { return scalar }
    }
    throw Fault(offset: start, problem: "half a surrogate pair stands alone")
  }

  private func escapedUnit(_ index: inout Int, _ limit: Int) throws(Fault) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard index < limit, let digit = Character(Unicode.Scalar(byte(index))).hexDigitValue else {
        throw Fault(offset: index, problem: "four hexadecimal digits are missing")
      }
      value = value << 4 | UInt32(digit)
      index += 1
    }
    return value
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
