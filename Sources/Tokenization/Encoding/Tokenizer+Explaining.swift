import UnicodeText

/// A piece of a text on its way to tokens.
public struct ExplainedPiece: Sendable, Equatable {
  /// The tokens at one time.
  public struct Step: Sendable, Equatable {
    /// Their spellings; characters that a SentencePiece model has no piece for are spelled as
    /// themselves until the end.
    public var tokens: [String]
    /// The rank of the merge that led here, from 0; nil for the first step, and for one that no merge
    /// makes, such as a whole piece that is a token.
    public var rank: Int?
  }

  /// The piece as the model gets it, or the text of an added token.
  public var text: String
  /// What it consists of before the first merge and after each; empty for an added token.
  public var steps: [Step]
  /// The numbers of the tokens at the end.
  public var ids: [TokenID]
}

extension Tokenizer {
  /// How a text becomes its tokens, merge by merge.
  ///
  /// For looking at, not for speed. Special tokens that a file's library would refuse in a text are
  /// recognized.
  ///
  /// - Throws: ``TokenizationError`` where ICU gives up.
  /// - Complexity: Quadratic in the longest piece.
  public func explain(_ text: String) throws(TokenizationError) -> [ExplainedPiece] {
    let utf8 = Array(text.utf8)
    if let sentencePiece { return explain(utf8, with: sentencePiece) }
    let encoder: StagedEncoder
    do { encoder = try StagedEncoder(self) } catch { throw .text(error) }
    let policy =
      configuration.specialTokenPolicy == .asText ? SpecialTokenPolicy.asText : .recognize
    let cuts = try utf8.withByteView { (text) throws(TokenizationError) in
      try encoder.cuts(of: text, policy)
    }
    return cuts.map { cut in
      switch cut {
      case .token(let id):
        ExplainedPiece(text: decodedText(of: id), steps: [], ids: [id])
      case .piece(let spelling): explain(spelling, encoder)
      }
    }
  }

  /// How a piece is merged by ranks.
  private func explain(_ piece: [UInt8], _ encoder: StagedEncoder) -> ExplainedPiece {
    var tokens = encoder.symbols(of: piece).map(\.token)
    var steps = [step(tokens, rank: nil)]
    if configuration.ignoresMerges, let whole = modelID(ofSpelling: text(piece)) {
      tokens = [whole]
      if steps[0].tokens.count > 1 { steps.append(step(tokens, rank: nil)) }
    }
    while let best = firstMerge(of: tokens) {
      tokens[best.index...best.index + 1] = [best.merged]
      steps.append(step(tokens, rank: best.rank))
    }
    let bytes = configuration.isByteLevel ? ByteAlphabet.bytes(ofSpelling: piece) ?? piece : piece
    return ExplainedPiece(text: text(bytes), steps: steps, ids: tokens)
  }

  private func step(_ tokens: [TokenID], rank: Int?) -> ExplainedPiece.Step {
    ExplainedPiece.Step(tokens: tokens.map { spelling(of: $0) }, rank: rank)
  }

  /// The pair that is merged next, or nil.
  private func firstMerge(of tokens: [TokenID]) -> (rank: Int, index: Int, merged: TokenID)? {
    var best: (rank: UInt32, index: Int, merged: TokenID)?
    for index in tokens.indices.dropLast() {
      let entry = tables.ranks.find(tokens[index], tokens[index + 1])
      if entry.rank < best?.rank ?? .max { best = (entry.rank, index, entry.merged) }
    }
    return best.map { (Int($0.rank), $0.index, $0.merged) }
  }

  private func decodedText(of id: TokenID) -> String { text(bytes(of: id)) }

  private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}

// MARK: - SentencePiece

