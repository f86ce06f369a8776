import UnicodeText

/// A number of a vocabulary and what stands behind it.
public struct VocabularyEntry: Sendable, Equatable {
  /// What a token is.
  public enum Kind: String, Sendable, CaseIterable {
    /// Stands for no text, such as the end of one.
    case special
    /// One byte.
    case byte = "single bytes"
    /// Whole characters.
    case text = "whole text"
    /// Bytes of which some are a part of a character.
    case part = "parts of characters"
    /// A number that no token has.
    case gap = "numbers without token"
  }

  /// The number.
  public let id: TokenID
  /// The spelling in files.
  public let spelling: String
  /// What it is decoded to.
  public let bytes: [UInt8]
  /// What it is.
  public let kind: Kind
  /// The first script in it that is not shared, `Common` without any; nil where it is no whole text.
  public let script: String?
  /// The place of its merge among all merges, from 0; nil for what no merge makes.
  ///
  /// The pieces of SentencePiece with more than one character are ranked by their scores.
  public let rank: Int?
  /// The two tokens that its first merge joins; empty where there is none or no merges are known.
  public let parts: [TokenID]
}

extension Tokenizer {
  /// Every number of the vocabulary, ascending.
  public func vocabularyEntries() -> [VocabularyEntry] {
    let ranks = tokenRanks()
    return (0..<TokenID(vocabularySize)).map { id in
      let bytes = self.bytes(of: id)
      let isGap = hasGaps && self.isGap(id)
      let script = isGap || isSpecial(id) ? nil : scriptName(bytes)
      let kind: VocabularyEntry.Kind =
        isGap
        ? .gap
        : isSpecial(id) ? .special : bytes.count == 1 ? .byte : script == nil ? .part : .text
      let rank = ranks[id]
      let merge = rank.flatMap { sentencePiece == nil ? merges[$0] : nil }
      return VocabularyEntry(
        id: id,
        spelling: isGap ? "" : spelling(of: id),
        bytes: isGap ? [] : bytes,
        kind: kind,
        script: script,
        rank: rank,
        parts: merge.map { [$0.left, $0.right] } ?? []
      )
    }
  }

  /// The rank of each token that is merged from others.
  func tokenRanks() -> [TokenID: Int] {
    var ranks: [TokenID: Int] = [:]
    guard let sentencePiece else {
      for (rank, merge) in merges.enumerated() where ranks[merge.merged] == nil {
        ranks[merge.merged] = rank
      }
      return ranks
    }
    let merged = sentencePiece.pieces.indices.filter { index in
      let piece = sentencePiece.pieces[index]
      return (piece.kind == .normal || piece.kind == .unused)
        && String(decoding: piece.text, as: UTF8.self).unicodeScalars.count > 1
    }
    let ordered = merged.sorted {
      let a = sentencePiece.pieces[$0].score
      let b = sentencePiece.pieces[$1].score
      return a == b ? $0 < $1 : a > b
    }
    for (rank, index) in ordered.enumerated() { ranks[TokenID(index)] = rank }
    return ranks
  }

  /// The script of a token, or nil where it is not whole text.
  private func scriptName(_ token: [UInt8]) -> String? {
    if unsafe firstInvalidUTF8(in: token.span.bytes) != nil { return nil }
    for scalar in String(decoding: token, as: UTF8.self).unicodeScalars {
      let script = Script(of: scalar)
      if !script.isShared { return script.name }
    }
    return "Common"
  }
}
