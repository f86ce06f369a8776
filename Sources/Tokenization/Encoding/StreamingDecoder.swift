import UnicodeText

/// Decodes tokens one at a time, and never gives away a part of a character.
///
/// What it gives away, put together, is what ``Tokenizer/decode(_:skipsSpecialTokens:)`` gives for
/// all tokens at once. Bytes that begin a character wait until the character is whole or can not
/// become so any more; tokens whose text depends on those after them wait for these. Where decoding
/// looks at the whole text, such as a replacement after the tokens have become one, all of it comes
/// at the end.
///
/// Example: where `é` is two tokens of one byte each, the first gives `""` and the second `"é"`.
public struct StreamingDecoder {
  private let tokenizer: Tokenizer
  private let skipsSpecialTokens: Bool
  private let streaming: DecodingStreaming
  /// The bytes of a character that is not whole yet, at most three.
  private var pending: [UInt8] = []
  /// The tokens whose text was not given away yet.
  private var waiting: [TokenID] = []
  /// Whether text was given away.
  private var hasText = false
  /// Carries out the steps, and those before bytes are joined; nil before the first token.
  private var decoders: (all: TokenDecoder, beforeBytes: TokenDecoder)?

  /// Starts a text.
  ///
  /// - Parameters:
  ///   - tokenizer: The tokenizer whose tokens follow.
  ///   - skipsSpecialTokens: Whether special tokens are left out.
  public init(_ tokenizer: Tokenizer, skipsSpecialTokens: Bool = false) {
    self.tokenizer = tokenizer
    self.skipsSpecialTokens = skipsSpecialTokens
    streaming = DecodingStreaming(tokenizer)
  }

  /// The text that is certain after one more token, often empty.
  ///
  /// - Throws: ``TokenizationError/unknownToken(id:vocabularySize:)``, or what a pattern can not
  ///   match.
  public mutating func append(_ id: TokenID) throws(TokenizationError) -> String {
    if Int(id) >= tokenizer.vocabularySize || (tokenizer.hasGaps && tokenizer.isGap(id)) {
      throw .unknownToken(id: id, vocabularySize: tokenizer.vocabularySize)
    }
    if skipsSpecialTokens, tokenizer.skippedIDs.contains(id) { return "" }
    if tokenizer.decodesByConcatenation { return whole(tokenizer.bytes(of: id)) }
    waiting.append(id)
    if streaming.needsWholeText { return "" }
    if try isByte(id) { return "" }
    let held = streaming.changesLastToken ? 1 : 0
    if waiting.count == held { return "" }
    let text = try decode(waiting.dropLast(held), endsText: false)
    // What begins a text can lose spaces: as long as it is nothing, more of it can be lost.
    if text.isEmpty, !hasText { return "" }
    hasText = true
    waiting.removeFirst(waiting.count - held)
    return streaming.endsInBytes ? whole(text) : String(decoding: text, as: UTF8.self)
  }

  /// The text of what still waits: U+FFFD where a character never became whole.
  ///
  /// - Throws: What a pattern can not match.
  public mutating func finish() throws(TokenizationError) -> String {
    let rest = waiting.isEmpty ? [] : try decode(waiting[...], endsText: true)
    let text = String(decoding: pending + rest, as: UTF8.self)
    pending = []
    waiting = []
    hasText = false
    return text
  }

  /// The characters that are whole with more bytes.
  private mutating func whole(_ more: [UInt8]) -> String {
    let bytes = pending + more
    let held = bytes.withByteView { $0.unfinishedCharacter }
    pending = Array(bytes.suffix(held))
    return String(decoding: bytes.dropLast(held), as: UTF8.self)
  }

  /// The text of waiting tokens.
  private mutating func decode(
    _ ids: ArraySlice<TokenID>,
    endsText: Bool
  ) throws(TokenizationError) -> [UInt8] {
    if let model = tokenizer.sentencePiece {
      return model.decode(Array(ids), keepsBytes: false, startsText: !hasText)
    }
    do {
      return try prepared().all.decode(
        ids.map(tokenizer.decodedSpelling),
        keepsBytes: streaming.endsInBytes,
        startsText: !hasText,
        endsText: endsText
      )
    } catch {
      throw .text(error)
    }
  }

  /// Whether a token, the last that waits, is a byte whose text depends on the bytes around it.
  private mutating func isByte(_ id: TokenID) throws(TokenizationError) -> Bool {
    if let model = tokenizer.sentencePiece { return model.pieces[Int(id)].kind == .byte }
    guard streaming.joinsBytes else { return false }
    do {
      let spelling = try prepared().beforeBytes.decode(
        [tokenizer.decodedSpelling(id)],
        keepsBytes: false,
        startsText: !hasText && waiting.count == 1,
        endsText: false
      )
      return byteOfTokenName(spelling) != nil
    } catch {
      throw .text(error)
    }
  }

  private mutating func prepared() throws(UnicodeTextError) -> (
    all: TokenDecoder, beforeBytes: TokenDecoder
  ) {
    if let decoders { return decoders }
    let steps = tokenizer.configuration.decoding
    let new = (
      all: try TokenDecoder(steps),
      beforeBytes: try TokenDecoder(steps.prefix { $0 != .byteFallback } + [.fuse])
    )
    decoders = new
    return new
  }
}

/// How far the text of tokens depends on their neighbors.
private struct DecodingStreaming {
  /// Whether nothing is certain before the last token.
  private(set) var needsWholeText = false
  /// Whether runs of byte tokens become text together.
  private(set) var joinsBytes = false
  /// Whether the last token has another text than it has before others.
  private(set) var changesLastToken = false
  /// Whether the steps give bytes, of which one token can have a part of a character.
  private(set) var endsInBytes = false

  init(_ tokenizer: Tokenizer) {
    if let model = tokenizer.sentencePiece {
      needsWholeText = model.denormalizer != nil
      return
    }
    var isOneText = false
    for step in tokenizer.configuration.decoding {
      // What comes after bytes would have to know which of them are whole characters.
      if endsInBytes { needsWholeText = true }
      switch step {
      case .fuse: isOneText = true
      case .byteLevel:
        if isOneText || joinsBytes { needsWholeText = true }
        endsInBytes = true
      case .byteFallback:
        if isOneText || joinsBytes || changesLastToken { needsWholeText = true }
        joinsBytes = true
      case .wordSuffix:
        if isOneText { needsWholeText = true }
        changesLastToken = true
      case .strip(_, start: _, let stop): if isOneText, stop > 0 { needsWholeText = true }
      case .replace, .metaspace: if isOneText { needsWholeText = true }
      }
    }
  }
}

extension ByteView {
  /// How many bytes at the end begin a character that more bytes could complete.
  var unfinishedCharacter: Int {
    for length in 1..<4 where length <= count {
      let start = count - length
      if self[start] & 0xC0 == 0x80 { continue }
      guard (0xC2...0xF4).contains(self[start]) else { return 0 }
      let step = unsafe UTF8Decoding.step(address, at: start, limit: count)
      // Only where all of the bytes belong together does nothing but the rest fail.
      return !step.isWellFormed && step.length == length ? length : 0
    }
    return 0
  }
}
