import Randomness
import UnicodeText

/// Encodes by carrying out one stage after the other on the whole text, with all that a
/// `tokenizer.json` can ask for.
///
/// ``BPEEncoder`` hands over to it where its own, faster way does not reach: characters instead of
/// bytes, and offsets of texts that stages change. One value is used by one thread at a time.
final class StagedEncoder {
  private let tokenizer: Tokenizer
  private let configuration: TokenizerConfiguration
  private let normalizer: SourcedNormalizer
  private let splitter: StagedSplitter
  private var model: SymbolModel
  private var symbols: [Symbol] = []
  private let keepsPlaces: Bool

  private static let longestPiece = 1 << 30

  init(_ tokenizer: Tokenizer, _ dropout: MergeDropout? = nil) throws(UnicodeTextError) {
    self.tokenizer = tokenizer
    configuration = tokenizer.configuration
    normalizer = try SourcedNormalizer(configuration)
    splitter = try StagedSplitter(configuration)
    model = SymbolModel(tokenizer, dropout)
    // Whether a part begins the text must be known although nobody asks for offsets.
    keepsPlaces = splitter.needsPlaces
  }

  /// A part of the text: a token already, or text to be cut and merged.
  private enum Part {
    case token(TokenID, source: Range<Int>)
    case text(SourcedText)
  }

  /// Begins the random numbers of a text, for dropout.
  func startText(_ number: Int) {
    model.startText(number)
  }

  /// Appends the tokens of a text and, where wanted, the bytes of it that each stands for.
  ///
  /// Offsets are counted as Hugging Face's `tokenizers` counts them, also where characters without
  /// a token are left out.
  func encode(
    _ text: ByteView,
    _ policy: SpecialTokenPolicy,
    into ids: inout FlatArray<TokenID>,
    offsets: inout [Range<Int>]?
  ) throws(TokenizationError) {
    let isSourced = offsets != nil || keepsPlaces
    for part in try parts(of: text, policy, isSourced: isSourced) {
      switch part {
      case .token(let id, let source):
        ids.append(id)
        offsets?.append(source)
      case .text(let part):
        for piece in try pieces(of: part) {
          try encode(piece, of: text, into: &ids, offsets: &offsets)
        }
      }
    }
  }

  // MARK: - Added tokens

  /// Takes the added tokens out of a text and normalizes the rest.
  private func parts(
    of text: ByteView,
    _ policy: SpecialTokenPolicy,
    isSourced: Bool
  ) throws(TokenizationError) -> [Part] {
    var parts: [Part] = []
    var start = 0
    let accepts = { (token: AddedToken) in policy != .asText || !token.isSpecial }
    while let match = tokenizer.finder.first(in: text, from: start, where: accepts) {
      try refuse(match.token, at: match.range.lowerBound, policy)
      try appendNormalized(text, start..<match.range.lowerBound, policy, isSourced, to: &parts)
      parts.append(.token(match.token.id, source: match.range))
      start = match.range.upperBound
    }
    try appendNormalized(text, start..<text.count, policy, isSourced, to: &parts)
    return parts
  }

  private func refuse(
    _ token: AddedToken,
    at offset: Int,
    _ policy: SpecialTokenPolicy
  ) throws(TokenizationError) {
    if policy == .refuse, token.isSpecial {
      throw .specialTokenInText(token: token.content, offset: offset)
    }
  }

  private func appendNormalized(
    _ text: ByteView,
    _ range: Range<Int>,
    _ policy: SpecialTokenPolicy,
    _ isSourced: Bool,
    to parts: inout [Part]
  ) throws(TokenizationError) {
    if range.isEmpty { return }
    var part = SourcedText(text[range], start: range.lowerBound, isSourced: isSourced)
    do {
      try normalizer.normalize(&part)
    } catch {
      throw .text(error)
    }
    if part.bytes.isEmpty { return }
    var start = 0
    let accepts = { (token: AddedToken) in policy != .asText || !token.isSpecial }
    let matches = part.bytes.withByteView { bytes in
      var matches: [AddedTokenFinder.Match] = []
      var start = 0
      while let match = tokenizer.normalizedFinder.first(in: bytes, from: start, where: accepts) {
        matches.append(match)
        start = match.range.upperBound
      }
      return matches
    }
    for match in matches {
      let source = isSourced ? part.source(of: match.range) : range
      try refuse(match.token, at: source.lowerBound, policy)
      if start < match.range.lowerBound {
        parts.append(.text(part.slice(start..<match.range.lowerBound)))
      }
      parts.append(.token(match.token.id, source: source))
      start = match.range.upperBound
    }
    if start < part.bytes.count { parts.append(.text(part.slice(start..<part.bytes.count))) }
  }

  // MARK: - Pieces

  /// Cuts a normalized text.
  private func pieces(of text: SourcedText) throws(TokenizationError) -> [SourcedText] {
    var pieces = try splitter.pieces(of: text)
    if configuration.isByteLevel {
      for index in pieces.indices { pieces[index].spellBytes() }
    }
    return pieces
  }

  // MARK: - Tokens

  private func encode(
    _ piece: SourcedText,
    of text: ByteView,
    into ids: inout FlatArray<TokenID>,
    offsets: inout [Range<Int>]?
  ) throws(TokenizationError) {
    if piece.bytes.count > Self.longestPiece { throw .pieceTooLong(byteCount: piece.bytes.count) }
    symbols.removeAll(keepingCapacity: true)
    model.encode(piece.bytes, into: &symbols)
    var place = 0
    for symbol in symbols {
      ids.append(symbol.token)
      let end = place + Int(symbol.length)
      if offsets != nil {
        if place < end, end <= piece.bytes.count {
          offsets?.append(piece.source(of: place..<end))
        } else {
          // subtle: tokens of suffixes in bytes reach beyond the piece, and then `tokenizers` takes
          // the place in the piece for one in the text.
          offsets?.append(text.startOfCharacter(at: place)..<text.startOfCharacter(at: end))
        }
      }
      place = end
    }
  }
}

extension ByteView {
  /// Where the character at a position begins; beyond the end, the position itself.
  fileprivate func startOfCharacter(at position: Int) -> Int {
    var start = position
    while start < count, start > 0, self[start] & 0xC0 == 0x80 { start -= 1 }
    return start
  }
}
