/// Replaces parts of a text from left to right, and notes the changes.
struct TextEdit {
  private let source: [UInt8]
  private var bytes: [UInt8] = []
  private var alignment = Alignment.identity
  /// How much of the source was copied or replaced.
  private var position = 0
  private var isChanged = false

  init(_ text: RawSpan) {
    source = unsafe text.withUnsafeBytes { unsafe Array($0) }
  }

  /// Replaces a range, which lies after those replaced before.
  mutating func replace(_ range: Range<Int>, with replacement: some Collection<UInt8>) {
    if !isChanged {
      isChanged = true
      bytes.reserveCapacity(source.count + 16)
    }
    bytes += source[position..<range.lowerBound]
    let start = bytes.count
    bytes += replacement
    position = range.upperBound
    if range.isEmpty, replacement.isEmpty { return }
    alignment.append(Alignment.Change(source: range, target: start..<bytes.count))
  }

  /// The new text with its alignment, or nil where nothing was replaced.
  mutating func finish() -> (text: [UInt8], alignment: Alignment)? {
    guard isChanged else { return nil }
    bytes += source[position...]
    position = source.count
    return (bytes, alignment)
  }
}
