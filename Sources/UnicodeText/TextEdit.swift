/// Replacements in a text from left to right, which are carried out at the end.
///
/// A text that needs none is never copied.
struct TextEdit {
  private var ranges: [Range<Int>] = []
  private var contentEnds: [Int] = []
  private var content: [UInt8] = []

  /// No replacement.
  init() {}

  /// Replacements found before, ascending.
  init(_ edits: [(Range<Int>, [UInt8])]) {
    for (range, replacement) in edits { replace(range, with: replacement) }
  }

  /// Replaces a range, which lies after those replaced before.
  mutating func replace(_ range: Range<Int>, with replacement: some Collection<UInt8>) {
    if range.isEmpty, replacement.isEmpty { return }
    ranges.append(range)
    content += replacement
    contentEnds.append(content.count)
  }

  /// The new text with its alignment, or nil where nothing is replaced.
  func carriedOut(in text: RawSpan) -> (text: [UInt8], alignment: Alignment)? {
    if ranges.isEmpty { return nil }
    return unsafe text.withUnsafeBytes { source in
      var bytes: [UInt8] = []
      bytes.reserveCapacity(source.count + content.count)
      var changes: [Alignment.Change] = []
      changes.reserveCapacity(ranges.count)
      var position = 0
      var first = 0
      for (range, end) in zip(ranges, contentEnds) {
        unsafe bytes += source[position..<range.lowerBound]
        let start = bytes.count
        bytes += content[first..<end]
        changes.append(Alignment.Change(source: range, target: start..<bytes.count))
        position = range.upperBound
        first = end
      }
      unsafe bytes += source[position...]
      return (bytes, Alignment(changes: changes))
    }
  }
}
