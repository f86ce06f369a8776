import UnicodeText

extension TextSplit {
  /// The stage that an option describes.
  ///
  /// - A rule with a scanner: `o200k`, `cl100k` or `llama3`, `cl100k_base`, `gpt2`, `qwen2`, `nanochat`.
  /// - `whitespace`, `whitespace-split`, `punctuation`, `punctuation:BEHAVIOR`, `digits` (runs),
  ///   `digits:1` (each alone), `digits:3` (groups of three from the left), `scripts`.
  /// - `words`, `words:LANGUAGE`, `graphemes`, `whole-graphemes`: what only ICU knows.
  /// - `split:/TEXT/`, `regex:/PATTERN/`, and with a behavior `regex:/PATTERN/BEHAVIOR`: `isolated`,
  ///   `removed`, `merged-with-previous`, `merged-with-next`, `contiguous`; `-inverted` behind it
  ///   makes the pattern describe what lies between.
  ///
  /// - Throws: ``TokenizationError/wrongOption(name:value:remedy:)`` for anything else.
  public init(spelling: String) throws(TokenizationError) {
    if let pattern = SplitPattern(rawValue: spelling == "llama3" ? "cl100k" : spelling) {
      self.init(pattern)
      return
    }
    var name = spelling
    var value: String?
    if let colon = spelling.firstIndex(of: ":") {
      name = String(spelling[..<colon])
      value = String(spelling[spelling.index(after: colon)...])
    }
    switch (name, value) {
    case ("whitespace", nil): self = .wordsAndSymbols
    case ("whitespace-split", nil): self = .whitespace
    case ("scripts", nil): self = .scripts
    case ("punctuation", nil): self = .punctuation()
    case ("punctuation", let behavior?):
      guard let behavior = Behavior(spelling: behavior) else { throw Self.wrong(spelling) }
      self = .punctuation(behavior)
    case ("digits", nil): self.init(.digits(individual: false))
    case ("digits", "1"): self.init(.digits(individual: true))
    case ("digits", let count?):
      guard let count = Int(count), (2...9).contains(count) else { throw Self.wrong(spelling) }
      self.init(.text(.regularExpression(#"\p{N}{1,\#(count)}"#)))
    case ("words", let locale): self.init(.words(locale: locale ?? ""))
    case ("graphemes", nil): self.init(.graphemes)
    case ("whole-graphemes", nil): self.init(.wholeGraphemes)
    case ("split", let value?):
      let (text, behavior, isInverted) = try Self.pattern(value, of: spelling)
      self.init(.text(.literal(text)), behavior: behavior, isInverted: isInverted)
    case ("regex", let value?):
      let (text, behavior, isInverted) = try Self.pattern(value, of: spelling)
      self.init(.text(.regularExpression(text)), behavior: behavior, isInverted: isInverted)
    default: throw Self.wrong(spelling)
    }
    do {
      _ = try TextSplitter([self])
    } catch {
      throw .text(error)
    }
  }

  private static func wrong(_ spelling: String) -> TokenizationError {
    .wrongOption(
      name: "the pre-tokenizer",
      value: spelling,
      remedy: "use o200k, cl100k, llama3, cl100k_base, gpt2, qwen2, nanochat, whitespace,"
        + " whitespace-split, punctuation, punctuation:BEHAVIOR, digits, digits:1, digits:3, scripts, words,"
        + " words:th, graphemes, whole-graphemes, split:/TEXT/ or regex:/PATTERN/BEHAVIOR"
    )
  }

  /// The parts of `/PATTERN/BEHAVIOR`; the last mark ends the pattern.
  private static func pattern(
    _ value: String,
    of spelling: String
  ) throws(TokenizationError) -> (text: String, behavior: Behavior, isInverted: Bool) {
    let scalars = value.unicodeScalars
    guard let mark = scalars.first, let last = scalars.lastIndex(of: mark),
      last > scalars.index(after: scalars.startIndex)
    else { throw wrong(spelling) }
    let text = String(scalars[scalars.index(after: scalars.startIndex)..<last])
    var name = String(scalars[scalars.index(after: last)...])
    let isInverted = name.hasSuffix("-inverted")
    if isInverted { name.removeLast("-inverted".count) }
    guard let behavior = name.isEmpty ? .isolated : Behavior(spelling: name) else {
      throw wrong(spelling)
    }
    return (text, behavior, isInverted)
  }
}

extension TextSplit.Behavior {
  /// The behavior by its name in options, such as `merged-with-previous`.
  fileprivate init?(spelling: String) {
    let letters = spelling.filter { $0 != "-" }
    for behavior in Self.allCases where behavior.rawValue.lowercased() == letters {
      self = behavior
      return
    }
    return nil
  }
}
