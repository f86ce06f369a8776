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
    var bytes = FlatArray<UInt8>(capacity: 5 * ids.count + 16)
    let count = vocabularySize
    let skips = skipsSpecialTokens && !specialIDs.isEmpty
    for id in ids {
      if Int(id) >= count { throw .unknownToken(id: id, vocabularySize: count) }
      if skips, specialIDs.contains(id) { continue }
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
    let bytes = try decodeBytes(ids, skipsSpecialTokens: skipsSpecialTokens)
    return String(decoding: bytes, as: UTF8.self)
  }
}
