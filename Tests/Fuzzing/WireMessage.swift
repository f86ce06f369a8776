/// A message in the encoding of protocol buffers, put together field by field.
struct WireMessage {
  /// What was put together.
  private(set) var bytes: [UInt8] = []

  /// Appends a field of bytes.
  mutating func append(_ field: UInt64, _ value: [UInt8]) {
    appendNumber(field << 3 | 2)
    appendNumber(UInt64(value.count))
    bytes += value
  }

  /// Appends a field with a whole number.
  mutating func append(_ field: UInt64, _ value: UInt64) {
    appendNumber(field << 3)
    appendNumber(value)
  }

  /// Appends a field with a number of single precision.
  mutating func append(_ field: UInt64, _ value: Float) {
    appendNumber(field << 3 | 5)
    bytes += (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> UInt32(8 * $0)) }
  }

  /// Seven bits a byte, the lowest first.
  private mutating func appendNumber(_ number: UInt64) {
    var rest = number
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }
}
