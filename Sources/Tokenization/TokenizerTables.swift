import UnicodeText

/// What a tokenizer looks up while it encodes and decodes; built once, then only read.
final class TokenizerTables: Sendable {
  /// The spellings by number.
  let tokens: StringTable
  let ranks: PairRanks
  /// The token of each byte, ``none`` for a byte without one.
  let byteTokens: ByteTokens
  /// The bytes that the tokens stand for, one after the other, and where each ends.
  let decodedBytes: FlatArray<UInt8>
  let decodedEnds: FlatArray<UInt32>
  /// Whether every byte has a token, so that the tokens of a text cover it.
  let coversAllBytes: Bool
  /// The tokens by their bytes, for long texts.
  let vocabulary = SharedVocabulary()
  /// Where long pieces can be cut.
  let seams = SharedSeams()

  /// No token.
  static let none = TokenID.max

  /// Builds the tables.
  ///
  /// - Parameters:
  ///   - tokens: All tokens by number, added ones included.
  ///   - merges: The merges by rank.
  ///   - literal: The texts of the tokens that stand for these, and not for what their spellings
  ///     would.
  ///   - kind: How the spellings of the others stand for text.
  init(
    tokens: consuming StringTable,
    merges: [Merge],
    literal: [TokenID: [UInt8]],
    spelling kind: TokenSpelling = .bytes
  ) {
    let count = tokens.count
    var byteTokens = [TokenID](repeating: Self.none, count: 256)
    var bytes = FlatArray<UInt8>(capacity: tokens.byteCount)
    var ends = FlatArray<UInt32>(capacity: count)
    for number in 0..<count {
      let start = bytes.count
      tokens.withString(number) { spelling in
        if spelling.count > 0, spelling[0] == 0xFF { return }
        if let text = literal[TokenID(number)] {
          for byte in text { bytes.append(byte) }
          return
        }
        if case .characters(let characters) = kind {
          for byte in characters.bytes(of: spelling.toArray()) { bytes.append(byte) }
          return
        }
        if !Self.decode(spelling, into: &bytes) {
          bytes.truncate(to: start)
          bytes.append(spelling)
        } else if bytes.count == start + 1 {
          byteTokens[Int(bytes[start])] = TokenID(number)
        }
      }
      ends.append(UInt32(bytes.count))
    }
    self.tokens = tokens
    coversAllBytes = !byteTokens.contains(Self.none)
    self.byteTokens = ByteTokens(byteTokens)
    ranks = PairRanks(merges, self.byteTokens)
    // Decoding copies 16 bytes at once, also of the last token.
    bytes.extend(by: 16, with: 0)
    decodedBytes = bytes
    decodedEnds = ends
  }

  /// Appends the bytes a spelling stands for; false where a character spells none.
  private static func decode(_ spelling: ByteView, into bytes: inout FlatArray<UInt8>) -> Bool {
    var index = 0
    while index < spelling.count {
      let lead = spelling[index]
      if lead < 0x80 {
        guard lead > 0x20, lead < 0x7F else { return false }
        bytes.append(lead)
        index += 1
        continue
      }
      guard lead & 0xE0 == 0xC0, index + 1 < spelling.count else { return false }
      let value = UInt32(lead & 0x1F) << 6 | UInt32(spelling[index + 1] & 0x3F)
      guard let scalar = Unicode.Scalar(value), let byte = ByteAlphabet.byte(scalar) else {
        return false
      }
      bytes.append(byte)
      index += 2
    }
    return true
  }

  /// Where the bytes of a token lie in ``decodedBytes``.
  @inline(__always)
  func decodedRange(_ id: TokenID) -> Range<Int> {
    let number = Int(id)
    return Int(number == 0 ? 0 : decodedEnds[number - 1])..<Int(decodedEnds[number])
  }
}

/// The token of each byte.
struct ByteTokens: ~Copyable, Sendable {
  private var tokens: FlatArray<TokenID>

  init(_ tokens: [TokenID]) {
    precondition(tokens.count == 256, "tokens of \(tokens.count) bytes")
    self.tokens = FlatArray(capacity: 256)
    for token in tokens { self.tokens.append(token) }
  }

  @inline(__always)
  subscript(_ byte: UInt8) -> TokenID { tokens[Int(byte)] }
}

/// How the spellings of tokens stand for text.
enum TokenSpelling {
  /// By the characters of the ``ByteAlphabet``.
  case bytes
  /// By the text itself, but for some signs.
  case characters(CharacterSpelling)

  init(_ configuration: TokenizerConfiguration, _ sentencePiece: SentencePieceModel?) {
    if configuration.isByteLevel, sentencePiece == nil {
      self = .bytes
      return
    }
    var spelling = CharacterSpelling()
    if sentencePiece != nil {
      spelling.space = "\u{2581}"
      spelling.hasByteTokens = true
    }
    for step in configuration.decoding {
      switch step {
      case .byteFallback: spelling.hasByteTokens = true
      case .metaspace(let metaspace): spelling.space = metaspace.replacement
      case .replace(.literal(let sign), with: let content)
      where content == " " && sign.unicodeScalars.count == 1:
        spelling.space = sign.unicodeScalars.first
      case .wordSuffix(let suffix): spelling.suffix = Array(suffix.utf8)
      default: break
      }
    }
    self = .characters(spelling)
  }
}

/// The signs in the spellings of a vocabulary of characters.
struct CharacterSpelling {
  /// What stands for a space.
  var space: Unicode.Scalar?
  /// Whether tokens such as `<0x0A>` stand for bytes.
  var hasByteTokens = false
  /// What marks the end of a word, and stands for no text.
  var suffix: [UInt8] = []

  /// The bytes that a token stands for in the middle of a text.
  func bytes(of spelling: [UInt8]) -> [UInt8] {
    if hasByteTokens, let byte = byteOfTokenName(spelling) { return [byte] }
    var bytes = spelling
    if !suffix.isEmpty, bytes.count >= suffix.count, bytes.suffix(suffix.count) == suffix[...] {
      bytes.removeLast(suffix.count)
    }
    guard let space else { return bytes }
    let text = String(decoding: bytes, as: UTF8.self)
    var scalars = String.UnicodeScalarView()
    for scalar in text.unicodeScalars { scalars.append(scalar == space ? " " : scalar) }
    return Array(String(scalars).utf8)
  }
}