extension Tokenizer {
  /// How a text is merged by scores, word by word where no piece reaches across a space.
  private func explain(_ bytes: [UInt8], with model: SentencePieceModel) -> [ExplainedPiece] {
    let normalizer = SentencePieceNormalizer(model)
    let normal = bytes.withByteView { normalizer.normalize($0).text }
    let encoder = SentencePieceEncoder(model, self)
    let symbols = SymbolPrefixes(model.pieces.filter { $0.kind == .userDefined }.map(\.text))
    let ranks = tokenRanks()
    var pieces: [ExplainedPiece] = []
    for word in words(of: normal, model) {
      pieces.append(explain(word: word, model, encoder, symbols, ranks))
    }
    return pieces
  }

  /// The words of a normalized text, each with the space before it.
  private func words(of text: [UInt8], _ model: SentencePieceModel) -> [[UInt8]] {
    let space = SentencePieceModel.space
    func spaces(_ text: [UInt8]) -> [Int] {
      text.indices.filter { text[$0...].starts(with: space) }
    }
    let crosses = model.pieces.contains { piece in
      spaces(piece.text).enumerated().contains { $0.offset * space.count != $0.element }
    }
    if crosses || model.treatsWhitespaceAsSuffix { return text.isEmpty ? [] : [text] }
    var words: [[UInt8]] = []
    var start = 0
    var last = -space.count
    for place in spaces(text) {
      // Spaces in a row begin one word.
      if place > start, place != last + space.count {
        words.append(Array(text[start..<place]))
        start = place
      }
      last = place
    }
    if start < text.count { words.append(Array(text[start...])) }
    return words
  }

  private func explain(
    word: [UInt8],
    _ model: SentencePieceModel,
    _ encoder: SentencePieceEncoder,
    _ symbols: borrowing SymbolPrefixes,
    _ ranks: [TokenID: Int]
  ) -> ExplainedPiece {
    var parts: [(text: [UInt8], isFrozen: Bool)] = []
    word.withByteView { text in
      let scanned = ScannedText(text)
      var position = 0
      while position < text.count {
        let symbol = symbols.longest(in: text, at: position)
        let end = symbol > 0 ? position + symbol : scanned.character(at: position).end
        parts.append((text[position..<end].toArray(), symbol > 0))
        position = end
      }
    }
    var steps = [ExplainedPiece.Step(tokens: parts.map { text($0.text) }, rank: nil)]
    while let best = bestPair(of: parts, model) {
      parts[best.index] = (parts[best.index].text + parts[best.index + 1].text, false)
      parts.remove(at: best.index + 1)
      steps.append(.init(tokens: parts.map { text($0.text) }, rank: ranks[best.id]))
    }
    // Unused pieces fall apart again, and what has no piece is unknown or bytes.
    var ids: [TokenID] = []
    for range in encoder.segments(of: word) {
      if let id = modelID(ofSpelling: text(Array(word[range]))), id != model.unknownID {
        ids.append(id)
      } else if model.byteFallback {
        for byte in word[range] {
          ids.append(modelID(ofSpelling: byteTokenName(Int(byte))) ?? model.unknownID)
        }
      } else if ids.last != model.unknownID {
        ids.append(model.unknownID)
      }
    }
    let last = step(ids, rank: nil)
    if steps[steps.count - 1].tokens != last.tokens { steps.append(last) }
    return ExplainedPiece(text: text(word), steps: steps, ids: ids)
  }

  /// The neighbors with the highest score together, the leftmost of equals; nil where none is a piece.
  private func bestPair(
    of parts: [(text: [UInt8], isFrozen: Bool)],
    _ model: SentencePieceModel
  ) -> (index: Int, id: TokenID)? {
    var best: (score: Float, index: Int, id: TokenID)?
    for index in parts.indices.dropLast() where !parts[index].isFrozen && !parts[index + 1].isFrozen
    {
      guard let id = modelID(ofSpelling: text(parts[index].text + parts[index + 1].text)) else {
        continue
      }
      let piece = model.pieces[Int(id)]
      switch piece.kind {
      case .normal, .userDefined, .unused: break
      case .unknown, .control, .byte: continue
      }
      if let found = best, found.score >= piece.score { continue }
      best = (piece.score, index, id)
    }
    return best.map { ($0.index, $0.id) }
  }
}
