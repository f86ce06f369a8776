/// A seed from which independent, named random streams are drawn.
///
/// Two streams of one seed with different names never share numbers in practice: the name is hashed
/// into the generator's state. A part of a program that draws more numbers than before therefore
/// does not disturb its neighbours, and a run is repeated by its seed alone.
public struct Seed: Sendable, Hashable, Codable {
  /// The number a person gave.
  public let value: UInt64

  /// Creates a seed.
  public init(_ value: UInt64) {
    self.value = value
  }

  /// The generator of the stream with this name.
  ///
  /// Example: `Seed(7).stream("initialization")`.
  public func stream(_ name: String) -> Xoshiro256 {
    // FNV-1a over the name's UTF-8, then both words through SplitMix64.
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in name.utf8 {
      hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3
    }
    var mixer = SplitMix64(state: value)
    return Xoshiro256(seededBy: SplitMix64(state: mixer.next() ^ hash))
  }
}
