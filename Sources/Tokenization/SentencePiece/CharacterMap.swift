import UnicodeText

/// Texts and what they are replaced by, as SentencePiece compiles its normalization rules.
///
/// A double-array trie over bytes whose leaves point into a list of texts that end with a zero byte.
/// Whatever the bytes are, looking up never leaves them.
///
/// - Source: Aoe 1989, "An Efficient Digital Search Algorithm by Using a Double-Array Structure"; the
///   layout of a unit is that of Darts-clone.
public struct CharacterMap: Sendable, Hashable {
  /// The map as files hold it: the trie's size in four bytes, the trie, the texts.
  public let bytes: [UInt8]

  private let units: [UInt32]
  private let texts: Int

  /// Reads a map; nil where its sizes do not fit.
  public init?(bytes: [UInt8]) {
    guard bytes.count > 4 else { return nil }
    let size = Int(Self.unit(bytes, at: 0))
    guard size >= 4, size % 4 == 0, 4 + size <= bytes.count else { return nil }
    self.bytes = bytes
    units = (0..<size / 4).map { Self.unit(bytes, at: 4 + 4 * $0) }
    texts = 4 + size
  }

  private static func unit(_ bytes: [UInt8], at place: Int) -> UInt32 {
    (0..<4).reduce(0) { $0 | UInt32(bytes[place + $1]) << UInt32(8 * $1) }
  }

  /// Whether two maps are the same bytes.
  public static func == (first: CharacterMap, second: CharacterMap) -> Bool {
    first.bytes == second.bytes
  }

  /// Hashes the length alone: maps are long, and seldom compared.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(bytes.count)
  }

  /// Visits the lengths and the replacements of the keys that a text begins with, shortest first,
  /// until the body returns false.
  private func forEachPrefix(
    of text: ByteView,
    _ body: (_ length: Int, _ place: Int) -> Bool
  ) {
    var node = offset(units[0])
    for index in 0..<text.count {
      let byte = text[index]
      node ^= Int(byte)
      guard node < units.count else { return }
      let unit = units[node]
      guard unit & 0x8000_00FF == UInt32(byte) else { return }
      node ^= offset(unit)
      guard node < units.count else { return }
      if unit >> 8 & 1 == 1, !body(index + 1, Int(units[node] & 0x7FFF_FFFF)) { return }
    }
  }

  private func offset(_ unit: UInt32) -> Int {
    Int(unit >> 10) << Int((unit & 0x200) >> 6)
  }

  /// The text at a place of the list of texts; empty beyond its end.
  private func text(at place: Int) -> ArraySlice<UInt8> {
    let start = texts + place
    guard start < bytes.count else { return [] }
    let end = bytes[start...].firstIndex(of: 0) ?? bytes.count
    return bytes[start..<end]
  }

  /// The longest key that a text begins with, and what it is replaced by; nil where there is none.
  func longestPrefix(
    of text: ByteView
  ) -> (length: Int, replacement: ArraySlice<UInt8>)? {
    var longest: (length: Int, place: Int)?
    forEachPrefix(of: text) { length, place in
      longest = (length, place)
      return true
    }
    return longest.map { ($0.length, self.text(at: $0.place)) }
  }

  /// Whether some key begins with a text, or is it.
  func hasKey(beginningWith text: ByteView) -> Bool {
    var node = offset(units[0])
    for index in 0..<text.count {
      node ^= Int(text[index])
      guard node < units.count, units[node] & 0x8000_00FF == UInt32(text[index]) else {
        return false
      }
      node ^= offset(units[node])
      guard node < units.count else { return false }
    }
    return true
  }

  /// The length of the longest key, and whether any has a space in it.
  ///
  /// A trie whose paths meet counts as one with spaces.
  ///
  /// - Complexity: O(256 n) for n units of the trie.
  var keyMeasures: (longest: Int, hasSpace: Bool) {
    var longest = 0
    var isVisited = [Bool](repeating: false, count: units.count)
    var open = [(node: offset(units[0]), depth: 0)]
    while let (start, depth) = open.popLast() {
      longest = max(longest, depth)
      for byte in 0..<256 {
        let node = start ^ byte
        guard node < units.count, units[node] & 0x8000_00FF == UInt32(byte) else { continue }
        // A unit of zero is no transition but unused.
        if byte == 0, units[node] == 0 { continue }
        if byte == 0x20 || isVisited[node] { return (longest, true) }
        isVisited[node] = true
        open.append((node ^ offset(units[node]), depth + 1))
      }
    }
    return (longest, false)
  }

  /// What the shortest key that a text begins with is replaced by.
  private func shortestPrefix(of text: ByteView) -> ArraySlice<UInt8>? {
    var shortest: Int?
    forEachPrefix(of: text) { _, place in
      shortest = place
      return false
    }
    return shortest.map(self.text(at:))
  }

  /// Normalizes a text as the stage `Precompiled` of a `tokenizer.json` does: grapheme cluster by
  /// grapheme cluster, or by characters in those of six bytes or more.
  ///
  /// subtle: a cluster is looked up as a whole, and the shortest key it begins with decides for all of
  /// it. SentencePiece itself takes the longest key and goes on behind it.
  func normalizeGraphemes(of text: inout SourcedText) {
    var changes: [(bytes: [UInt8], change: Int)] = []
    var isModified = false
    func keep(_ bytes: some Collection<UInt8>) { changes.append((Array(bytes), 0)) }
    func replace(_ old: [UInt8]) -> Bool {
      // Texts with zero bytes find nothing behind them.
      let key = Array(old.prefix { $0 != 0 })
      guard let new = key.withByteView(shortestPrefix(of:)) else { return false }
      isModified = true
      let scalars = String(decoding: new, as: UTF8.self).unicodeScalars
      let count = scalars.count
      let difference = count - String(decoding: old, as: UTF8.self).unicodeScalars.count
      for (index, scalar) in scalars.enumerated() {
        changes.append((Array(String(scalar).utf8), index >= count - max(0, difference) ? 1 : 0))
      }
      if difference < 0, !changes.isEmpty { changes[changes.count - 1].change += difference }
      return true
    }
    for part in Self.wellFormedParts(of: text.bytes) {
      guard part.isWellFormed else {
        keep(text.bytes[part.range])
        continue
      }
      for cluster in String(decoding: text.bytes[part.range], as: UTF8.self) {
        let utf8 = Array(cluster.utf8)
        if utf8.count < 6, replace(utf8) { continue }
        for scalar in cluster.unicodeScalars {
          let utf8 = Array(String(scalar).utf8)
          if !replace(utf8) { keep(utf8) }
        }
      }
    }
    if !isModified { return }
    text.transform(
      changes.map { bytes, change in
        SourcedText.Change(
          bytes: bytes,
          kind: change > 0 ? .inserted : .replaced(removing: -change)
        )
      }
    )
  }

  /// The runs of well-formed characters, and each ill-formed part.
  private static func wellFormedParts(
    of text: [UInt8]
  ) -> [(range: Range<Int>, isWellFormed: Bool)] {
    var parts: [(range: Range<Int>, isWellFormed: Bool)] = []
    var start = 0
    text.withByteView { text in
      var position = 0
      while position < text.count {
        let step = unsafe UTF8Decoding.step(text.address, at: position, limit: text.count)
        if !step.isWellFormed {
          if start < position { parts.append((start..<position, true)) }
          parts.append((position..<position + step.length, false))
          start = position + step.length
        }
        position += step.length
      }
    }
    if start < text.count { parts.append((start..<text.count, true)) }
    return parts
  }
}
