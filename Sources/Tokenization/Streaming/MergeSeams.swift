import UnicodeText

/// Where no merge ever reaches across: between two characters that no token has in a row.
///
/// Merges of both sides then never meet, and each side is merged as it is alone, in whatever order
/// the two take turns.
struct MergeSeams {
  /// Of byte-level models: whether two bytes stand in a row inside of a token, and which bytes have
  /// tokens.
  private var bytePairs: [Bool] = []
  private var hasByte: [Bool] = []
  /// Of others: the characters in a row, and those that are tokens.
  private var pairs: Set<UInt64> = []
  private var characters: Set<UInt32> = []
  private let isByteLevel: Bool

  init(_ tokenizer: Tokenizer) {
    isByteLevel = tokenizer.configuration.isByteLevel && tokenizer.sentencePiece == nil
    if isByteLevel {
      bytePairs = Array(repeating: false, count: 1 << 16)
      hasByte = Array(repeating: false, count: 256)
    }
    for id in 0..<tokenizer.modelTokenCount {
      if isByteLevel {
        let bytes = tokenizer.bytes(of: TokenID(id))
        if bytes.count == 1 { hasByte[Int(bytes[0])] = true }
        for (left, right) in zip(bytes, bytes.dropFirst()) {
          bytePairs[Int(left) << 8 | Int(right)] = true
        }
        continue
      }
      if let model = tokenizer.sentencePiece,
        model.pieces[id].kind != .normal && model.pieces[id].kind != .userDefined
      {
        continue
      }
      let scalars = tokenizer.spelling(of: TokenID(id)).unicodeScalars
      if scalars.count == 1, let scalar = scalars.first { characters.insert(scalar.value) }
      for (left, right) in zip(scalars, scalars.dropFirst()) {
        pairs.insert(UInt64(left.value) << 32 | UInt64(right.value))
      }
    }
  }

  /// Whether nothing is merged across two characters that have tokens of their own.
  func parts(_ left: Unicode.Scalar, _ right: Unicode.Scalar) -> Bool {
    if isByteLevel {
      let (last, first) = (left.lastByte, right.firstByte)
      return !bytePairs[Int(last) << 8 | Int(first)] && hasByte[Int(last)] && hasByte[Int(first)]
    }
    return characters.contains(left.value) && characters.contains(right.value)
      && !pairs.contains(UInt64(left.value) << 32 | UInt64(right.value))
  }
}

/// The seams of texts for a ``SentencePieceModel``: before single spaces, where neither the rules of
/// its normalization nor a piece reach across.
final class SentencePieceSeams {
  /// Why there are none.
  let obstacle: String?
  /// Whether the space in front of every text stands for the one that is cut before.
  let dropsSpace: Bool

  private let map: CharacterMap?
  private let longestKey: Int
  private let merges: MergeSeams

  init(_ model: SentencePieceModel, _ tokenizer: Tokenizer) {
    let normalization = model.normalization
    map = normalization.characterMap
    let keys = map?.keyMeasures ?? (longest: 0, hasSpace: false)
    longestKey = keys.longest
    dropsSpace = normalization.addsDummyPrefix
    merges = MergeSeams(tokenizer)
    let hasSpaces = model.pieces.contains { $0.kind == .userDefined && $0.text.contains(0x20) }
    if model.treatsWhitespaceAsSuffix {
      obstacle = "its model puts spaces behind words"
    } else if normalization.removesExtraWhitespace, !normalization.addsDummyPrefix {
      obstacle = "its model takes the spaces at the start of a text away"
    } else if model.pieces.contains(where: { $0.kind == .unused }) {
      obstacle = "its model has unused pieces"
    } else if hasSpaces || keys.hasSpace || !normalization.escapesWhitespace {
      obstacle = "its model has rules for spaces"
    } else {
      obstacle = nil
    }
  }

  /// Whether no piece has a character and the sign for a space in a row.
  func parts(_ left: Unicode.Scalar, _ right: Unicode.Scalar) -> Bool {
    left != " " && right == " " && merges.parts(left, "\u{2581}")
  }

  /// Whether the character at a place, and the seam behind it, belong to no rule of the map.
  func keepsApart(_ text: ByteView, left: Int, _ place: Int) -> Bool {
    guard let map else { return true }
    return (max(0, place - longestKey)..<place).allSatisfy { start in
      start > left || !map.hasKey(beginningWith: text[start..<place])
    }
  }
}
