/// Finds the longest of some texts that another text begins with.
struct SymbolPrefixes: ~Copyable {
  private let symbols: StringTable
  /// The lengths of the texts, longest first.
  private let lengths: [Int]
  private let isFirst: [Bool]

  init(_ texts: [[UInt8]]) {
    var isFirst = [Bool](repeating: false, count: 256)
    lengths = Set(texts.map(\.count)).sorted(by: >)
    var symbols = StringTable()
    for text in texts where !text.isEmpty {
      _ = text.withByteView { symbols.insert($0) }
      isFirst[Int(text[0])] = true
    }
    self.isFirst = isFirst
    self.symbols = symbols
  }

  /// The length of the longest text found at a position; 0 where there is none.
  ///
  /// - Complexity: O(distinct lengths) look-ups where the first byte fits.
  func longest(in text: ByteView, at position: Int) -> Int {
    guard isFirst[Int(text[position])] else { return 0 }
    for length in lengths where position + length <= text.count {
      if symbols.find(text[position..<position + length]) != nil { return length }
    }
    return 0
  }
}
