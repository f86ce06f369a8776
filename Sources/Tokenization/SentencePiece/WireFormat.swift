/// Reads the fields of a protocol buffers message, never beyond its bytes.
///
/// SentencePiece's file is one message with a handful of fields; the few rules of its encoding take
/// less than the generated code and the library that would know all of them, and reading by hand keeps
/// what is not known here.
///
/// - Source: Protocol Buffers documentation, "Encoding".
struct WireReader {
  /// A field's value.
  enum Value: Equatable {
    case varint(UInt64)
    case fixed64(UInt64)
    case bytes(ArraySlice<UInt8>)
    case fixed32(UInt32)
  }

  private let bytes: ArraySlice<UInt8>
  private(set) var position: Int

  init(_ bytes: ArraySlice<UInt8>) {
    self.bytes = bytes
    position = bytes.startIndex
  }

  /// What can be wrong at a position.
  struct Problem: Error {
    let position: Int
    let text: String
  }

  /// The next field, or nil at the end.
  ///
  /// - Returns: Its number, its value and the bytes of both as they stand in the message.
  mutating func next() throws(Problem) -> (number: Int, value: Value, bytes: ArraySlice<UInt8>)? {
    if position == bytes.endIndex { return nil }
    let start = position
    let key = try readVarint()
    let number = Int(truncatingIfNeeded: key >> 3)
    guard number > 0, key >> 3 < 1 << 29 else {
      throw Problem(position: start, text: "\(key >> 3) is no number of a field")
    }
    let value: Value
    switch key & 7 {
    case 0: value = .varint(try readVarint())
    case 1: value = .fixed64(try readFixed(8))
    case 2:
      let count = try readVarint()
      guard count <= UInt64(bytes.endIndex - position) else {
        throw Problem(
          position: start,
          text: "a field of \(count) bytes does not fit into the \(bytes.endIndex - position) left"
        )
      }
      value = .bytes(bytes[position..<position + Int(count)])
      position += Int(count)
    case 5: value = .fixed32(UInt32(truncatingIfNeeded: try readFixed(4)))
    default: throw Problem(position: start, text: "a field of an unknown kind, \(key & 7)")
    }
    return (number, value, bytes[start..<position])
  }

  private mutating func readVarint() throws(Problem) -> UInt64 {
    var value: UInt64 = 0
    let start = position
    for shift in stride(from: 0, to: 64, by: 7) {
      guard position < bytes.endIndex else {
        throw Problem(position: start, text: "the file ends inside a number")
      }
      let byte = bytes[position]
      position += 1
      value |= UInt64(byte & 0x7F) << UInt64(shift)
      if byte < 0x80 { return value }
    }
    throw Problem(position: start, text: "a number has more than ten bytes")
  }

  private mutating func readFixed(_ count: Int) throws(Problem) -> UInt64 {
    guard bytes.endIndex - position >= count else {
      throw Problem(position: position, text: "the file ends inside a number")
    }
    defer { position += count }
    return (0..<count).reduce(0) { $0 | UInt64(bytes[position + $1]) << UInt64(8 * $1) }
  }
}

/// Puts a protocol buffers message together.
struct WireWriter {
  private(set) var bytes: [UInt8] = []

  /// Appends fields as they stood in another message.
  mutating func append(raw: some Sequence<UInt8>) { bytes += raw }

  mutating func append(_ number: Int, _ value: UInt64) {
    appendVarint(UInt64(number) << 3)
    appendVarint(value)
  }

  mutating func append(_ number: Int, _ value: Bool) { append(number, value ? 1 as UInt64 : 0) }

  mutating func append(_ number: Int, _ value: Float) {
    appendVarint(UInt64(number) << 3 | 5)
    let bits = value.bitPattern
    for shift in stride(from: 0, to: 32, by: 8) {
      bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(shift)))
    }
  }

  mutating func append(_ number: Int, _ value: some Collection<UInt8>) {
    appendVarint(UInt64(number) << 3 | 2)
    appendVarint(UInt64(value.count))
    bytes += value
  }

  private mutating func appendVarint(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }
}
