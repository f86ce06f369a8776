/// The digest SHA-256, by which files name each other.
///
/// Written here because the libraries that offer it take longer to compile than all of isoflop.
///
/// - Source: NIST FIPS 180-4, sections 5.1.1 and 6.2.
public struct SHA256: Sendable {
  private var state: (UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32) = (
    0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a,
    0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19
  )
  private var block: [UInt8] = []
  private var byteCount: UInt64 = 0

  /// Creates the digest of no bytes.
  public init() {
    block.reserveCapacity(64)
  }

  /// The digest of some bytes, in lowercase hexadecimal.
  ///
  /// Example: the empty sequence gives `e3b0c442…7852b855`.
  public static func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
    var digest = SHA256()
    digest.update(bytes)
    return digest.finish()
  }

  /// Adds bytes.
  public mutating func update(_ bytes: some Sequence<UInt8>) {
    for byte in bytes {
      block.append(byte)
      byteCount &+= 1
      if block.count == 64 { compress() }
    }
  }

  /// Adds the bytes of a span.
  public mutating func update(_ bytes: RawSpan) {
    for index in 0..<bytes.byteCount {
      block.append(unsafe bytes.unsafeLoad(fromUncheckedByteOffset: index, as: UInt8.self))
      byteCount &+= 1
      if block.count == 64 { compress() }
    }
  }

  /// Ends the message and gives its digest in lowercase hexadecimal.
  public consuming func finish() -> String {
    let bits = byteCount &* 8
    block.append(0x80)
    if block.count > 56 {
      block.append(contentsOf: repeatElement(0, count: 64 - block.count))
      compress()
    }
    block.append(contentsOf: repeatElement(0, count: 56 - block.count))
    for shift in stride(from: 56, through: 0, by: -8) {
      block.append(UInt8(truncatingIfNeeded: bits >> UInt64(shift)))
    }
    compress()
    let words = [
      state.0, state.1, state.2, state.3, state.4, state.5, state.6, state.7,
    ]
    return words.map { word in
      let digits = String(word, radix: 16)
      return String(repeating: "0", count: 8 - digits.count) + digits
    }.joined()
  }

  private mutating func compress() {
    var schedule = [UInt32](repeating: 0, count: 64)
    for index in 0..<16 {
      let byte = 4 * index
      schedule[index] =
        UInt32(block[byte]) << 24 | UInt32(block[byte + 1]) << 16
        | UInt32(block[byte + 2]) << 8 | UInt32(block[byte + 3])
    }
    for index in 16..<64 {
      let w15 = schedule[index - 15]
      let w2 = schedule[index - 2]
      let s0 = rotated(w15, 7) ^ rotated(w15, 18) ^ (w15 >> 3)
      let s1 = rotated(w2, 17) ^ rotated(w2, 19) ^ (w2 >> 10)
      schedule[index] = schedule[index - 16] &+ s0 &+ schedule[index - 7] &+ s1
    }
    var (a, b, c, d, e, f, g, h) = state
    for index in 0..<64 {
      let s1 = rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25)
      let choice = (e & f) ^ (~e & g)
      let t1 = h &+ s1 &+ choice &+ roundConstants[index] &+ schedule[index]
      let s0 = rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22)
      let majority = (a & b) ^ (a & c) ^ (b & c)
      (h, g, f, e, d, c, b, a) = (g, f, e, d &+ t1, c, b, a, t1 &+ s0 &+ majority)
    }
    state = (
      state.0 &+ a, state.1 &+ b, state.2 &+ c, state.3 &+ d,
      state.4 &+ e, state.5 &+ f, state.6 &+ g, state.7 &+ h
    )
    block.removeAll(keepingCapacity: true)
  }
}

private func rotated(_ word: UInt32, _ count: UInt32) -> UInt32 {
  word >> count | word << (32 - count)
}

/// The fractional parts of the cube roots of the first 64 primes.
private let roundConstants: [UInt32] = {
  var constants: [UInt32] = []
  var candidate: UInt64 = 2
  while constants.count < 64 {
    if !(2..<candidate).contains(where: { candidate % $0 == 0 && $0 * $0 <= candidate }) {
      constants.append(fractionOfCubeRoot(candidate))
    }
    candidate += 1
  }
  return constants
}()

/// The first 32 bits after the point of a cube root, by bisection on whole numbers.
private func fractionOfCubeRoot(_ number: UInt64) -> UInt32 {
  // The root of number · 2⁹⁶ has the wanted 32 bits in front of its own point.
  var low: UInt64 = 0
  var high: UInt64 = 1 << 36
  while high - low > 1 {
    let middle = (low + high) / 2
    let square = middle.multipliedFullWidth(by: middle)
    // middle³ against number · 2⁹⁶, compared in 128 bits (middle < 2³⁶, so middle³ < 2¹⁰⁸).
    let cube =
      (UInt128(square.high) << 64 | UInt128(square.low)) * UInt128(middle)
    if cube <= UInt128(number) << 96 { low = middle } else { high = middle }
  }
  return UInt32(truncatingIfNeeded: low)
}
