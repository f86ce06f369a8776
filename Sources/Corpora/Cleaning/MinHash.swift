/// The least hashes of a document's runs of code points, by which documents are compared.
struct MinHash: Sendable {
  /// What is kept of a document.
  struct Signature: Sendable {
    /// One byte of each hash; none for a document without text.
    var bytes: [UInt8] = []
    /// A digest of the hashes of each band.
    var bands: [UInt64] = []
  }

  private let parameters: NearDuplicates.Parameters
  private let seeds: [UInt64]

  init(_ parameters: NearDuplicates.Parameters) {
    self.parameters = parameters
    // A fixed sequence: the same documents are near in every run.
    seeds = (0..<parameters.bands * parameters.rows).map { index in
      folded(UInt64(index + 1), 0x9e37_79b9_7f4a_7c15) &* 0xbf58_476d_1ce4_e5b9 | 1
    }
  }

  /// The signature of a text in UTF-8.
  ///
  /// - Complexity: One multiplication for each hash and code point.
  func signature(of text: RawSpan) -> Signature {
    let hashes = leastHashes(of: text)
    var signature = Signature()
    guard !hashes.isEmpty else { return signature }
    // The low byte: the high ones of least hashes are all near zero.
    signature.bytes = hashes.map { UInt8(truncatingIfNeeded: $0) }
    for band in 0..<parameters.bands {
      let rows = hashes[band * parameters.rows..<(band + 1) * parameters.rows]
      signature.bands.append(rows.reduce(UInt64(band)) { folded($0 ^ $1, 0xd6e8_feb8_6659_fd93) })
    }
    return signature
  }

  private func leastHashes(of text: RawSpan) -> [UInt64] {
    let plain = plain(text)
    guard !plain.isEmpty else { return [] }
    let starts = plain.indices.filter { plain[$0] & 0xC0 != 0x80 } + [plain.count]
    guard starts.count > 1 else { return [] }
    let length = min(parameters.shingle, starts.count - 1)
    var least = [UInt64](repeating: .max, count: seeds.count)
    plain.withSpan { bytes in
      for first in 0..<starts.count - length {
        let run = TextDigest(bytes.extracting(starts[first]..<starts[first + length]))
        for index in seeds.indices {
          // Each seed makes another hash out of one digest.
          let product = (run.high ^ seeds[index]) &* seeds[index] &+ run.low
          let hash = (product ^ product >> 32) &* 0x94d0_49bb_1331_11eb
          least[index] = min(least[index], hash ^ hash >> 31)
        }
      }
    }
    return least
  }

  /// The text in small letters of ASCII, runs of white space as one space.
  private func plain(_ text: RawSpan) -> [UInt8] {
    var plain: [UInt8] = []
    plain.reserveCapacity(text.byteCount)
    unsafe text.withUnsafeBytes { bytes in
      for index in 0..<bytes.count {
        let byte = unsafe bytes[index]
        if byte > 0x20 {
          plain.append((0x41...0x5A).contains(byte) ? byte | 0x20 : byte)
        } else if let last = plain.last, last != 0x20 {
          plain.append(0x20)
        }
      }
    }
    if plain.last == 0x20 { plain.removeLast() }
    return plain
  }
}
