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

/// Texts seen before, 16 to 43 bytes for each.
struct DigestSet: Sendable {
  private var high = [UInt64](repeating: 0, count: 1024)
  private var low = [UInt64](repeating: 0, count: 1024)
  private var hasZero = false
  /// How many there are.
  private(set) var count = 0

  /// Remembers a text; false where it was there already.
  mutating func insert(_ digest: TextDigest) -> Bool {
    if digest.high == 0, digest.low == 0 {
      defer { hasZero = true }
      count += hasZero ? 0 : 1
      return !hasZero
    }
    if count * 4 > high.count * 3 { grow() }
    let mask = high.count - 1
    var slot = Int(truncatingIfNeeded: digest.low) & mask
    while high[slot] != 0 || low[slot] != 0 {
      if high[slot] == digest.high, low[slot] == digest.low { return false }
      slot = (slot + 1) & mask
    }
    high[slot] = digest.high
    low[slot] = digest.low
    count += 1
    return true
  }

  /// Remembers all that another set does.
  mutating func formUnion(_ other: DigestSet) {
    for slot in other.high.indices where other.high[slot] != 0 || other.low[slot] != 0 {
      _ = insert(TextDigest(high: other.high[slot], low: other.low[slot]))
    }
    if other.hasZero { _ = insert(TextDigest(high: 0, low: 0)) }
  }

  private mutating func grow() {
    let old = (high, low)
    high = [UInt64](repeating: 0, count: old.0.count * 2)
    low = high
    let mask = high.count - 1
    for index in old.0.indices where old.0[index] != 0 || old.1[index] != 0 {
      var slot = Int(truncatingIfNeeded: old.1[index]) & mask
      while high[slot] != 0 || low[slot] != 0 { slot = (slot + 1) & mask }
      high[slot] = old.0[index]
      low[slot] = old.1[index]
    }
  }
}

extension TextDigest {
  init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }
}
