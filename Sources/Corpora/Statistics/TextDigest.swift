/// 128 bits that stand for a text: two texts with one digest are taken for equal.
///
/// Among 10⁹ different texts the chance that any two share a digest is below 10⁻²⁰. The digest is no
/// protection against texts made to collide.
struct TextDigest: Hashable, Sendable {
  let high: UInt64
  let low: UInt64

  /// Digests bytes, eight at a time, by multiplying and folding two independent lanes.
  init(_ text: RawSpan) {
    var high: UInt64 = 0x243f_6a88_85a3_08d3
    var low: UInt64 = 0x1319_8a2e_0370_7344 ^ UInt64(text.byteCount)
    var position = 0
    while position < text.byteCount {
      let word = text.word(at: position)
      high = folded(high ^ word, 0x9e37_79b9_7f4a_7c15)
      low = folded(low &+ word, 0xd6e8_feb8_6659_fd93)
      position += 8
    }
    self.high = folded(high ^ low, 0xa076_1d64_78bd_642f)
    self.low = folded(low ^ 0xe703_7ed1_a0b4_28db, high | 1)
  }
}

/// The two halves of a product, combined.
@inline(__always)
func folded(_ a: UInt64, _ b: UInt64) -> UInt64 {
  let product = a.multipliedFullWidth(by: b)
  return product.high ^ product.low ^ a
}

extension RawSpan {
  /// The eight bytes from a position on, as a little-endian word; zeros behind the end.
  fileprivate func word(at position: Int) -> UInt64 {
    if position + 8 <= byteCount {
      return UInt64(
        littleEndian: unsafe unsafeLoadUnaligned(fromByteOffset: position, as: UInt64.self)
      )
    }
    var word: UInt64 = 0
    for index in position..<byteCount {
      let byte = unsafe unsafeLoad(fromByteOffset: index, as: UInt8.self)
      word |= UInt64(byte) << UInt64(8 * (index - position))
    }
    return word
  }
}

extension TextDigest {
  init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }
}
