import Files
import UnicodeText

/// A byte-level BPE tokenizer: from text to the numbers of tokens and back.
///
/// Text goes through four stages: added tokens are found in it, the rest is normalized, cut into
/// pieces by a ``SplitPattern``, and each piece is merged by the rules of the ``BPEModel``. Decoding
/// puts the bytes of the tokens one after the other; without a lossy normalization it gives back
/// what was encoded, whatever the bytes.
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
  /// The numbers of the special tokens.
  let specialIDs: Set<TokenID>
  /// The file it was read from.
  let source: MappedFile?

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
      if token.withByteView({ tokens.insert($0) }) == nil {
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
    source: MappedFile?
  ) throws(TokenizationError) {
    var tokens = modelTokens
    let modelTokenCount = tokens.count
    var literal: Set<TokenID> = []
    for added in configuration.addedTokens.sorted(by: { $0.id < $1.id }) {
      try Self.add(added, to: &tokens)
      literal.insert(added.id)
    }
    self.configuration = configuration
    self.merges = merges
    self.modelTokenCount = modelTokenCount
    self.source = source
    tables = TokenizerTables(tokens: tokens, merges: merges, literal: literal)
    specialIDs = Set(configuration.addedTokens.filter(\.isSpecial).map(\.id))
    for case .template(let template) in configuration.postProcessors {
      for token in template.specialTokens {
        for id in token.ids where Int(id) >= tables.tokens.count {
          throw .wrongModel(place: "post_processor", problem: "token \(id) does not exist")
        }
      }
    }
    finder = configuration.finder
    normalizedFinder = try configuration.normalizedFinder()
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
    if Int(added.id) > tokens.count {
      throw .wrongModel(place: place, problem: "there is no token \(tokens.count) before it")
    }
    _ = text.withByteView { tokens.insert($0) }
  }

  private var modelTokens: [[UInt8]] { (0..<modelTokenCount).map { tables.tokens.string($0) } }

  /// How many tokens there are, added ones included.
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

  /// Whether a token is a special one, such as the end of a text.
  public func isSpecial(_ id: TokenID) -> Bool { specialIDs.contains(id) }
}
