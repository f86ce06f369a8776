/// Finds documents that nearly equal an earlier one, by MinHash and locality-sensitive hashing.
///
/// A document is the set of its runs of ``Parameters/shingle`` code points, white space and case of
/// ASCII aside. Two documents whose sets share a part J of their union agree in each hash with
/// chance J. Documents that agree in a whole band are compared by all their hashes. Memory: about
/// 330 bytes for each document kept with the usual parameters.
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
  /// One byte of each hash for each document kept.
  private var signatures: [UInt8] = []
  private var buckets: [[UInt64: [Int32]]]
  /// How many documents are remembered.
  private(set) var count = 0

  /// Documents of one bucket beyond these are not compared with: a crowd of them is alike anyway.
  private static let deepest = 64

  init(_ parameters: Parameters) {
    self.parameters = parameters
    buckets = Array(repeating: [:], count: parameters.bands)
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
      for earlier in buckets[band][key] ?? [] {
        let likeness = likeness(document.bytes, Int(earlier))
        if likeness >= parameters.threshold {
          return Match(number: Int(earlier), likeness: likeness)
        }
      }
    }
    guard !document.bytes.isEmpty, let number = Int32(exactly: count) else { return nil }
    count += 1
    signatures += document.bytes
    for (band, key) in document.bands.enumerated() {
      if buckets[band][key]?.count ?? 0 < Self.deepest {
        buckets[band][key, default: []].append(number)
      }
    }
    return nil
  }

  /// The estimated part of the union that two documents share.
  private func likeness(_ signature: [UInt8], _ other: Int) -> Double {
    let start = other * signature.count
    let equal = signature.indices.count { signatures[start + $0] == signature[$0] }
    // One byte of unequal hashes agrees by chance once in 256 times.
    let share = Double(equal) / Double(signature.count)
    return max(0, (share - 1.0 / 256) / (1 - 1.0 / 256))
  }
}
