public import UnicodeText

/// Everything about a tokenizer but its vocabulary.
public struct TokenizerConfiguration: Sendable, Hashable {
  /// What is done to texts first.
  public var normalization: Normalization
  /// The rule that cuts texts into pieces.
  public var pattern: SplitPattern
  /// Whether a text that does not begin with white space gets a space in front, as some tokenizers
  /// of the GPT-2 family want it.
  public var addsPrefixSpace: Bool
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
    self.pattern = pattern
    self.addsPrefixSpace = addsPrefixSpace
    self.ignoresMerges = ignoresMerges
    self.postProcessors = postProcessors
    self.addedTokens = addedTokens
  }
}

extension TokenizerConfiguration {
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
    let normalizer = try textNormalizer()
    var tokens: [(text: [UInt8], token: AddedToken)] = []
    for token in addedTokens where token.isNormalized {
      do {
        tokens.append((Array(try normalizer.normalize(token.content).utf8), token))
      } catch {
        throw .text(error)
      }
    }
    return AddedTokenFinder(tokens)
  }
}
