import UnicodeText

/// Normalizes text as SentencePiece does.
struct SentencePieceNormalizer: ~Copyable {
  private let settings: SentencePieceModel.Normalization
  private let treatsWhitespaceAsSuffix: Bool
  private let symbols: SymbolPrefixes

  init(_ model: SentencePieceModel) {
    settings = model.normalization
    treatsWhitespaceAsSuffix = model.treatsWhitespaceAsSuffix
    symbols = SymbolPrefixes(model.pieces.filter { $0.kind == .userDefined }.map(\.text))
  }

  /// A normalized text and, for each of its bytes and for its end, the place in the original.
  struct Result {
    var text: [UInt8] = []
    var places: [Int] = []
  }

  /// Normalizes a text; ill-formed bytes become U+FFFD, each for itself.
  func normalize(_ text: ByteView) -> Result {
    var result = Result()
    var position = 0
    let removes = settings.removesExtraWhitespace
    if removes {
      while position < text.count {
        let step = self.step(text, at: position)
        if step.replacement != [0x20] { break }
        position += step.length
      }
    }
    if position == text.count { return result }
    result.text.reserveCapacity(text.count + text.count / 4)
    result.places.reserveCapacity(text.count + text.count / 4)
    if !treatsWhitespaceAsSuffix, settings.addsDummyPrefix { appendSpace(position, to: &result) }
    var isAfterSpace = removes
    while position < text.count {
      let step = self.step(text, at: position)
      let replacement =
        isAfterSpace ? step.replacement.drop { $0 == 0x20 } : step.replacement
      for byte in replacement {
        if byte == 0x20 {
          appendSpace(position, to: &result)
        } else {
          result.text.append(byte)
          result.places.append(position)
        }
      }
      if let last = replacement.last { isAfterSpace = removes && last == 0x20 }
      position += step.length
    }
    if removes {
      let space = settings.escapesWhitespace ? SentencePieceModel.space : [0x20]
      while result.text.count >= space.count, result.text.suffix(space.count) == space[...] {
        position = result.places[result.text.count - space.count]
        result.text.removeLast(space.count)
        result.places.removeLast(space.count)
      }
    }
    if treatsWhitespaceAsSuffix, settings.addsDummyPrefix { appendSpace(position, to: &result) }
    result.places.append(position)
    return result
  }

  private func appendSpace(_ place: Int, to result: inout Result) {
    let space = settings.escapesWhitespace ? SentencePieceModel.space : [0x20]
    result.text += space
    for _ in space { result.places.append(place) }
  }

  /// What the text at a position becomes, and how much of it.
  private func step(
    _ text: ByteView,
    at position: Int
  ) -> (length: Int, replacement: ArraySlice<UInt8>) {
    let symbol = symbols.longest(in: text, at: position)
    if symbol > 0 { return (symbol, text[position..<position + symbol].toArray()[...]) }
    if let map = settings.characterMap {
      if let found = map.longestPrefix(of: text[position..<text.count]) { return found }
    }
    let step = unsafe UTF8Decoding.step(text.address, at: position, limit: text.count)
    if !step.isWellFormed { return (1, Self.replacement) }
    return (step.length, text[position..<position + step.length].toArray()[...])
  }

  private static let replacement = Array("\u{FFFD}".utf8)[...]
}
