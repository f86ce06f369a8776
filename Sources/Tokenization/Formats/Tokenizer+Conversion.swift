import Files
import UnicodeText

extension Tokenizer {
  /// Whether its file said neither how texts are cut nor which tokens are special.
  public var lacksSettings: Bool { configuration.lacksSettings }

  /// A file of a tokenizer, ready to be written.
  public struct File: Sendable, Equatable {
    /// Its name in a folder.
    public let name: String
    /// Its bytes.
    public let bytes: [UInt8]
  }

  /// The files of the tokenizer in a format.
  ///
  /// They give the same ids for every text, or there are none: what the format has no word for is
  /// refused by its name.
  ///
  /// - Parameters:
  ///   - format: The format.
  ///   - contextLength: The longest sequence of the model beside it, for `tokenizer_config.json`.
  /// - Returns: The files, one or two.
  /// - Throws: ``TokenizationError/notExpressible(format:what:)``.
  public func files(
    as format: TokenizerFormat,
    contextLength: Int? = nil
  ) throws(TokenizationError) -> [File] {
    switch format {
    case .json: return [File(name: "tokenizer.json", bytes: try withPairs().json)]
    case .transformers:
      let pairs = try withPairs()
      return [
        File(name: "tokenizer.json", bytes: pairs.json),
        File(
          name: "tokenizer_config.json",
          bytes: pairs.transformersConfiguration(contextLength: contextLength)
        ),
      ]
    case .tiktoken: return [File(name: "tokenizer.tiktoken", bytes: try tiktokenFile())]
    case .vocabularyAndMerges: return try vocabularyAndMergesFiles()
    case .sentencePiece:
      return [File(name: "tokenizer.model", bytes: try withScores().file)]
    }
  }

  /// Writes the tokenizer in a format.
  ///
  /// - Parameters:
  ///   - path: The file, or the folder of `transformers` and of `vocab.json` and `merges.txt`.
  ///   - format: The format.
  ///   - contextLength: The longest sequence of the model beside it.
  /// - Returns: The paths of the files.
  /// - Throws: ``TokenizationError/notExpressible(format:what:)`` where nothing is written.
  @discardableResult
  public func save(
    to path: String,
    as format: TokenizerFormat,
    contextLength: Int? = nil
  ) throws(TokenizationError) -> [String] {
    let files = try files(as: format, contextLength: contextLength)
    var paths: [String] = []
    do {
      for file in files {
        var target = path
        switch format {
        case .transformers:
          try createFolder(path)
          target = joined(path, file.name)
        case .vocabularyAndMerges:
          let names = VocabularyAndMerges.names(of: path)
          if TokenizerFormat(path: path) != .vocabularyAndMerges { try createFolder(path) }
          target = file.name == "vocab.json" ? names.vocabulary : names.merges
        default: break
        }
        try writeFile(target, file.bytes)
        paths.append(target)
      }
    } catch {
      throw .file(error)
    }
    return paths
  }

  /// The merges that text can come to need, by rank.
  ///
  /// What two neighbors become is decided by their text alone (``RankMerges``): of several merges to a
  /// token, the one that the token's own text ends with.
  func effectiveMerges() -> [Merge] {
    var effective: [Merge] = []
    var seen: Set<PairKey> = []
    var last: [PairKey: Int] = [:]
    for (rank, merge) in merges.enumerated() { last[pairKey(merge.left, merge.right)] = rank }
    for (rank, merge) in merges.enumerated() {
      let key = pairKey(merge.left, merge.right)
      guard last[key] == rank, seen.insert(key).inserted else { continue }
      if lastPair(of: merge.merged) == key { effective.append(merge) }
    }
    return effective
  }

  /// The last pair that is merged when the text of a token stands alone, or nil where something else
  /// comes of it.
  private func lastPair(of token: TokenID) -> PairKey? {
    var parts = startTokens(of: token)
    while parts.count > 2 {
      var best: (rank: UInt32, index: Int, merged: TokenID)?
      for index in parts.indices.dropLast() {
        let entry = tables.ranks.find(parts[index], parts[index + 1])
        if entry.rank < best?.rank ?? .max { best = (entry.rank, index, entry.merged) }
      }
      guard let best else { return nil }
      parts[best.index...best.index + 1] = [best.merged]
    }
    guard parts.count == 2, tables.ranks.find(parts[0], parts[1]).merged == token,
      tables.ranks.find(parts[0], parts[1]).rank != .max
    else { return nil }
    return pairKey(parts[0], parts[1])
  }

  /// The tokens of the characters that a token is spelled with; empty where one has none.
  private func startTokens(of token: TokenID) -> [TokenID] {
    var tokens: [TokenID] = []
    for scalar in spelling(of: token).unicodeScalars {
      guard let id = modelID(ofSpelling: String(scalar)) else { return [] }
      tokens.append(id)
    }
    return tokens
  }

  /// The tokens of several characters that no merge makes, such as special ones.
  func unreachableTokens(_ effective: [Merge]) -> [TokenID] {
    let made = Set(effective.map(\.merged))
    let added = Set(configuration.addedTokens.map(\.id))
    return (0..<TokenID(modelTokenCount)).filter { id in
      !isGap(id) && !added.contains(id) && !made.contains(id)
        && spelling(of: id).unicodeScalars.count > 1
    }
  }

  /// A token for a message.
  func name(_ id: TokenID) -> String { "token \(id) (\(spelling(of: id)))" }

  /// Refuses what changes texts or tokens beyond a pattern and merges.
  func checkPlain(_ format: String) throws(TokenizationError) {
    func refuse(_ what: String) -> TokenizationError {
      .notExpressible(format: format, what: what)
    }
    if sentencePiece != nil {
      throw refuse("a SentencePiece model, whose vocabulary is characters")
    }
    if !configuration.isByteLevel { throw refuse("a vocabulary of characters instead of bytes") }
    if configuration.characterMap != nil { throw refuse("the normalizer Precompiled") }
    if !configuration.normalization.steps.isEmpty {
      throw refuse("the normalization \(configuration.normalization.name)")
    }
    if configuration.metaspace != nil { throw refuse("the pre-tokenizer Metaspace") }
    if configuration.addsPrefixSpace { throw refuse("the option add_prefix_space") }
    if configuration.options.marksWords {
      throw refuse("a prefix or suffix that marks the ends of words")
    }
    if configuration.options.dropout > 0 { throw refuse("the dropout") }
    if !tables.coversAllBytes { throw refuse("a vocabulary in which some bytes have no token") }
    for processor in configuration.postProcessors
    where !processor.around.before.isEmpty
      || !processor.around.after.isEmpty
    {
      throw refuse("a post-processor that adds special tokens")
    }
    if configuration.truncation != nil { throw refuse("a truncation") }
    if configuration.padding != nil { throw refuse("a padding") }
    for token in configuration.addedTokens
    where token.stripsLeft || token.stripsRight || token.singleWord || !token.isSpecial {
      throw refuse("the added token \(token.content) with its flags")
    }
    if let unknown = unreachableTokens([]).first(where: { isAmbiguousSpelling($0) }) {
      throw refuse("\(name(unknown)), which is no spelling of bytes")
    }
  }

  private func isAmbiguousSpelling(_ id: TokenID) -> Bool {
    ByteAlphabet.bytes(ofSpelling: tables.tokens.string(Int(id))) == nil
  }
}
