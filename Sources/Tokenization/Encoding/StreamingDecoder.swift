import UnicodeText

/// Decodes tokens one at a time, and never gives away a part of a character.
///
/// What it gives away, put together, is what ``Tokenizer/decode(_:skipsSpecialTokens:)`` gives for
/// all tokens at once: bytes that begin a character wait until the character is whole or can not
/// become so any more.
///
/// Example: where `é` is two tokens of one byte each, the first gives `""` and the second `"é"`.
public struct StreamingDecoder {
  private let tokenizer: Tokenizer
  private let skipsSpecialTokens: Bool
  /// The bytes of a character that is not whole yet, at most three.
  private var pending: [UInt8] = []
  /// Where tokens change with their neighbors: the last tokens, so many of them given away, and the
  /// text of these.
  private var window: [TokenID] = []
  private var given = 0
  private var givenText: [UInt8] = []

  /// How many tokens wait at most for a character to become whole.
  private static let longestWindow = 256

  /// Starts a text.
  ///
  /// - Parameters:
  ///   - tokenizer: The tokenizer whose tokens follow.
  ///   - skipsSpecialTokens: Whether special tokens are left out.
  public init(_ tokenizer: Tokenizer, skipsSpecialTokens: Bool = false) {
    self.tokenizer = tokenizer
    self.skipsSpecialTokens = skipsSpecialTokens
  }

  /// The text that is certain after one more token, often empty.
  ///
  /// - Throws: ``TokenizationError/unknownToken(id:vocabularySize:)``.
  public mutating func append(_ id: TokenID) throws(TokenizationError) -> String {
    if Int(id) >= tokenizer.vocabularySize {
      throw .unknownToken(id: id, vocabularySize: tokenizer.vocabularySize)
    }
    if skipsSpecialTokens, tokenizer.isSpecial(id) { return "" }
    if !tokenizer.decodesByConcatenation { return try appendToWindow(id) }
    let bytes = pending + tokenizer.bytes(of: id)
    let held = bytes.withByteView { $0.unfinishedCharacter }
    pending = Array(bytes.suffix(held))
    return String(decoding: bytes.dropLast(held), as: UTF8.self)
  }

  /// Decodes the last tokens with and without a new one, and gives away what it adds.
  private mutating func appendToWindow(_ id: TokenID) throws(TokenizationError) -> String {
    window.append(id)
    let text = Array(try tokenizer.decode(window).utf8)
    let isWhole = !text.reversed().starts(with: "\u{FFFD}".utf8.reversed())
    guard text.count > givenText.count, isWhole || window.count > Self.longestWindow else {
      return ""
    }
    let new = String(decoding: text[givenText.count...], as: UTF8.self)
    // What begins a text can lose spaces: some of what was given away must stay before the rest.
    let rest = Array(window[given...])
    let hasText = try tokenizer.decode(rest).utf8.contains { $0 != 0x20 }
    if hasText || window.count > Self.longestWindow { window = rest }
    given = window.count
    givenText = Array(try tokenizer.decode(window).utf8)
    return new
  }

  /// The text of what still waits: U+FFFD where a character never became whole.
  public mutating func finish() -> String {
    defer {
      pending = []
      window = []
      given = 0
      givenText = []
    }
    if !tokenizer.decodesByConcatenation {
      // The tokens decoded before, so that nothing can fail.
      let text = (try? tokenizer.decode(window)) ?? ""
      return String(decoding: text.utf8.dropFirst(givenText.count), as: UTF8.self)
    }
    return String(decoding: pending, as: UTF8.self)
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
