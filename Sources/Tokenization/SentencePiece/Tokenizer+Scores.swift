import UnicodeText

extension Tokenizer {
  /// The SentencePiece model that gives the same tokens.
  ///
  /// - Throws: ``TokenizationError/notExpressible(format:what:)`` for what SentencePiece can not do.
  func withScores() throws(TokenizationError) -> SentencePieceModel {
    if let sentencePiece { return sentencePiece }
    let format = "A SentencePiece model"
    func refuse(_ what: String) -> TokenizationError {
      .notExpressible(format: format, what: what)
    }
    let options = configuration.options
    if configuration.isByteLevel { throw refuse("a byte-level vocabulary") }
    if options.marksWords { throw refuse("a prefix or suffix that marks the ends of words") }
    if options.dropout > 0 { throw refuse("the dropout") }
    guard let unknown = options.unknownToken, let unknownID = modelID(ofSpelling: unknown) else {
      throw refuse("a model without unknown token")
    }
    if !options.fusesUnknown, !options.byteFallback { throw refuse("fuse_unk off") }
    if let id = (0..<TokenID(vocabularySize)).first(where: isGap) {
      throw refuse("that no token has the number \(id)")
    }
    for processor in configuration.postProcessors
    where !processor.around.before.isEmpty
      || !processor.around.after.isEmpty
    {
      throw refuse("a post-processor that adds special tokens")
    }
    if configuration.truncation != nil { throw refuse("a truncation") }
    if configuration.padding != nil { throw refuse("a padding") }
    for token in configuration.addedTokens where !token.isSpecial {
      throw refuse("the added token \(token.content)")
    }
    let effective = effectiveMerges()
    var ranks: [TokenID: Int] = [:]
    for (rank, merge) in effective.enumerated() { ranks[merge.merged] = rank }
    var model = SentencePieceModel(
      pieces: [],
      normalization: try sentencePieceNormalization(),
      denormalizer: nil,
      byteFallback: options.byteFallback,
      treatsWhitespaceAsSuffix: false,
      unknownSurface: SentencePieceModel.defaultUnknownSurface
    )
    let added = Set(configuration.addedTokens.map(\.id))
    for id in 0..<TokenID(vocabularySize) {
      let spelling = tables.tokens.string(Int(id))
      var piece = SentencePieceModel.Piece(text: spelling, score: 0, kind: .normal)
      if id == unknownID {
        piece.kind = .unknown
      } else if added.contains(id) {
        piece.kind = .control
      } else if options.byteFallback, byteOfTokenName(spelling) != nil {
        piece.kind = .byte
      } else if let rank = ranks[id] {
        piece.score = -Float(rank)
      } else if String(decoding: spelling, as: UTF8.self).unicodeScalars.count > 1 {
        throw refuse("\(name(id)), which no merge makes")
      } else {
        piece.score = -Float(effective.count)
      }
      model.pieces.append(piece)
    }
    if options.byteFallback, model.pieces.count(where: { $0.kind == .byte }) < 256 {
      throw refuse("byte_fallback without tokens for all bytes")
    }
    return model
  }

  /// SentencePiece's way of what the stages do.
  private func sentencePieceNormalization() throws(TokenizationError)
    -> SentencePieceModel.Normalization
  {
    func refuse(_ what: String) -> TokenizationError {
      .notExpressible(format: "A SentencePiece model", what: what)
    }
    if configuration.characterMap != nil {
      throw refuse("the normalizer Precompiled, which tokenizers applies to grapheme clusters")
    }
    var normalization = SentencePieceModel.Normalization()
    normalization.removesExtraWhitespace = false
    let space = "\u{2581}"
    let replaces = Normalization.Step.replace(.literal(" "), with: space)
    let steps = configuration.normalization.steps
    if !configuration.splits.isEmpty {
      throw refuse("the pre-tokenizer \(configuration.splitName)")
    }
    if let metaspace = configuration.metaspace {
      if !steps.isEmpty {
        throw refuse("the normalization \(configuration.normalization.name)")
      }
      if metaspace.prependScheme != .never {
        throw refuse("a Metaspace that puts no space in front of a space")
      }
      if String(metaspace.replacement) != space {
        throw refuse("\(metaspace.replacement) for a space")
      }
      if metaspace.splits, let id = (0..<TokenID(modelTokenCount)).first(where: hasInnerSpace) {
        throw refuse("\(name(id)) beside a Metaspace that cuts before spaces")
      }
      normalization.addsDummyPrefix = false
      return normalization
    }
    switch steps {
    case [.prepend(space), replaces]: normalization.addsDummyPrefix = true
    case [replaces]: normalization.addsDummyPrefix = false
    default: throw refuse("the normalization \(configuration.normalization.name)")
    }
    return normalization
  }

  private func hasInnerSpace(_ id: TokenID) -> Bool {
    spelling(of: id).unicodeScalars.dropFirst().contains("\u{2581}")
  }
}
