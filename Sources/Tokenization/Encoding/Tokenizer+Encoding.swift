extension Tokenizer {
  /// The tokens of a text.
  ///
  /// For many texts, a ``BPEEncoder`` or ``encode(_:threads:specialTokens:)`` is faster.
  ///
  /// - Throws: ``TokenizationError/specialTokenInText(token:offset:)`` where they are refused.
  public func encode(
    _ text: String,
    specialTokens: SpecialTokenPolicy? = nil
  ) throws(TokenizationError) -> [TokenID] {
    let utf8 = Array(text.utf8)
    return try unsafe encode(utf8.span.bytes, specialTokens: specialTokens)
  }

  /// The tokens of a text in UTF-8; ill-formed bytes are encoded byte by byte.
  ///
  /// - Throws: ``TokenizationError/specialTokenInText(token:offset:)`` where they are refused.
  public func encode(
    _ text: RawSpan,
    specialTokens: SpecialTokenPolicy? = nil
  ) throws(TokenizationError) -> [TokenID] {
    var ids: [TokenID] = []
    try BPEEncoder(self).encode(text, specialTokens: specialTokens, into: &ids)
    return ids
  }

  /// The tokens of a text and the bytes of it that each stands for.
  ///
  /// - Throws: ``TokenizationError/specialTokenInText(token:offset:)`` where they are refused.
  public func encodeWithOffsets(
    _ text: String,
    specialTokens: SpecialTokenPolicy? = nil
  ) throws(TokenizationError) -> Encoding {
    let utf8 = Array(text.utf8)
    return try unsafe BPEEncoder(self).encodeWithOffsets(
      utf8.span.bytes,
      specialTokens: specialTokens
    )
  }

  /// The tokens of many texts in UTF-8, encoded on several threads.
  ///
  /// - Parameters:
  ///   - texts: The texts.
  ///   - threads: How many threads at most; the tokens do not depend on it.
  ///   - specialTokens: What becomes of special tokens in the texts.
  ///   - dropout: Leaves merges out at random; nil for none.
  ///   - firstNumber: The number of the first text, by which dropout tells texts apart.
  /// - Returns: The tokens of each text, in the order of the texts.
  /// - Throws: The error of the first text that has one.
  public func encode(
    _ texts: [[UInt8]],
    threads: Int,
    specialTokens: SpecialTokenPolicy? = nil,
    dropout: MergeDropout? = nil,
    firstNumber: Int = 0
  ) throws(TokenizationError) -> [[TokenID]] {
    let parts = parallelMap(texts.count, threads: threads) {
      BPEEncoder(self, dropout: dropout)
    } body: { encoder, index in
      Swift.Result<[TokenID], TokenizationError> { () throws(TokenizationError) in
        let text = texts[index]
        encoder.startText(firstNumber + index)
        var ids: [TokenID] = []
        try unsafe encoder.encode(
          text.span.bytes,
          specialTokens: specialTokens,
          into: &ids
        )
        return ids
      }
    }
    var all: [[TokenID]] = []
    all.reserveCapacity(texts.count)
    for part in parts { all.append(try part.get()) }
    return all
  }
}
