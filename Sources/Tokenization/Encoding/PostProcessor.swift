/// What is done to the tokens of a text at the end, as `tokenizer.json` describes it.
public enum PostProcessor: Sendable, Hashable {
  /// Leaves white space out of the tokens' offsets where it trims them; does nothing otherwise.
  ///
  /// Where a prefix space is expected, the first space of a text belongs to its first token.
  case byteLevel(addsPrefixSpace: Bool, trimsOffsets: Bool)
  /// Puts special tokens around the text.
  case template(TokenTemplate)
  /// Puts a token before and one after the text, and trims offsets as ``byteLevel``.
  case roberta(
    start: TokenTemplate.SpecialToken,
    end: TokenTemplate.SpecialToken,
    addsPrefixSpace: Bool,
    trimsOffsets: Bool
  )
  /// Puts a token before and one after the text.
  case bert(start: TokenTemplate.SpecialToken, end: TokenTemplate.SpecialToken)

  /// All tokens it can put somewhere.
  var tokenIDs: [TokenID] {
    switch self {
    case .byteLevel: []
    case .template(let template): template.specialTokens.flatMap(\.ids)
    case .roberta(let start, let end, _, _), .bert(let start, let end): start.ids + end.ids
    }
  }

  /// The tokens before and after a single text.
  var around: (before: [TokenID], after: [TokenID]) {
    switch self {
    case .byteLevel: ([], [])
    case .template(let template): template.around
    case .roberta(let start, let end, _, _), .bert(let start, let end): (start.ids, end.ids)
    }
  }

  /// Whether it puts tokens around a text, by itself or by what a template may have.
  var addsTokens: Bool {
    if case .byteLevel = self { return false }
    return true
  }

  /// Whether it is a template that puts tokens around a text.
  var isTemplateWithTokens: Bool {
    if case .template(let template) = self { return template.single.count > 1 }
    return false
  }

  /// How offsets are trimmed, or nil where they are not.
  var trimming: (addsPrefixSpace: Bool, Void)? {
    switch self {
    case .byteLevel(let addsPrefixSpace, true), .roberta(_, _, let addsPrefixSpace, true):
      (addsPrefixSpace, ())
    default: nil
    }
  }
}

/// Where special tokens stand around a text or a pair of texts.
public struct TokenTemplate: Sendable, Hashable {
  /// A part of the template; the type number is for models that tell two texts apart.
  public enum Piece: Sendable, Hashable {
    /// The first text.
    case first(type: Int)
    /// The second text of a pair.
    case second(type: Int)
    /// A special token by its name among ``TokenTemplate/specialTokens``.
    case special(String, type: Int)
  }

  /// A name of the template and the tokens that it stands for.
  public struct SpecialToken: Sendable, Hashable {
    /// The name, most often the token itself.
    public var name: String
    /// The numbers of the tokens.
    public var ids: [TokenID]
    /// The spellings of the tokens, one for each number.
    public var tokens: [String]

    /// Creates a name for tokens.
    public init(name: String, ids: [TokenID], tokens: [String]) {
      self.name = name
      self.ids = ids
      self.tokens = tokens
    }
  }

  /// What a text becomes.
  public var single: [Piece]
  /// What a pair of texts becomes; kept for the programs that encode pairs.
  public var pair: [Piece]
  /// What the names stand for.
  public var specialTokens: [SpecialToken]

  /// Creates a template.
  public init(single: [Piece], pair: [Piece], specialTokens: [SpecialToken]) {
    self.single = single
    self.pair = pair
    self.specialTokens = specialTokens
  }

  /// The tokens before and after a single text.
  var around: (before: [TokenID], after: [TokenID]) {
    var before: [TokenID] = []
    var after: [TokenID] = []
    var isAfter = false
    for piece in single {
      switch piece {
      case .first, .second: isAfter = true
      case .special(let name, _):
        let ids = specialTokens.first { $0.name == name }?.ids ?? []
        if isAfter { after += ids } else { before += ids }
      }
    }
    return (before, after)
  }
}

extension Tokenizer {
  /// The tokens of a text with the special tokens that the file's post-processor puts around it.
  public func addingSpecialTokens(_ ids: [TokenID]) -> [TokenID] {
    var ids = ids
    for processor in configuration.postProcessors {
      let (before, after) = processor.around
      ids = before + ids + after
    }
    return ids
  }

