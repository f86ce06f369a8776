import Files
import UnicodeText

extension Tokenizer {
  /// Creates the tokenizer of a SentencePiece model.
  ///
  /// Names of control symbols in a text are text, as they are to SentencePiece, unless a caller asks
  /// for another ``SpecialTokenPolicy``.
  ///
  /// - Throws: ``TokenizationError/wrongModel(place:problem:)`` for pieces that stand there twice.
  public init(_ model: SentencePieceModel) throws(TokenizationError) {
    try self.init(model, source: nil)
  }

  init(_ model: SentencePieceModel, source: MappedFile?) throws(TokenizationError) {
    var table = StringTable(capacity: model.pieces.count)
    var added: [AddedToken] = []
    for (id, piece) in model.pieces.enumerated() {
      let text = String(decoding: piece.text, as: UTF8.self)
      if piece.text.withByteView({ table.insert($0) }) == nil {
        throw .wrongModel(place: "piece \(id)", problem: "\(text) is a piece already")
      }
      if piece.kind == .control || piece.kind == .unknown {
        added.append(AddedToken(id: TokenID(id), content: text))
      }
    }
    var configuration = TokenizerConfiguration(normalization: .none, addedTokens: added)
    configuration.splits = []
    configuration.isByteLevel = false
    configuration.decoding = []
    configuration.specialTokenPolicy = .asText
    try self.init(
      tokens: table,
      merges: [],
      configuration: configuration,
      source: source,
      sentencePiece: model
    )
  }
}
