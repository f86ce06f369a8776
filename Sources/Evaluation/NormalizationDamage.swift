import UnicodeText

/// What a normalization changes in a text.
public struct NormalizationDamage: Sendable, Hashable {
  /// A change and how often it occurs.
  public struct Change: Sendable, Hashable {
    /// The text before.
    public let source: String
    /// The text after.
    public let target: String
    /// How often.
    public let count: Int
  }

  /// Bytes of the original that were changed.
  public private(set) var changedBytes = 0
  /// Segments that were changed.
  public private(set) var changedSegments = 0
  /// Segments that no longer have the canonical form of the original: information was lost.
  public private(set) var lossySegments = 0
  private var changes: [[String]: Int] = [:]

  /// Different changes that are remembered at most.
  private static let longestList = 10_000

  /// Starts without any change.
  public init() {}

  /// The most frequent changes, most frequent first; those of equal frequency by their text.
  public func frequentChanges(_ limit: Int) -> [Change] {
    let all = changes.sorted { a, b in
      a.value != b.value
        ? a.value > b.value : scalars(a.key).lexicographicallyPrecedes(scalars(b.key))
    }
    return all.prefix(limit).map { Change(source: $0.key[0], target: $0.key[1], count: $0.value) }
  }

  private func scalars(_ key: [String]) -> [UInt32] {
    key.flatMap { $0.unicodeScalars.map(\.value) + [0] }
  }

  /// Notes what a normalizer does to a segment.
  mutating func add(_ segment: [UInt8], _ normalizer: TextNormalizer) throws(UnicodeTextError) {
    guard let (text, alignment) = try unsafe normalizer.aligned(segment.span.bytes),
      text != segment
    else { return }
    changedSegments += 1
    let canonical = Normalizer(.nfc)
    let before = try unsafe canonical.normalized(segment.span.bytes) ?? segment
    let after = try unsafe canonical.normalized(text.span.bytes) ?? text
    if before != after { lossySegments += 1 }
    for change in alignment.changes {
      changedBytes += change.source.count
      let key = [
        String(decoding: segment[change.source], as: UTF8.self),
        String(decoding: text[change.target], as: UTF8.self),
      ]
      if changes[key] != nil || changes.count < Self.longestList { changes[key, default: 0] += 1 }
    }
  }

  mutating func add(_ other: NormalizationDamage) {
    changedBytes += other.changedBytes
    changedSegments += other.changedSegments
    lossySegments += other.lossySegments
    for (key, count) in other.changes { changes[key, default: 0] += count }
  }
}
