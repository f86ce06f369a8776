/// Merges the bytes of a long piece by a ``SymbolQueue``.
struct PieceQueue: ~Copyable {
  private var pairs = SymbolQueue()

  /// Appends the tokens that a piece is merged to.
  ///
  /// - Parameters:
  ///   - piece: The bytes; those without a token are left out.
  ///   - tables: The vocabulary.
  ///   - leavesOut: Whether a merge is left out, asked before each.
  ///   - ids: The tokens are appended here.
  mutating func merge(
    _ piece: ByteView,
    _ tables: TokenizerTables,
    leavingOut leavesOut: () -> Bool = { false },
    into ids: inout FlatArray<TokenID>
  ) {
    pairs.start()
    for index in 0..<piece.count {
      let token = tables.byteTokens[piece[index]]
      if token != TokenizerTables.none { pairs.append(Symbol(token: token, length: 1)) }
    }
    pairs.merge(tables.ranks, leavingOut: leavesOut)
    pairs.forEach { ids.append($0.token) }
  }
}
