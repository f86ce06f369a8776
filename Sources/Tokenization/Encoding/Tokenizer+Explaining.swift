import UnicodeText

/// A piece of a text on its way to tokens.
public struct ExplainedPiece: Sendable, Equatable {
  /// The piece, or the text of an added token.
  public var text: String
  /// The spellings of the tokens after each merge, beginning with the bytes; empty for an added
  /// token.
  public var steps: [[String]]
  /// The numbers of the tokens at the end.
  public var ids: [TokenID]
}

extension Tokenizer {
  /// How a text becomes its tokens, merge by merge.
  ///
  /// For looking at, not for speed.
  ///
  /// - Throws: ``TokenizationError`` where ICU gives up.
  public func explain(_ text: String) throws(TokenizationError) -> [ExplainedPiece] {
    let utf8 = Array(text.utf8)
    let encoding = try unsafe BPEEncoder(self).encodeWithOffsets(utf8.span.bytes, trimmed: false)
    var pieces: [ExplainedPiece] = []
    var start = 0
    func explainText(_ range: Range<Int>) throws(TokenizationError) {
      var part = Array(utf8[range])
      do {
        let normalizer = try TextNormalizer(configuration.normalization)
        part = try unsafe normalizer.normalized(part.span.bytes) ?? part
      } catch {
        throw .text(error)
      }
      for piece in try configuration.pieces(of: part) {
        pieces.append(explain(piece: Array(part[piece])))
      }
    }
    let added = Set(configuration.addedTokens.map(\.id))
    for (id, range) in zip(encoding.ids, encoding.offsets) where added.contains(id) {
      try explainText(start..<max(start, range.lowerBound))
      let content = spelling(of: id)
      pieces.append(ExplainedPiece(text: content, steps: [], ids: [id]))
      start = range.upperBound
    }
    try explainText(start..<utf8.count)
    return pieces
  }

  private func explain(piece: [UInt8]) -> ExplainedPiece {
    var tokens = piece.map { tables.byteTokens[$0] }.filter { $0 != TokenizerTables.none }
    var steps = [tokens.map { spelling(of: $0) }]
    while let best = firstMerge(of: tokens) {
      tokens[best.index...best.index + 1] = [best.merged]
      steps.append(tokens.map { spelling(of: $0) })
    }
    return ExplainedPiece(
      text: String(decoding: piece, as: UTF8.self),
      steps: steps,
      ids: tokens
    )
  }

  /// The pair that is merged next, or nil.
  private func firstMerge(of tokens: [TokenID]) -> (index: Int, merged: TokenID)? {
    var best: (rank: UInt32, index: Int, merged: TokenID)?
    for index in tokens.indices.dropLast() {
      let entry = tables.ranks.find(tokens[index], tokens[index + 1])
      if entry.rank < best?.rank ?? .max { best = (entry.rank, index, entry.merged) }
    }
    return best.map { ($0.index, $0.merged) }
  }
}
