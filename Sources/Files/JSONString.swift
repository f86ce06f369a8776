/// What is wrong with a piece of JSON, and where.
public struct JSONFault: Error, Sendable, Hashable {
  /// The place in bytes from the start of what was read.
  public let offset: Int
  /// What is wrong.
  public let problem: String
}

/// A text in UTF-8 as a JSON string, in quotation marks.
public func jsonString(_ text: some Sequence<UInt8>) -> [UInt8] {
  var result: [UInt8] = [UInt8(ascii: "\"")]
  let digits = Array("0123456789abcdef".utf8)
  for byte in text {
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"): result += [UInt8(ascii: "\\"), byte]
    case 0x0A: result += [UInt8(ascii: "\\"), UInt8(ascii: "n")]
    case 0x0D: result += [UInt8(ascii: "\\"), UInt8(ascii: "r")]
    case 0x09: result += [UInt8(ascii: "\\"), UInt8(ascii: "t")]
    case 0x00..<0x20:
      result += Array("\\u00".utf8)
      result += [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
    default: result.append(byte)
    }
  }
  result.append(UInt8(ascii: "\""))
  return result
}

/// The text of a JSON string, without escapes; bytes that belong to none stay as they are.
///
/// Example: `a\n\u00e9` gives `a`, a line feed, and `é`.
///
/// - Parameter string: What stands between the quotation marks.
/// - Returns: The text in UTF-8, where the string is.
/// - Throws: ``JSONFault`` for an escape that JSON does not have, or half a surrogate pair.
public func unescapedJSON(_ string: RawSpan) throws(JSONFault) -> [UInt8] {
  try unsafe string.withUnsafeBytes { (bytes) throws(JSONFault) in
    var reader = unsafe EscapeReader(bytes: bytes)
    return try reader.readText()
  }
}

/// Reads a string with escapes.
@safe private struct EscapeReader {
  // subtle: valid only inside `unescapedJSON(_:)`, which is the only one to make a reader.
  private let bytes: UnsafeRawBufferPointer
  private var position = 0

  init(bytes: UnsafeRawBufferPointer) { unsafe self.bytes = bytes }

  private func has(_ byte: Unicode.Scalar, at place: Int) -> Bool {
    unsafe place < bytes.count && bytes[place] == UInt8(ascii: byte)
  }

  mutating func readText() throws(JSONFault) -> [UInt8] {
    var text: [UInt8] = []
    let count = unsafe bytes.count
    text.reserveCapacity(count)
    while position < count {
      let rest = unsafe bytes[position...]
      let end = unsafe rest.firstIndex(of: UInt8(ascii: "\\")) ?? count
      unsafe text.append(contentsOf: bytes[position..<end])
      position = end + 1
      if end < count { try readEscape(into: &text) }
    }
    return text
  }

  /// Reads what stands behind a backslash.
  private mutating func readEscape(into text: inout [UInt8]) throws(JSONFault) {
    let letter = unsafe position < bytes.count ? bytes[position] : 0
    position += 1
    switch letter {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(letter)
    case UInt8(ascii: "b"): text.append(0x08)
    case UInt8(ascii: "f"): text.append(0x0C)
    case UInt8(ascii: "n"): text.append(0x0A)
    case UInt8(ascii: "r"): text.append(0x0D)
    case UInt8(ascii: "t"): text.append(0x09)
    case UInt8(ascii: "u"): text.append(contentsOf: String(try readScalar()).utf8)
    default:
      throw JSONFault(
        offset: position - 1,
        problem: "a backslash stands before a wrong letter"
      )
    }
  }

  /// The character of `\uXXXX`, or of two such for one above U+FFFF.
  private mutating func readScalar() throws(JSONFault) -> Unicode.Scalar {
    let start = position
    let first = try readUnit()
    if let scalar = Unicode.Scalar(first) { return scalar }
    if first < 0xDC00, has("\\", at: position), has("u", at: position + 1) {
      position += 2
      let second = try readUnit()
      let value = 0x1_0000 + (first - 0xD800) << 10 + (second & 0x3FF)
      if (0xDC00..<0xE000).contains(second), let scalar = Unicode.Scalar(value) { return scalar }
    }
    throw JSONFault(offset: start, problem: "half a surrogate pair stands alone")
  }

  /// Four hexadecimal digits.
  private mutating func readUnit() throws(JSONFault) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      let digit = unsafe position < bytes.count ? hexadecimalValue(bytes[position]) : nil
      guard let digit else {
        throw JSONFault(offset: position, problem: "four hexadecimal digits are missing")
      }
      value = value << 4 | digit
      position += 1
    }
    return value
  }
}

private func hexadecimalValue(_ byte: UInt8) -> UInt32? {
  switch byte {
  case 0x30...0x39: UInt32(byte - 0x30)
  case 0x41...0x46: UInt32(byte - 0x41 + 10)
  case 0x61...0x66: UInt32(byte - 0x61 + 10)
  default: nil
  }
}
