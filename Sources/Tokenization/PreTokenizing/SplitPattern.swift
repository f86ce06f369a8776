/// A rule that cuts text into pieces, which tokens never cross.
///
/// Each is defined by a regular expression, matched from left to right with the first alternative
/// that fits; every byte belongs to exactly one piece. The scanners that run here are written by
/// hand and give the same pieces on every string.
///
/// - Source: The expressions are those published with GPT-2 (`gpt2`), GPT-4 and Llama 3 (`cl100k`),
///   tiktoken's `cl100k_base` and `o200k_base`, Qwen 2 and nanochat.
public enum SplitPattern: String, CaseIterable, Sendable, Hashable {
  /// GPT-4o: words with their combining marks, split where small letters turn to capitals; numbers
  /// in groups of up to three digits. The default for new tokenizers: `cl100k` and `gpt2` cut
  /// before every vowel sign of the Indic scripts and every accent that is not composed.
  case o200k
  /// GPT-4 and Llama 3: letters, numbers in groups of up to three, marks apart from letters.
  case cl100k
  /// What tiktoken has made of `cl100k`: white space at the end of a text is one piece, also where
  /// it has line ends in it.
  case cl100kBase = "cl100k_base"
  /// GPT-2: numbers whole, contractions in small letters only.
  case gpt2
  /// Qwen 2: like `cl100k` with every digit alone.
  case qwen2
  /// nanochat: like `cl100k` with groups of up to two digits, which suits small vocabularies.
  case nanochat

  /// The defining regular expression, as files carry it.
  public var regularExpression: String {
    switch self {
    case .o200k:
      [
        #"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*"#
          + #"[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?"#,
        #"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+"#
          + #"[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?"#,
        #"\p{N}{1,3}"#, #" ?[^\s\p{L}\p{N}]+[\r\n/]*"#, #"\s*[\r\n]+"#, #"\s+(?!\S)"#, #"\s+"#,
      ].joined(separator: "|")
    case .cl100k: Self.cl100k(numbers: #"\p{N}{1,3}"#)
    case .cl100kBase:
      // tiktoken writes {1,3}+, which is the same there, but any number of digits to Oniguruma.
      #"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}"#
        + #"| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]|\s+(?!\S)|\s"#
    case .qwen2: Self.cl100k(numbers: #"\p{N}"#)
    case .nanochat: Self.cl100k(numbers: #"\p{N}{1,2}"#)
    case .gpt2:
      #"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#
    }
  }

  /// The pattern whose pieces a regular expression gives, or nil for one that is not known here.
  ///
  /// Knows each expression in the spellings found in published files.
  public init?(regularExpression: String) {
    guard let pattern = Self.spellings[regularExpression] else { return nil }
    self = pattern
  }

  private static func cl100k(numbers: String) -> String {
    #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|"# + numbers
      + #"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#
  }

  /// The same with possessive quantifiers, as nanochat's rustbpe writes it.
  private static func possessive(numbers: String) -> String {
    #"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|"# + numbers
      + #"| ?[^\s\p{L}\p{N}]++[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+"#
  }

  private static let spellings: [String: SplitPattern] = {
    var spellings: [String: SplitPattern] = [:]
    for pattern in allCases { spellings[pattern.regularExpression] = pattern }
    spellings[possessive(numbers: #"\p{N}{1,3}"#)] = .cl100k
    spellings[possessive(numbers: #"\p{N}{1,2}"#)] = .nanochat
    spellings[possessive(numbers: #"\p{N}"#)] = .qwen2
    return spellings
  }()

  /// How many digits at most form one piece.
  var digitCount: Int {
    switch self {
    case .o200k, .cl100k, .cl100kBase: 3
    case .nanochat: 2
    case .qwen2: 1
    case .gpt2: .max
    }
  }
}
