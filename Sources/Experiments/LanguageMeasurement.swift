import Corpora
public import ScalingLaws
public import Tokenization
import UnicodeText

/// What a tokenizer makes of a language's text, beside the same content in a reference language.
///
/// Bytes are those of the text in NFC. Words are those of Unicode's word boundaries, which ICU
/// finds by dictionary where a script writes no spaces.
///
/// - Source: Unicode Standard Annex 29, section 4, for words; Petrov et al. 2023,
///   arXiv:2305.15425, for the ratio of tokens at equal content.
public struct LanguageMeasurement: Sendable, Hashable {
  /// The language's tag.
  public let language: String
  /// The folder or file of the text.
  public let corpus: String
  /// How many segments were measured.
  public let segmentCount: Int
  /// Their UTF-8 bytes.
  public let bytes: Int
  /// Their Unicode scalars.
  public let characters: Int
  /// Their tokens, ends of text not counted.
  public let tokens: Int
  /// Their words; 0 where the text has none.
  public let words: Int
  /// ``bytes`` over those of the reference; nil without parallel text in the reference.
  public let bytePremium: Double?
  /// ``tokens`` over those of the reference; nil without parallel text in the reference.
  public let tokenPremium: Double?

  /// The bytes of a token.
  public var bytesPerToken: Double { Double(bytes) / Double(max(tokens, 1)) }
  /// The tokens of a word; nil where the text has no words.
  public var fertility: Double? { words > 0 ? Double(tokens) / Double(words) : nil }

  /// More segments than these say nothing new.
  private static let segmentLimit = 2000

  /// Measures at most two thousand evenly spaced segments.
  ///
  /// - Parameters:
  ///   - path: A corpus; where it is parallel and has the reference, premiums are measured too.
  ///   - tokenizer: What encodes the text.
  ///   - language: The language's tag in the corpus.
  ///   - reference: The tag of the language to compare with.
  /// - Throws: `CorporaError` where the corpus lacks the language or cannot be read.
  public init(
    corpus path: String,
    tokenizer: Tokenizer,
    language: String,
    reference: String = "en"
  ) throws {
    let corpus = try Self.corpus(path, language, reference)
    guard let text = corpus.languages.first else {
      throw CorporaError.noTexts(folder: path)
    }
    let other = corpus.isParallel ? corpus.languages.dropFirst().first : nil
    let shared = other.map { Set($0.segments.map(\.index)) }
    let chosen = evenlySpaced(
      text.segments.filter { shared?.contains($0.index) ?? true },
      limit: Self.segmentLimit
    )
    guard !chosen.isEmpty else {
      throw ExperimentsError.tooFewSharedSegments(
        language: language,
        reference: reference,
        count: 0
      )
    }
    let own = try Sums(chosen, tokenizer)
    let indices = Set(chosen.map(\.index))
    let others = try other.map {
      try Sums($0.segments.filter { indices.contains($0.index) }, tokenizer)
    }
    self.language = language
    self.corpus = path
    segmentCount = chosen.count
    bytes = own.bytes
    characters = own.characters
    tokens = own.tokens
    words = own.words
    bytePremium = others.map { Double(own.bytes) / Double(max($0.bytes, 1)) }
    tokenPremium = others.map { Double(own.tokens) / Double(max($0.tokens, 1)) }
  }

  /// The language's text, with the reference's second where the corpus has it.
  private static func corpus(
    _ path: String,
    _ language: String,
    _ reference: String
  ) throws(CorporaError) -> Corpus {
    if language == reference { return try Corpus(path: path, languages: [language]) }
    do {
      return try Corpus(path: path, languages: [language, reference])
    } catch .unknownLanguage(let tag, _, _) where tag == reference {
      return try Corpus(path: path, languages: [language])
    }
  }
}

/// Sums over segments.
private struct Sums {
  var bytes = 0
  var characters = 0
  var tokens = 0
  var words = 0

  init(_ segments: [Segment], _ tokenizer: Tokenizer) throws {
    let encoder = BPEEncoder(tokenizer)
    let composer = Normalizer(.nfc)
    // From a letter or digit to the next boundary; the flag w finds boundaries as Unicode does.
    let word = try RegularExpression("(?w)[\\p{L}\\p{N}].*?\\b")
    for segment in segments {
      let text = try composer.normalize(segment.text)
      let utf8 = Array(text.utf8)
      var ids: [TokenID] = []
      // A special token spelled out in a text is text.
      try unsafe encoder.encode(utf8.span.bytes, specialTokens: .asText, into: &ids)
      bytes += utf8.count
      characters += text.unicodeScalars.count
      tokens += ids.count
      words += try unsafe word.matches(in: utf8.span.bytes).count
    }
  }
}

extension LanguagePlan {
  /// Plans a conversion with a tokenizer that was measured.
  ///
  /// - Parameters:
  ///   - measurement: Bytes of a token and tokens of a word come from it.
  ///   - measure: The byte premium; that of the measurement where nil.
  ///   - englishBytesPerToken: The bytes of one of the budget's tokens.
  /// - Throws: ``ScalingLawsError`` where neither states a premium.
  public init(
    _ measurement: LanguageMeasurement,
    measure: LanguageMeasure?,
    englishBytesPerToken: Double
  ) throws {
    var premium: LanguageMeasure
    if let measure {
      premium = measure
    } else if let measured = measurement.bytePremium {
      premium = LanguageMeasure(tag: measurement.language, bytePremium: measured)
      premium.bytesPerCharacter = Double(measurement.bytes) / Double(max(measurement.characters, 1))
      premium.source = "measured on \(measurement.segmentCount) segments of \(measurement.corpus)"
    } else {
      premium = try LanguageMeasure.named(measurement.language)
    }
    self.init(
      premium,
      englishBytesPerToken: englishBytesPerToken,
      bytesPerToken: measurement.bytesPerToken,
      fertility: measurement.fertility
    )
    tokenPremium = measurement.tokenPremium
    tokenSource = "\(measurement.segmentCount) segments of \(measurement.corpus)"
  }
}
