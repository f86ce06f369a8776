import Files
import UnicodeText

/// A BPE tokenizer: from text to the numbers of tokens and back.
///
/// Text goes through four stages: added tokens are found in it, the rest is normalized, cut into
/// pieces by a ``SplitPattern`` or other stages, and each piece is merged by the rules of the
/// ``BPEModel``. Byte-level models spell bytes; decoding puts the bytes of the tokens one after the
/// other and, without a lossy normalization, gives back what was encoded, whatever the bytes. Other
/// models spell characters, with what ``BPEOptions`` says for those without a token. The models of
/// SentencePiece merge by scores of their own (``SentencePieceModel``).
public struct Tokenizer: Sendable {
  /// How it was made.
  public let configuration: TokenizerConfiguration
  /// The vocabulary and its merges, without tokens that were only added.
  public var model: BPEModel { BPEModel(tokens: modelTokens, merges: merges) }

  let tables: TokenizerTables
  let merges: [Merge]
  /// How many tokens the model itself has; added ones may follow.
  let modelTokenCount: Int
  let finder: AddedTokenFinder
  let normalizedFinder: AddedTokenFinder
  /// The texts of the added tokens as a normalization leaves them, which is how they are decoded.
  let normalizedContents: [TokenID: [UInt8]]
  /// Whether some numbers have no token.
  let hasGaps: Bool
  /// The numbers of the special tokens.
  let specialIDs: Set<TokenID>
  /// The tokens that are left out of a text without special tokens.
  ///
  /// subtle: `tokenizers` tells them by the text they have once the normalizer has changed it, so that
  /// a special token whose text is changed stays.
  let skippedIDs: Set<TokenID>
  /// The file it was read from.
  let source: MappedFile?
  /// What encodes instead of merges, in a tokenizer of SentencePiece.
  public let sentencePiece: SentencePieceModel?
  /// Whether the quick way of byte-level models gives the tokens.
  let isPlainByteLevel: Bool

  /// Creates a tokenizer from its parts.
  ///
  /// - Throws: ``TokenizationError/wrongModel(place:problem:)`` for tokens or merges that do not fit
  ///   together.
  public init(
    model: BPEModel,
    configuration: TokenizerConfiguration
  ) throws(TokenizationError) {
    var tokens = StringTable(capacity: model.tokens.count)
    for (id, token) in model.tokens.enumerated() {
      // An empty spelling stands for a number without a token.
      let spelling = token.isEmpty ? Self.gapSpelling(id) : token
      if spelling.withByteView({ tokens.insert($0) }) == nil {
        throw .wrongModel(
          place: "token \(id)",
          problem: "\(String(decoding: token, as: UTF8.self)) is a token already"
        )
      }
    }
    for (rank, merge) in model.merges.enumerated() {
      for id in [merge.left, merge.right, merge.merged] where Int(id) >= model.tokens.count {
        throw .wrongModel(place: "merge \(rank)", problem: "token \(id) does not exist")
      }
    }
    try self.init(tokens: tokens, merges: model.merges, configuration: configuration, source: nil)
  }

  /// Creates a tokenizer from a table of tokens and merges that are known to exist in it.
  init(
    tokens modelTokens: consuming StringTable,
    merges: [Merge],
    configuration: TokenizerConfiguration,
    source: MappedFile?,
    sentencePiece: SentencePieceModel? = nil
  ) throws(TokenizationError) {
    var tokens = Self.filling(modelTokens, with: configuration.addedTokens)
    let modelTokenCount = tokens.count
    var contents: [TokenID: [UInt8]] = [:]
    for added in configuration.addedTokens.sorted(by: { $0.id < $1.id }) {
      try Self.add(added, to: &tokens)
      contents[added.id] = Array(added.content.utf8)
    }
    let normalized = try configuration.normalizedContents()
    for (text, token) in normalized {
      if text.isEmpty {
        throw .wrongModel(
          place: "added token \(token.id)",
          problem: "the normalizer leaves nothing of \"\(token.content)\";"
            + " mark it as not normalized"
        )
      }
      contents[token.id] = text
    }
    self.configuration = configuration
    self.merges = merges
    self.modelTokenCount = modelTokenCount
    self.source = source
    self.sentencePiece = sentencePiece
    let tables = TokenizerTables(
      tokens: tokens,
      merges: merges,
      literal: contents,
      spelling: TokenSpelling(configuration, sentencePiece)
    )
    self.tables = tables
    isPlainByteLevel =
      sentencePiece == nil && configuration.isPlainByteLevel(coversAllBytes: tables.coversAllBytes)
    specialIDs = Set(configuration.addedTokens.filter(\.isSpecial).map(\.id))
    let special = Set(configuration.addedTokens.filter(\.isSpecial).map { Array($0.content.utf8) })
    skippedIDs = Set(contents.filter { special.contains($0.value) }.keys)
    for processor in configuration.postProcessors {
      for id in processor.tokenIDs where Int(id) >= tables.tokens.count {
        throw .wrongModel(place: "post_processor", problem: "token \(id) does not exist")
      }
    }
    hasGaps = (0..<tables.tokens.count).contains {
      tables.tokens.withString($0) { $0.count > 0 && $0[0] == 0xFF }
    }
    finder = configuration.finder
    normalizedFinder = AddedTokenFinder(normalized)
    normalizedContents = contents
    if let unknown = configuration.options.unknownToken, !isPlainByteLevel,
      sentencePiece == nil, modelID(ofSpelling: unknown) == nil
    {
      throw .wrongModel(
        place: "unk_token",
        problem: "\"\(unknown)\" is not in the model's vocabulary"
      )
    }
  }

