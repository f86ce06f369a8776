public import UnicodeText

/// Everything about a tokenizer but its vocabulary.
public struct TokenizerConfiguration: Sendable, Hashable {
  /// What is done to texts first.
  public var normalization: Normalization
  /// The stages that cut texts into pieces; without any, a text is one piece.
  public var splits: [TextSplit]
  /// Whether a text that does not begin with a space gets one in front, as some tokenizers of the
  /// GPT-2 family want it.
  public var addsPrefixSpace: Bool
  /// Before which of the stages that cut the space is put in front: each of their pieces gets one.
  public var prefixSpaceStage = 0
  /// The stage that writes spaces as a visible character, or nil.
  public var metaspace: Metaspace?
  /// Before which of the stages that cut ``metaspace`` stands.
  public var metaspaceStage = 0
  /// Whether the vocabulary spells bytes by the ``ByteAlphabet``, rather than text as it is.
  public var isByteLevel = true
  /// The characters that a SentencePiece model replaces, carried out before ``normalization``.
  public var characterMap: CharacterMap?
  /// What the model does beyond merging.
  public var options = BPEOptions.none
  /// How tokens become text again; without any step, they are joined by spaces.
  public var decoding: [DecodingStep] = [.byteLevel]
  /// What becomes of special tokens in a text where nobody says so: what the library does whose file
  /// it is.
  public var specialTokenPolicy = SpecialTokenPolicy.recognize
  /// Whether the file said neither how texts are cut nor which tokens are special.
  var lacksSettings = false
  /// At which length texts are cut, or nil.
  public var truncation: Truncation?
  /// To which length texts are filled up, or nil.
  public var padding: Padding?
  /// Whether a piece that is a token is that token, whatever the merges say.
  public var ignoresMerges: Bool
  /// What is done to the tokens of a text at the end, in order.
  public var postProcessors: [PostProcessor]
  /// The tokens found in the text itself, special ones among them.
  public var addedTokens: [AddedToken]

  /// Creates a configuration; the defaults are those of a new tokenizer.
  public init(
    normalization: Normalization = .nfc,
    pattern: SplitPattern = .o200k,
    addsPrefixSpace: Bool = false,
    ignoresMerges: Bool = false,
    postProcessors: [PostProcessor] = [],
    addedTokens: [AddedToken] = []
  ) {
    self.normalization = normalization
    splits = [TextSplit(pattern)]
    self.addsPrefixSpace = addsPrefixSpace
    self.ignoresMerges = ignoresMerges
    self.postProcessors = postProcessors
    self.addedTokens = addedTokens
  }
}

extension TokenizerConfiguration {
  /// The one rule that cuts texts into pieces, or nil where other stages do.
  public var pattern: SplitPattern? {
    guard splits.count == 1, splits[0].behavior == .isolated, !splits[0].isInverted,
      case .known(let pattern) = splits[0].pattern
    else { return nil }
    return pattern
  }

  /// The names of the stages that cut texts, such as `digits, gpt2`.
  public var splitName: String {
    var names = splits.map(\.name)
    if metaspace != nil { names.insert("metaspace", at: min(metaspaceStage, names.count)) }
    return names.isEmpty ? "none" : names.joined(separator: ", ")
  }

  /// Whether texts go the quick way of byte-level models: every byte is a token, pieces are merged,
  /// and nothing else happens to them.
  func isPlainByteLevel(coversAllBytes: Bool) -> Bool {
    guard isByteLevel, metaspace == nil, characterMap == nil, !options.marksWords,
      !addsPrefixSpace || prefixSpaceStage == 0
    else { return false }
    return coversAllBytes || (options.unknownToken == nil && !options.byteFallback)
  }

  /// Whether words come of more than a normalization, a prefix space and rules that cut.
  var needsStages: Bool {
    metaspace != nil || characterMap != nil || (addsPrefixSpace && prefixSpaceStage > 0)
  }

  /// How tokens of this kind become text again where nobody says otherwise.
  ///
  /// Marks of words are taken away again; the end of a word becomes a space where the text has lost
  /// its own.
  public var usualDecoding: [DecodingStep] {
    var steps: [DecodingStep] = []
    if let prefix = options.continuingSubwordPrefix, !prefix.isEmpty {
      let escaped = prefix.unicodeScalars.map { scalar in
        scalar.properties.isAlphabetic || scalar.properties.numericType != nil
          ? String(scalar) : "\\" + String(scalar)
      }
      steps.append(.replace(.regularExpression("^" + escaped.joined()), with: ""))
    }
    let suffix = options.endOfWordSuffix ?? ""
    if isByteLevel {
      if !suffix.isEmpty { steps.append(.replace(.literal(suffix), with: "")) }
      return steps + [.byteLevel]
    }
    if let metaspace { steps.append(.metaspace(metaspace)) }
    if !suffix.isEmpty {
      let keepsSpaces = metaspace != nil || splits.allSatisfy(\.keepsAll)
      steps.append(keepsSpaces ? .replace(.literal(suffix), with: "") : .wordSuffix(suffix))
    }
    if options.byteFallback { steps.append(.byteFallback) }
    return steps + [.fuse]
  }

  /// Carries out the stages that cut texts; nil where one rule does.
  func splitter() -> Result<TextSplitter, UnicodeTextError>? {
    if pattern != nil { return nil }
    return Result { () throws(UnicodeTextError) in try TextSplitter(splits) }
  }

  /// The same without added tokens: how a first training sees texts, to which special tokens are
  /// text like all other.
  public var withoutAddedTokens: TokenizerConfiguration {
    var configuration = self
    configuration.addedTokens = []
    return configuration
  }

  /// Finds the added tokens of the original text.
  var finder: AddedTokenFinder {
    AddedTokenFinder(addedTokens.filter { !$0.isNormalized }.map { (Array($0.content.utf8), $0) })
  }

  /// Carries out the normalization.
  func textNormalizer() throws(TokenizationError) -> TextNormalizer {
    do {
      return try TextNormalizer(normalization)
    } catch {
      throw .text(error)
    }
  }

  /// Finds the added tokens of the normalized text.
  func normalizedFinder() throws(TokenizationError) -> AddedTokenFinder {
    AddedTokenFinder(try normalizedContents())
  }

  /// The added tokens of the normalized text, with what the normalization makes of them.
  func normalizedContents() throws(TokenizationError) -> [(text: [UInt8], token: AddedToken)] {
    var tokens: [(text: [UInt8], token: AddedToken)] = []
    do {
      let normalizer = try SourcedNormalizer(self)
      for token in addedTokens where token.isNormalized {
        var text = Array(token.content.utf8).withByteView {
          SourcedText($0, start: 0, isSourced: false)
        }
        try normalizer.normalize(&text)
        tokens.append((text.bytes, token))
      }
    } catch {
      throw .text(error)
    }
    return tokens
  }
}
