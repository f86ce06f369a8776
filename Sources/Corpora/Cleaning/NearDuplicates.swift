/// Finds documents that nearly equal an earlier one, by MinHash and locality-sensitive hashing.
///
/// A document is the set of its runs of ``Parameters/shingle`` code points, white space and case of
/// ASCII aside. Two documents whose sets share a part J of their union agree in each hash with
/// chance J. Documents that agree in a whole band are compared by all their hashes. Memory: 280 to
/// 430 bytes for each document kept with the usual parameters.
///
/// - Source: Broder 1997, "On the resemblance and containment of documents"; Leskovec, Rajaraman and
///   Ullman, "Mining of Massive Datasets", section 3.4, for the bands.
public struct NearDuplicates: Sendable {
  /// How documents are compared.
  public struct Parameters: Sendable, Hashable {
    /// The estimated part of the union from which on documents count as equal.
    public var threshold = 0.8
    /// The code points in a run.
    public var shingle = 5
    /// How many bands there are.
    public var bands = 16
    /// How many hashes a band has.
    public var rows = 8

    /// The usual parameters: 16 bands of 8 hashes, which find pairs from about 0.7 on.
    public init() {}
  }

  private let parameters: Parameters
  /// One byte of each hash for each document kept, in pieces: a large array would be copied to grow.
  private var signatures: [[UInt8]] = []
  private var bands: [BandTable]
  /// How many documents are remembered.
  private(set) var count = 0

  private static let pieceCount = 1024

  init(_ parameters: Parameters) {
    self.parameters = parameters
    bands = Array(repeating: BandTable(), count: parameters.bands)
  }

  /// An earlier document that one nearly equals.
  struct Match: Sendable {
    /// Its number in the order in which documents were remembered.
    let number: Int
    /// The estimated part of the union that the two share.
    let likeness: Double
  }

  /// The first earlier document found that this one nearly equals.
  ///
  /// - Returns: Nil for a document unlike all others, which is remembered.
  mutating func insert(_ document: MinHash.Signature) -> Match? {
    for (band, key) in document.bands.enumerated() {
      var place = bands[band].start(of: key)
      while let number = bands[band].next(of: key, at: &place) {
        let likeness = likeness(document.bytes, number)
        if likeness >= parameters.threshold { return Match(number: number, likeness: likeness) }
      }
    }
    guard !document.bytes.isEmpty, count < BandTable.longest else { return nil }
    if count % Self.pieceCount == 0 {
      signatures.append([])
      signatures[signatures.count - 1]
        .reserveCapacity(Self.pieceCount * document.bytes.count)
    }
    signatures[signatures.count - 1] += document.bytes
    for (band, key) in document.bands.enumerated() { bands[band].append(key) }
    count += 1
    return nil
  }

  /// The estimated part of the union that two documents share.
  private func likeness(_ signature: [UInt8], _ other: Int) -> Double {
    let start = other % Self.pieceCount * signature.count
    let piece = signatures[other / Self.pieceCount]
    let equal = signature.indices.count { piece[start + $0] == signature[$0] }
    // One byte of unequal hashes agrees by chance once in 256 times.
    let share = Double(equal) / Double(signature.count)
    return max(0, (share - 1.0 / 256) / (1 - 1.0 / 256))
  }
}

/// The documents that have the same hashes in one band, found by a digest of these.
private struct BandTable: Sendable {
  /// More documents have no numbers.
  static let longest = Int(UInt32.max) - 1
  /// Documents of one digest beyond these are not compared with: a crowd of them is alike anyway.
  private static let deepest = 64

  /// The upper half of each document's digest.
  private var keys: [UInt32] = []
  /// The number of a document plus 1, behind the place that the digest gives; 0 where there is none.
  private var slots = [UInt32](repeating: 0, count: 1024)
  private var used = 0

  /// Where the search for a digest begins.
  func start(of key: UInt64) -> Int {
    // A product, as neighboring digests must not crowd one place.
    Int(truncatingIfNeeded: ((key >> 32) &* 0x9e37_79b9_7f4a_7c15) >> 32) & (slots.count - 1)
  }

  /// The next document of a digest, the earliest first; nil where there are no more.
  func next(of key: UInt64, at place: inout Int) -> Int? {
    while slots[place] != 0 {
      let number = Int(slots[place]) - 1
      place = (place + 1) & (slots.count - 1)
      if keys[number] == UInt32(key >> 32) { return number }
    }
    return nil
  }

  /// Remembers the digest of the next document.
  mutating func append(_ key: UInt64) {
    keys.append(UInt32(key >> 32))
    if used * 4 > slots.count * 3 {
      slots = [UInt32](repeating: 0, count: slots.count * 2)
      used = 0
      for number in keys.indices { insert(number) }
    } else {
      insert(keys.count - 1)
    }
  }

  private mutating func insert(_ number: Int) {
    let key = UInt64(keys[number]) << 32
    var place = start(of: key)
    var depth = 0
    while next(of: key, at: &place) != nil { depth += 1 }
    guard depth < Self.deepest else { return }
    slots[place] = UInt32(truncatingIfNeeded: number + 1)
    used += 1
  }
}