  /// The tokens of a text with the special tokens that the file's post-processor puts around it.
  ///
  /// The special tokens stand for no bytes: their offsets are 0..<0.
  public func addingSpecialTokens(_ encoding: Encoding) -> Encoding {
    var encoding = encoding
    for processor in configuration.postProcessors {
      let (before, after) = processor.around
      let nothing = 0..<0
      encoding.ids = before + encoding.ids + after
      encoding.offsets =
        Array(repeating: nothing, count: before.count) + encoding.offsets
        + Array(repeating: nothing, count: after.count)
    }
    return encoding
  }

  /// The encoding with white space left out of the offsets, where the file's post-processor says so.
  ///
  /// Characters are counted as Hugging Face's `tokenizers` counts them: as many spaces as the
  /// token's spelling begins and ends with are taken from its range of the original.
  ///
  /// - Parameters:
  ///   - encoding: The encoding.
  ///   - text: What was encoded.
  ///   - startsText: Whether the text is not the rest of one whose start was encoded before.
  ///   - startsTokens: Whether there were no tokens of that start.
  /// - Returns: The encoding with the offsets that are left.
  func trimmingOffsets(
    _ encoding: Encoding,
    of text: ByteView,
    startsText: Bool = true,
    startsTokens: Bool = true
  ) -> Encoding {
    let trimmings = configuration.postProcessors.compactMap(\.trimming)
    if trimmings.isEmpty { return encoding }
    var encoding = encoding
    let stripping = configuration.addedTokens.filter { $0.stripsLeft || $0.stripsRight }
    let strippingTokens = [TokenID: AddedToken](
      stripping.map { ($0.id, $0) },
      uniquingKeysWith: { first, _ in first }
    )
    for (index, range) in encoding.offsets.enumerated() where range.upperBound <= text.count {
      let id = encoding.ids[index]
      var name = decodedSpelling(id)
      if let token = strippingTokens[id] {
        // An added token that takes white space along is spelled with it, where it was found as such.
        let found = text[range].toArray()
        if token.isNormalized || found.firstRange(of: name) != nil { name = found }
      }
      let token = String(decoding: name, as: UTF8.self).unicodeScalars
      let leading = token.prefix(while: Self.isSpelledSpace).count
      let trailing = token.reversed().prefix(while: Self.isSpelledSpace).count
      var range = range
      for (addsPrefixSpace, _) in trimmings {
        let isFirst = (startsTokens && index == 0) || (startsText && range.lowerBound == 0)
        let count = leading == 1 && isFirst && addsPrefixSpace ? 0 : leading
        let lower = min(range.upperBound, text.position(range.lowerBound, after: count))
        range = lower..<max(lower, text.position(range.upperBound, before: trailing))
      }
      encoding.offsets[index] = range
    }
    return encoding
  }

  /// Gives the first token of a text whose start was cut off the space back that it begins with,
  /// which the first token keeps where a prefix space is added.
  func keepFirstSpace(of encoding: inout Encoding) {
    let trimmings = configuration.postProcessors.compactMap(\.trimming)
    guard !trimmings.isEmpty, trimmings.allSatisfy(\.addsPrefixSpace),
      let first = encoding.ids.first, encoding.offsets[0].lowerBound > 0
    else { return }
    let token = spelling(of: first).unicodeScalars
    let leading = token.prefix(while: Self.isSpelledSpace)
    let range = encoding.offsets[0]
    guard leading.count == 1, let space = leading.first else { return }
    let width = space == "\u{120}" ? 1 : String(space).utf8.count
    let start = max(0, range.lowerBound - width)
    // Of a token that is nothing but the space, the end is trimmed all the same.
    encoding.offsets[0] = start..<(token.count == 1 ? start : range.upperBound)
  }

  private static func isSpelledSpace(_ scalar: Unicode.Scalar) -> Bool {
    scalar == "\u{120}" || scalar.properties.isWhitespace
  }
}

extension ByteView {
  /// The position some characters after another one, at most the end.
  fileprivate func position(_ start: Int, after count: Int) -> Int {
    var position = start
    for _ in 0..<count where position < self.count {
      position += 1
      while position < self.count, self[position] & 0xC0 == 0x80 { position += 1 }
    }
    return position
  }

  /// The position some characters before another one, at least 0.
  fileprivate func position(_ start: Int, before count: Int) -> Int {
    var position = start
    for _ in 0..<count where position > 0 {
      position -= 1
      while position > 0, self[position] & 0xC0 == 0x80 { position -= 1 }
    }
    return position
  }
}
