import UnicodeText

extension SentencePieceModel {
  /// The text of tokens as SentencePiece decodes it.
  ///
  /// - Parameters:
  ///   - ids: The tokens, each below the number of pieces.
  ///   - keepsBytes: Whether byte pieces that are not UTF-8 stay bytes, rather than become U+FFFD.
  ///   - startsText: Whether no text comes before that of the tokens.
  /// - Returns: The text in UTF-8, but for bytes that are kept.
  func decode(_ ids: [TokenID], keepsBytes: Bool, startsText: Bool = true) -> [UInt8] {
    var text: [UInt8] = []
    var bytes: [UInt8] = []
    // Whether a space of the dummy prefix is still to come, and whether it just came.
    var isAtStart = startsText
    var hasSeenPrefix = false
    for id in ids {
      let piece = pieces[Int(id)]
      if piece.kind == .byte, let byte = byteOfTokenName(piece.text) {
        bytes.append(byte)
        continue
      }
      flush(&bytes, into: &text, keepsBytes: keepsBytes)
      if hasSeenPrefix || !text.isEmpty { isAtStart = false }
      hasSeenPrefix = false
      switch piece.kind {
      case .control: continue
      case .unknown: text += unknownSurface
      default:
        var content = piece.text[...]
        let strips = normalization.addsDummyPrefix || normalization.removesExtraWhitespace
        if isAtStart, strips, content.starts(with: Self.space) {
          content = content.dropFirst(Self.space.count)
          hasSeenPrefix = !normalization.removesExtraWhitespace
        }
        appendWithSpaces(content, to: &text)
      }
    }
    flush(&bytes, into: &text, keepsBytes: keepsBytes)
    guard let denormalizer, !keepsBytes else { return text }
    return Self.replaced(text, by: denormalizer)
  }

  private func appendWithSpaces(_ content: ArraySlice<UInt8>, to text: inout [UInt8]) {
    var position = content.startIndex
    while position < content.endIndex {
      if content[position] == Self.space[0], content[position...].starts(with: Self.space) {
        text.append(0x20)
        position += Self.space.count
      } else {
        text.append(content[position])
        position += 1
      }
    }
  }

  private func flush(_ bytes: inout [UInt8], into text: inout [UInt8], keepsBytes: Bool) {
    if bytes.isEmpty { return }
    if keepsBytes {
      text += bytes
    } else {
      // Each byte that begins no character is one U+FFFD.
      bytes.withByteView { view in
        var position = 0
        while position < view.count {
          let step = unsafe UTF8Decoding.step(view.address, at: position, limit: view.count)
          if step.isWellFormed {
            text += view[position..<position + step.length].toArray()
            position += step.length
          } else {
            text += Array("\u{FFFD}".utf8)
            position += 1
          }
        }
      }
    }
    bytes.removeAll(keepingCapacity: true)
  }

  /// The text with every key of a map replaced.
  private static func replaced(_ text: [UInt8], by map: CharacterMap) -> [UInt8] {
    var model = SentencePieceModel(
      pieces: [],
      normalization: Normalization(),
      denormalizer: nil,
      byteFallback: false,
      treatsWhitespaceAsSuffix: false,
      unknownSurface: []
    )
    model.normalization.characterMap = map
    model.normalization.addsDummyPrefix = false
    model.normalization.removesExtraWhitespace = false
    model.normalization.escapesWhitespace = false
    let normalizer = SentencePieceNormalizer(model)
    return text.withByteView { normalizer.normalize($0).text }
  }
}
