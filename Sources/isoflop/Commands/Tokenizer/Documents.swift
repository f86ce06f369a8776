/// Documents of a source, one after the other in one piece of memory.
struct Documents {
  /// The bytes of all.
  private(set) var text: [UInt8] = []
  /// Where each is.
  private(set) var ranges: [Range<Int>] = []

  /// How many there are.
  var count: Int { ranges.count }

  /// Adds one behind the others.
  mutating func append(_ document: some Collection<UInt8>) {
    let start = text.count
    text.append(contentsOf: document)
    ranges.append(start..<text.count)
  }
}
