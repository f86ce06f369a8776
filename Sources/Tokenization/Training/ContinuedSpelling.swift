import UnicodeText

/// How words of a tokenizer that merges more than plain bytes are spelled in its tokens: characters,
/// the marks of words, bytes that characters fall back to.
struct ContinuedSpelling {
  let isByteLevel: Bool
  let options: BPEOptions
  let ignoresMerges: Bool
  /// The tokens that stand for no text of their own, such as special ones.
  let added: Set<TokenID>

  init(_ configuration: TokenizerConfiguration) {
    isByteLevel = configuration.isByteLevel
    options = configuration.options
    ignoresMerges = configuration.ignoresMerges
    added = Set(configuration.addedTokens.map(\.id))
  }

  private func spelled(_ word: RawSpan) -> [UInt8] {
    word.withByteView { word in
      isByteLevel ? ByteAlphabet.spelling(of: word.toArray()) : word.toArray()
    }
  }

  /// The characters of words, marked as they are in them, that are no token yet.
  ///
  /// - Parameters:
  ///   - words: The words.
  ///   - tokens: The tokens that there are.
  ///   - count: How many are wanted at most: the most frequent ones, of equals those that come first
  ///     by their spelling.
  ///   - minimumCount: How often each must occur.
  /// - Returns: Their spellings in the order of bytes, which is that of code points.
  /// - Throws: ``TokenizationError`` for a damaged file of words.
  func newCharacters(
    in words: some CountedWords,
    _ tokens: [[UInt8]],
    count: Int,
    minimumCount: UInt64
  ) throws(TokenizationError) -> [[UInt8]] {
    let known = Set(tokens)
    let prefix = Array((options.continuingSubwordPrefix ?? "").utf8)
    let suffix = Array((options.endOfWordSuffix ?? "").utf8)
    var counts: [[UInt8]: UInt64] = [:]
    try words.forEachWord { (word, count) throws(TokenizationError) in
      let text = String(decoding: spelled(word), as: UTF8.self).unicodeScalars
      var place = text.startIndex
      while place < text.endIndex {
        let next = text.index(after: place)
        var character = Array(String(text[place]).utf8)
        if place > text.startIndex { character = prefix + character }
        if next == text.endIndex { character += suffix }
        if !known.contains(character) {
          let sum = counts[character, default: 0].addingReportingOverflow(count)
          counts[character] = sum.overflow ? .max : sum.partialValue
        }
        place = next
      }
    }
    return counts.filter { $0.value >= minimumCount }.sorted { first, second in
      first.value != second.value
        ? first.value > second.value : first.key.lexicographicallyPrecedes(second.key)
    }.prefix(count).map(\.key).sorted { $0.lexicographicallyPrecedes($1) }
  }

  /// The words in tokens; those that stand for unknown characters, for bytes of characters, or were
  /// only added, are never merged and cut a word.
  ///
  /// - Throws: ``TokenizationError`` for a damaged file of words, or too many of them.
  func encoded(
    _ words: some CountedWords,
    _ tokens: [[UInt8]],
    _ merges: [Merge]
  ) throws(TokenizationError) -> WordList {
    var configuration = TokenizerConfiguration(normalization: .none, ignoresMerges: ignoresMerges)
    configuration.splits = []
    configuration.isByteLevel = isByteLevel
    configuration.options = options
    configuration.options.dropout = 0
    let tokenizer = try Tokenizer(
      model: BPEModel(tokens: tokens, merges: merges),
      configuration: configuration
    )
    var apart = added
    if let unknown = options.unknownToken, let id = tokenizer.modelID(ofSpelling: unknown) {
      apart.insert(id)
    }
    if options.byteFallback {
      for byte in 0..<256 {
        if let id = tokenizer.modelID(ofSpelling: byteTokenName(byte)) { apart.insert(id) }
      }
    }
    var model = SymbolModel(tokenizer)
    var symbols: [Symbol] = []
    var list = WordList(capacity: words.uniqueCount, tokenCapacity: words.uniqueByteCount / 3)
    var bound = OccurrenceBound()
    try words.forEachWord { (word, count) throws(TokenizationError) in
      try bound.add(word, count)
      symbols.removeAll(keepingCapacity: true)
      model.encode(spelled(word), into: &symbols)
      try list.startWord(count: count)
      for symbol in symbols {
        if apart.contains(symbol.token) {
          list.finishWord()
          try list.startWord(count: count)
        } else {
          list.append(symbol.token)
        }
      }
      list.finishWord()
    }
    return list
  }
}
