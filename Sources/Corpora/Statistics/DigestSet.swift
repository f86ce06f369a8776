/// Texts seen before, each with a number by the order in which they came: 21 to 43 bytes for each.
///
/// More than 2³² − 1 texts are not remembered.
struct DigestSet: Sendable {
  private var digests: [TextDigest] = []
  /// The number of a digest plus 1, found by its low bits; 0 where there is none.
  private var slots = [UInt32](repeating: 0, count: 1024)

  /// How many there are.
  var count: Int { digests.count }

  /// Remembers a text; the number it has where it was there already.
  mutating func insert(_ digest: TextDigest) -> Int? {
    let slot = slot(of: digest)
    if slots[slot] != 0 { return Int(slots[slot]) - 1 }
    guard let mark = UInt32(exactly: digests.count + 1) else { return nil }
    digests.append(digest)
    slots[slot] = mark
    if digests.count * 4 > slots.count * 3 { grow() }
    return nil
  }

  /// Remembers all that another set does.
  mutating func formUnion(_ other: DigestSet) {
    for digest in other.digests { _ = insert(digest) }
  }

  /// The slot of a text, or the free one where it belongs.
  private func slot(of digest: TextDigest) -> Int {
    let mask = slots.count - 1
    var slot = Int(truncatingIfNeeded: digest.low) & mask
    while slots[slot] != 0, digests[Int(slots[slot]) - 1] != digest { slot = (slot + 1) & mask }
    return slot
  }

  private mutating func grow() {
    slots = [UInt32](repeating: 0, count: slots.count * 2)
    let mask = slots.count - 1
    for (number, digest) in digests.enumerated() {
      var slot = Int(truncatingIfNeeded: digest.low) & mask
      while slots[slot] != 0 { slot = (slot + 1) & mask }
      slots[slot] = UInt32(truncatingIfNeeded: number + 1)
    }
  }
}
