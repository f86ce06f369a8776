import UnicodeText

/// What a tokenizer makes of the text of one language, as counts from which the measures follow.
///
/// Words are ICU's by the rules of the language (``TextBoundaries``): their number does not depend
/// on spaces, and the measures compare across scripts.
public struct TextMeasures: Sendable, Hashable {
  /// The language's tag; `all` for several together.
  public var language: String
  /// How many segments (lines) were encoded.
  public var segments = 0
  /// UTF-8 bytes of the original text.
  public var bytes = 0
  /// Code points.
  public var characters = 0
  /// Extended grapheme clusters.
  public var graphemes = 0
  /// Words and numbers.
  public var words = 0
  /// Words of which more than one token holds a part.
  public var continuedWords = 0
  /// Different words.
  public var wordTypes = 0
  /// Different words that are one token, alone or with a space before them.
  public var singleTokenWordTypes = 0
  /// Tokens, special ones left out.
  public var tokens = 0
  /// How often each token occurs.
  public var counts: TokenCounts
  /// Tokens of each segment, by the segment's index.
  public var segmentTokens: [Int: Int] = [:]
  /// What the tokenizer's own normalizer changes.
  public var normalizerDamage = NormalizationDamage()
  /// What NFKC changes or would change.
  public var nfkcDamage = NormalizationDamage()

  /// Starts with an empty text.
  public init(language: String, vocabularySize: Int) {
    self.language = language
    counts = TokenCounts(vocabularySize: vocabularySize)
  }

  /// Bytes per token; more is shorter text for the model.
  public var bytesPerToken: Double { ratio(bytes, tokens) }
  /// Code points per token.
  public var charactersPerToken: Double { ratio(characters, tokens) }
  /// Grapheme clusters per token.
  public var graphemesPerToken: Double { ratio(graphemes, tokens) }
  /// Words per token.
  public var wordsPerToken: Double { ratio(words, tokens) }
  /// Tokens per word; 1 is the least where no token holds several words.
  ///
  /// - Source: Rust et al. 2021 (2012.15613), with ICU's words instead of a treebank's.
  public var fertility: Double { ratio(tokens, words) }
  /// The share of words that are split over several tokens.
  ///
  /// - Source: Rust et al. 2021 (2012.15613).
  public var continuedWordShare: Double { ratio(continuedWords, words) }
  /// The share of different words that are a token of their own.
  ///
  /// - Source: Single-token retention rate, 2510.09947.
  public var singleTokenWordRetention: Double { ratio(singleTokenWordTypes, wordTypes) }

  private func ratio(_ numerator: Int, _ denominator: Int) -> Double {
    denominator == 0 ? 0 : Double(numerator) / Double(denominator)
  }

  /// Adds what was counted of other text with the same vocabulary.
  ///
  /// Word types are added as if the languages shared none.
  mutating func add(_ other: TextMeasures) {
    segments += other.segments
    bytes += other.bytes
    characters += other.characters
    graphemes += other.graphemes
    words += other.words
    continuedWords += other.continuedWords
    wordTypes += other.wordTypes
    singleTokenWordTypes += other.singleTokenWordTypes
    tokens += other.tokens
    counts.add(other.counts)
    normalizerDamage.add(other.normalizerDamage)
    nfkcDamage.add(other.nfkcDamage)
  }
}