  /// The tokens, with those that were added at numbers that have none so far.
  private static func filling(
    _ tokens: consuming StringTable,
    with added: [AddedToken]
  ) -> StringTable {
    var contents: [Int: [UInt8]] = [:]
    for token in added where Int(token.id) < tokens.count {
      let isGap = tokens.withString(Int(token.id)) { $0.count > 0 && $0[0] == 0xFF }
      let text = Array(token.content.utf8)
      if isGap, !text.isEmpty, text.withByteView({ tokens.find($0) }) == nil {
        contents[Int(token.id)] = text
      }
    }
    if contents.isEmpty { return tokens }
    var filled = StringTable(capacity: tokens.count, byteCapacity: tokens.byteCount)
    for number in 0..<tokens.count {
      let spelling = contents[number] ?? tokens.string(number)
      if spelling.withByteView({ filled.insert($0) }) == nil {
        // Two added tokens of one content, which is refused where they are added.
        _ = gapSpelling(number).withByteView { filled.insert($0) }
      }
    }
    return filled
  }

  private static func add(
    _ added: AddedToken,
    to tokens: inout StringTable
  ) throws(TokenizationError) {
    let place = "added token \(added.id)"
    let text = Array(added.content.utf8)
    if text.isEmpty { throw .wrongModel(place: place, problem: "it is empty") }
    if let id = text.withByteView({ tokens.find($0) }) {
      if id != Int(added.id) {
        throw .wrongModel(place: place, problem: "\(added.content) is token \(id) already")
      }
      return
    }
    if Int(added.id) < tokens.count {
      throw .wrongModel(
        place: place,
        problem: "the number belongs to"
          + " \(String(decoding: tokens.string(Int(added.id)), as: UTF8.self)) already"
      )
    }
    if Int(added.id) > tokens.count + largestGap {
      throw .wrongModel(
        place: place,
        problem: "there is no token \(tokens.count) before it, and too few between"
      )
    }
    // The special tokens of tiktoken's encodings do not follow the ranks at once.
    for id in tokens.count..<Int(added.id) {
      _ = gapSpelling(id).withByteView { tokens.insert($0) }
    }
    _ = text.withByteView { tokens.insert($0) }
  }

  /// How many numbers without a token may stand in a row.
  static let largestGap = 1 << 16

  /// What stands in the table of tokens for a number without one; it is no UTF-8 and hence no token.
  static func gapSpelling(_ id: Int) -> [UInt8] { [0xFF] + Array(String(id).utf8) }

  /// Whether a number below ``vocabularySize`` has no token.
  public func isGap(_ id: TokenID) -> Bool {
    Int(id) < vocabularySize
      && tables.tokens.withString(Int(id)) { $0.count > 0 && $0[0] == 0xFF }
  }

  private var modelTokens: [[UInt8]] {
    (0..<modelTokenCount).map { isGap(TokenID($0)) ? [] : tables.tokens.string($0) }
  }

  /// The number of a token of the model itself by its spelling, or nil.
  func modelID(ofSpelling spelling: String) -> TokenID? {
    id(ofSpelling: spelling).flatMap { Int($0) < modelTokenCount ? $0 : nil }
  }

  /// How many tokens there are, added ones and numbers without a token included.
  public var vocabularySize: Int { tables.tokens.count }

  /// The token that ends a text, or nil where the tokenizer has none.
  ///
  /// The first special token with one of the usual names: `<|endoftext|>`, `<|end_of_text|>`,
  /// `</s>`, `<eos>`, `<|eos|>`.
  public var endOfText: TokenID? {
    let names = ["<|endoftext|>", "<|end_of_text|>", "</s>", "<eos>", "<|eos|>"]
    for name in names {
      for token in configuration.addedTokens where token.isSpecial && token.content == name {
        return token.id
      }
    }
    return nil
  }

  /// The number of a token by its spelling in files, or nil.
  public func id(ofSpelling spelling: String) -> TokenID? {
    Array(spelling.utf8).withByteView { tables.tokens.find($0) }.map { TokenID($0) }
  }

  /// The spelling of a token in files: bytes as characters of the ``ByteAlphabet``.
  ///
  /// - Precondition: `id` is below ``vocabularySize``.
  public func spelling(of id: TokenID) -> String {
    precondition(Int(id) < vocabularySize, "token \(id) of \(vocabularySize)")
    return String(decoding: tables.tokens.string(Int(id)), as: UTF8.self)
  }

  /// The bytes that a token stands for, which need not be whole characters.
  ///
  /// - Precondition: `id` is below ``vocabularySize``.
  public func bytes(of id: TokenID) -> [UInt8] {
    precondition(Int(id) < vocabularySize, "token \(id) of \(vocabularySize)")
    return tables.decodedRange(id).map { tables.decodedBytes[$0] }
  }

  /// How many bytes of text a token stands for.
  ///
  /// - Precondition: `id` is below ``vocabularySize``.
  public func byteCount(of id: TokenID) -> Int {
    precondition(Int(id) < vocabularySize, "token \(id) of \(vocabularySize)")
    return tables.decodedRange(id).count
  }

  /// Whether offsets can be counted on the way of plain byte-level models: nothing moves a byte.
  var hasPlainOffsets: Bool {
    isPlainByteLevel && tables.coversAllBytes && configuration.pattern != nil
      && configuration.normalization.steps.isEmpty && !configuration.addsPrefixSpace
  }

  /// Whether a token is a special one, such as the end of a text.
  public func isSpecial(_ id: TokenID) -> Bool { specialIDs.contains(id) }
}
