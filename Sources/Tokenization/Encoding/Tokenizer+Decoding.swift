extension Tokenizer {
  /// The bytes that tokens stand for, one after the other.
  ///
  /// - Parameters:
  ///   - ids: The tokens.
  ///   - skipsSpecialTokens: Whether special tokens are left out.
  /// - Returns: The bytes, which need not be well-formed UTF-8.
  /// - Throws: ``TokenizationError/unknownToken(id:vocabularySize:)``.
  public func decodeBytes(
    _ ids: [TokenID],
    skipsSpecialTokens: Bool = false
  ) throws(TokenizationError) -> [UInt8] {
    guard decodesByConcatenation else {
      return try decodeStaged(ids, skipsSpecialTokens: skipsSpecialTokens, keepsBytes: true)
    }
    var bytes = FlatArray<UInt8>(capacity: 5 * ids.count + 16)
    let count = vocabularySize
    let skips = skipsSpecialTokens && !skippedIDs.isEmpty
    for id in ids {
      if Int(id) >= count || (hasGaps && isGap(id)) {
        throw .unknownToken(id: id, vocabularySize: count)
      }
      if skips, skippedIDs.contains(id) { continue }
      bytes.append(tables.decodedBytes, padded: tables.decodedRange(id))
    }
    return bytes.toArray()
  }

  /// The text that tokens stand for; each ill-formed part of it becomes U+FFFD.
  ///
  /// - Throws: ``TokenizationError/unknownToken(id:vocabularySize:)``.
  public func decode(
    _ ids: [TokenID],
    skipsSpecialTokens: Bool = false
  ) throws(TokenizationError) -> String {
    let bytes =
      decodesByConcatenation
      ? try decodeBytes(ids, skipsSpecialTokens: skipsSpecialTokens)
      : try decodeStaged(ids, skipsSpecialTokens: skipsSpecialTokens, keepsBytes: false)
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Whether a text is the bytes of its tokens, one after the other.
  var decodesByConcatenation: Bool {
    sentencePiece == nil && configuration.isByteLevel && configuration.decoding == [.byteLevel]
  }

  /// Decodes by the steps that the tokenizer's file describes.
  private func decodeStaged(
    _ ids: [TokenID],
    skipsSpecialTokens: Bool,
    keepsBytes: Bool
  ) throws(TokenizationError) -> [UInt8] {
    var kept: [TokenID] = []
    kept.reserveCapacity(ids.count)
    for id in ids {
      if Int(id) >= vocabularySize || isGap(id) {
        throw .unknownToken(id: id, vocabularySize: vocabularySize)
      }
      if !skipsSpecialTokens || !skippedIDs.contains(id) { kept.append(id) }
    }
    if let sentencePiece { return sentencePiece.decode(kept, keepsBytes: keepsBytes) }
    do {
      return try TokenDecoder(configuration.decoding).decode(
        kept.map(decodedSpelling),
        keepsBytes: keepsBytes
      )
    } catch {
      throw .text(error)
    }
  }

  /// What the steps of decoding begin with for a token.
  func decodedSpelling(_ id: TokenID) -> [UInt8] {
    normalizedContents[id] ?? tables.tokens.string(Int(id))
  }
}
