import UnicodeText

extension Tokenizer {
  /// The same tokenizer with pairs instead of scores, and with the stages of a `tokenizer.json`
  /// instead of SentencePiece's normalizer; itself where it has pairs.
  ///
  /// - Throws: ``TokenizationError/notExpressible(format:what:)`` for what those stages can not do.
  public func withPairs() throws(TokenizationError) -> Tokenizer {
    guard let model = sentencePiece else { return self }
    let format = "tokenizer.json"
    func refuse(_ what: String) -> TokenizationError {
      .notExpressible(format: format, what: what)
    }
    let normalization = model.normalization
    if normalization.characterMap != nil {
      throw refuse(
        "the normalization map \(normalization.name), which tokenizers applies to grapheme clusters;"
          + " train with --normalization_rule_name=identity, or keep the .model"
      )
    }
    if normalization.removesExtraWhitespace { throw refuse("remove_extra_whitespaces") }
    if !normalization.escapesWhitespace { throw refuse("escape_whitespaces off") }
    if model.treatsWhitespaceAsSuffix, normalization.addsDummyPrefix {
      throw refuse("treat_whitespace_as_suffix")
    }
    if model.denormalizer != nil { throw refuse("a denormalizer") }
    if !model.byteFallback, model.unknownSurface != SentencePieceModel.defaultUnknownSurface {
      throw refuse("unk_surface")
    }
    let user = model.pieces.filter { $0.kind == .userDefined }
    if let symbol = user.first {
      // Added tokens cut a text, and what follows them would get the dummy space too.
      let text = String(decoding: symbol.text, as: UTF8.self)
      if normalization.addsDummyPrefix {
        throw refuse("the user-defined symbol \(text) together with add_dummy_prefix")
      }
    }
    for piece in model.pieces where piece.kind == .unused {
      throw refuse("the unused piece \(String(decoding: piece.text, as: UTF8.self))")
    }
    return try Tokenizer(
      model: BPEModel(tokens: model.pieces.map(\.text), merges: try model.pairs()),
      configuration: stagedConfiguration(model)
    )
  }

  private func stagedConfiguration(_ model: SentencePieceModel) -> TokenizerConfiguration {
    var configuration = TokenizerConfiguration(normalization: .none)
    let space = "\u{2581}"
    var steps: [Normalization.Step] = [.replace(.literal(" "), with: space)]
    if model.normalization.addsDummyPrefix { steps.insert(.prepend(space), at: 0) }
    configuration.normalization = Normalization(steps)
    configuration.splits = []
    configuration.isByteLevel = false
    configuration.options = BPEOptions(
      unknownToken: String(
        decoding: model.pieces[Int(model.unknownID)].text,
        as: UTF8.self
      ),
      fusesUnknown: true,
      byteFallback: model.byteFallback
    )
    configuration.decoding = [.replace(.literal(space), with: " "), .byteFallback, .fuse]
    if model.normalization.addsDummyPrefix {
      configuration.decoding.append(.strip(" ", start: 1, stop: 0))
    }
    for (id, piece) in model.pieces.enumerated() {
      let text = String(decoding: piece.text, as: UTF8.self)
      switch piece.kind {
      case .control, .unknown:
        configuration.addedTokens.append(AddedToken(id: TokenID(id), content: text))
      case .userDefined:
        configuration.addedTokens.append(
          AddedToken(
            id: TokenID(id),
            content: text.replacing("\u{2581}", with: " "),
            isSpecial: false
          )
        )
      default: break
      }
    }
    return configuration
  }
}

extension SentencePieceModel {
  /// The merges of the pieces, highest score first.
  ///
  /// - Throws: ``TokenizationError/notExpressible(format:what:)`` for two merged pieces of one score,
  ///   between which SentencePiece looks at their place.
  fileprivate func pairs() throws(TokenizationError) -> [Merge] {
    let numbers = pieces.indices.sorted {
      (-pieces[$0].score, $0) < (-pieces[$1].score, $1)
    }
    var order = [Int](repeating: 0, count: pieces.count)
    for (rank, number) in numbers.enumerated() { order[number] = rank }
    let tokens = pieces.map { piece in
      piece.kind == .normal || piece.kind == .userDefined ? piece.text : []
    }
    let merges = try RankMerges(tokens, order: order, startsWithCharacters: true).merges()
    for (first, second) in zip(merges, merges.dropFirst())
    where pieces[Int(first.merged)].score == pieces[Int(second.merged)].score {
      let names = [first, second].map {
        String(decoding: pieces[Int($0.merged)].text, as: UTF8.self)
      }
      throw .notExpressible(
        format: "tokenizer.json",
        what: "the equal scores of the pieces \(names[0]) and \(names[1])"
      )
    }
    return merges
  }
}
