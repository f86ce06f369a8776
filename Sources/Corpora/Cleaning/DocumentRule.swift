/// A measure of a document with a limit, beyond which the document is dropped.
public struct DocumentRule: Sendable, Hashable {
  /// What is measured.
  public enum Measure: Sendable, Hashable {
    /// How many words there are.
    case words
    /// The mean length of a word in code points.
    case wordLength
    /// `#`, `…` and `...` for each word.
    case symbols
    /// The share of lines that begin with a bullet.
    case bulletLines
    /// The share of lines that end with an ellipsis.
    case ellipsisLines
    /// The share of words with a letter in them.
    case alphabeticWords
    /// The share of lines that end a sentence.
    case sentenceLines
    /// The share of lines, or of their bytes, that equal an earlier line.
    case duplicateLines, duplicateLineBytes
    /// The share of paragraphs, or of their bytes, that equal an earlier paragraph.
    case duplicateParagraphs, duplicateParagraphBytes
    /// The share of the words' bytes in the most frequent run of n words.
    case topRun(Int)
    /// The share of the words' bytes in runs of n words that occur more than once.
    case duplicateRuns(Int)
    /// Curly brackets, which stand for programs.
    case curlyBrackets
    /// Places that say “lorem ipsum”.
    case loremIpsum
  }

  /// On which side of the limit a document is kept.
  public enum Side: String, Sendable {
    /// Up to the limit.
    case most
    /// From the limit on.
    case least
  }

  /// The name, as in `top-2-words`.
  public let name: String
  /// The preset it belongs to.
  public let preset: String
  /// What is measured.
  public let measure: Measure
  /// Which values are kept.
  public let side: Side
  /// The limit; a value that equals it is kept.
  public let limit: Double

  /// Whether a document with this value is kept.
  func keeps(_ value: Double) -> Bool {
    side == .most ? value <= limit : value >= limit
  }

  /// The same rule with another limit.
  public func with(limit: Double) -> DocumentRule {
    DocumentRule(name: name, preset: preset, measure: measure, side: side, limit: limit)
  }

  /// Every rule, with the limit its source gives.
  ///
  /// Words are Unicode's and shares count bytes, so that the rules mean the same in every script;
  /// the sources split English at white space.
  ///
  /// - Source: `gopher-quality` and `gopher-repetition`: Rae et al. 2021, arXiv:2112.11446,
  ///   appendix A.1.1 and table A1; `c4`: Raffel et al. 2020, arXiv:1910.10683, section 2.2.
  public static let all: [DocumentRule] = {
    var rules: [DocumentRule] = []
    func add(_ preset: String, _ name: String, _ measure: Measure, _ side: Side, _ limit: Double) {
      rules.append(
        DocumentRule(name: name, preset: preset, measure: measure, side: side, limit: limit)
      )
    }
    add("gopher-quality", "min-words", .words, .least, 50)
    add("gopher-quality", "max-words", .words, .most, 100_000)
    add("gopher-quality", "min-word-length", .wordLength, .least, 3)
    add("gopher-quality", "max-word-length", .wordLength, .most, 10)
    add("gopher-quality", "symbols", .symbols, .most, 0.1)
    add("gopher-quality", "bullet-lines", .bulletLines, .most, 0.9)
    add("gopher-quality", "ellipsis-lines", .ellipsisLines, .most, 0.3)
    add("gopher-quality", "alphabetic-words", .alphabeticWords, .least, 0.8)
    add("gopher-repetition", "duplicate-lines", .duplicateLines, .most, 0.3)
    add("gopher-repetition", "duplicate-paragraphs", .duplicateParagraphs, .most, 0.3)
    add("gopher-repetition", "duplicate-line-bytes", .duplicateLineBytes, .most, 0.2)
    add("gopher-repetition", "duplicate-paragraph-bytes", .duplicateParagraphBytes, .most, 0.2)
    for (length, limit) in [(2, 0.20), (3, 0.18), (4, 0.16)] {
      add("gopher-repetition", "top-\(length)-words", .topRun(length), .most, limit)
    }
    for (length, limit) in zip(5...10, [0.15, 0.14, 0.13, 0.12, 0.11, 0.10]) {
      add("gopher-repetition", "duplicate-\(length)-words", .duplicateRuns(length), .most, limit)
    }
    add("c4", "sentence-lines", .sentenceLines, .least, 1)
    add("c4", "curly-brackets", .curlyBrackets, .most, 0)
    add("c4", "lorem-ipsum", .loremIpsum, .most, 0)
    return rules
  }()

  /// The names of the presets.
  public static var presets: [String] {
    all.reduce(into: []) { names, rule in
      if names.last != rule.preset { names.append(rule.preset) }
    }
  }
}
