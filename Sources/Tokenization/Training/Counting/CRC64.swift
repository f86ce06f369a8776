/// The cyclic redundancy check CRC-64/XZ, which finds damaged files.
///
/// The check of the nine bytes `123456789` is `995DC9BBDF1939FA`.
///
/// - Source: ECMA-182, annex B, reflected.
struct CRC64 {
  private var state = UInt64.max

  /// The check of all bytes so far.
  var value: UInt64 { ~state }

  /// Adds bytes, eight at once.
  mutating func update(_ bytes: ByteView) {
    var index = 0
    while index + 8 <= bytes.count {
      let word = state ^ bytes.word(at: index)
      state = 0
      for lane in 0..<8 {
        let byte = Int(truncatingIfNeeded: word >> UInt64(8 * lane)) & 0xFF
        state ^= Self.tables[(7 - lane) << 8 | byte]
      }
      index += 8
    }
    while index < bytes.count {
      let byte = Int(truncatingIfNeeded: state) & 0xFF ^ Int(bytes[index])
      state = Self.tables[byte] ^ state >> 8
      index += 1
    }
  }

  /// The effect of a byte, and of a byte with up to seven others behind it.
  private static let tables: [UInt64] = {
    var tables = [UInt64](repeating: 0, count: 8 << 8)
    for byte in 0..<256 {
      var value = UInt64(byte)
      for _ in 0..<8 { value = value & 1 == 0 ? value >> 1 : value >> 1 ^ 0xC96C_5795_D787_0F42 }
      tables[byte] = value
    }
    for lane in 1..<8 {
      for byte in 0..<256 {
        let previous = tables[(lane - 1) << 8 | byte]
        tables[lane << 8 | byte] = tables[Int(previous & 0xFF)] ^ previous >> 8
      }
    }
    return tables
  }()
}
