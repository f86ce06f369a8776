public import UnicodeText

/// One stage of cutting text into pieces; the next stage cuts each of its pieces further.
public struct TextSplit: Sendable, Hashable {
  /// What is looked for.
  public enum Pattern: Sendable, Hashable {
    /// A rule with a scanner of its own.
    case known(SplitPattern)
    /// A text or a regular expression.
    case text(TextPattern)
    /// Number characters (general category N), each alone or in runs.
    case digits(individual: Bool)
    /// Runs of word characters and runs of symbols, `\w+|[^\w\s]+`.
    case wordsAndSymbols
    /// White space, each character alone.
    case whitespace
    /// Punctuation (general category P) and the symbols of ASCII, each character alone.
    case punctuation
    /// Runs of one script; kana counts as Han, and a space belongs to what stands before it.
    case scripts
    /// Words as ICU finds them by the rules of a language, with dictionaries for Thai, Lao, Khmer,
    /// Burmese, Chinese and Japanese; a space before a word stays with it.
    case words(locale: String)
    /// Grapheme clusters, each alone.
    case graphemes
    /// Nothing is looked for: pieces of the stages before that touch inside a grapheme cluster are
    /// joined, so that no cut falls inside `क्षि`, a flag or a family.
    case wholeGraphemes
  }

  /// What becomes of an occurrence.
  public enum Behavior: String, CaseIterable, Sendable, Hashable {
    /// It is left out.
    case removed = "Removed"
    /// It is a piece.
    case isolated = "Isolated"
    /// It ends the piece before it.
    case mergedWithPrevious = "MergedWithPrevious"
    /// It begins the piece after it.
    case mergedWithNext = "MergedWithNext"
    /// Neighboring occurrences are one piece.
    case contiguous = "Contiguous"
  }

  /// What is looked for.
  public var pattern: Pattern
  /// What becomes of an occurrence.
  public var behavior: Behavior
  /// Whether what lies between the occurrences takes their part, and they its.
  public var isInverted: Bool

  /// Creates a stage.
  public init(_ pattern: Pattern, behavior: Behavior = .isolated, isInverted: Bool = false) {
    self.pattern = pattern
    self.behavior = behavior
    self.isInverted = isInverted
  }

  /// Creates the stage of a rule with a scanner of its own, whose pieces cover the text.
  public init(_ pattern: SplitPattern) {
    self.init(.known(pattern))
  }

  /// Words and runs of symbols without the white space between them, as Hugging Face's `Whitespace`.
  public static let wordsAndSymbols = TextSplit(
    .wordsAndSymbols,
    behavior: .removed,
    isInverted: true
  )
  /// What lies between white space, as Hugging Face's `WhitespaceSplit`.
  public static let whitespace = TextSplit(.whitespace, behavior: .removed)
  /// Runs of one script, as Hugging Face's `UnicodeScripts`; spaces at the start are left out.
  public static let scripts = TextSplit(.scripts, behavior: .removed, isInverted: true)

  /// Cuts at punctuation, as Hugging Face's `Punctuation`.
  public static func punctuation(_ behavior: Behavior = .isolated) -> TextSplit {
    TextSplit(.punctuation, behavior: behavior)
  }

  /// Whether no part of a text is lost.
  var keepsAll: Bool { behavior != .removed || (isInverted && isKnown) }

  private var isKnown: Bool {
    if case .known = pattern { true } else { false }
  }

  /// A short name, such as `o200k` or `split`.
  public var name: String {
    switch pattern {
    case .known(let pattern): pattern.rawValue
    case .text: "split"
    case .digits: "digits"
    case .wordsAndSymbols: "whitespace"
    case .whitespace: "whitespace-split"
    case .punctuation: "punctuation"
    case .scripts: "scripts"
    case .words(let locale): locale.isEmpty ? "words" : "words:\(locale)"
    case .graphemes: "graphemes"
    case .wholeGraphemes: "whole-graphemes"
    }
  }
}

extension TokenizerConfiguration {
  /// The pieces of a normalized text, for looking at.
  func pieces(of text: [UInt8]) throws(TokenizationError) -> [Range<Int>] {
    do {
      let splitter = try TextSplitter(splits)
      return try text.withByteView { (text) throws(UnicodeTextError) in
        try splitter.pieces(of: text)
      }
    } catch {
      throw .text(error)
    }
  }
}
