import UnicodeText

extension TokenizerComponents {
  /// The pre-tokenizers of a `tokenizer.json`: stages that cut, and at the end the one that spells
  /// bytes.
  func preTokenizer(
    _ value: JSONValue
  ) throws(TokenizationError) -> (splits: [TextSplit], addsPrefixSpace: Bool) {
    let stages = stages(value, "pretokenizers")
    guard let last = stages.last, last["type"].string == "ByteLevel" else {
      let type = stages.last?["type"].string ?? "none"
      throw error(
        "pre_tokenizer",
        "\(type) is not supported at the end: the vocabulary must be byte-level"
      )
    }
    let addsPrefixSpace = last["add_prefix_space"].bool ?? true
    if addsPrefixSpace, stages.count > 1 {
      throw error("pre_tokenizer", "add_prefix_space after another stage is not supported")
    }
    var splits: [TextSplit] = []
    for stage in stages.dropLast() { splits.append(try split(stage)) }
    if last["use_regex"].bool ?? true { splits.append(TextSplit(.gpt2)) }
    do {
      _ = try TextSplitter(splits)
    } catch {
      throw self.error("pre_tokenizer", error.description)
    }
    return (splits, addsPrefixSpace)
  }

  private func split(_ stage: JSONValue) throws(TokenizationError) -> TextSplit {
    if stage[ownKey] != .null { return try ownSplit(stage[ownKey]) }
    switch stage["type"].string {
    case "Whitespace": return .wordsAndSymbols
    case "WhitespaceSplit": return .whitespace
    case "UnicodeScripts": return .scripts
    case "Punctuation": return .punctuation(try behavior(stage, default: "Isolated"))
    case "Digits":
      return TextSplit(.digits(individual: stage["individual_digits"].bool ?? false))
    case "Split": break
    case let type:
      throw error(
        "pre_tokenizer",
        "\(type ?? "a stage without type") is not supported, only Split, Whitespace,"
          + " WhitespaceSplit, Punctuation, Digits, UnicodeScripts and ByteLevel are"
      )
    }
    let behavior = try behavior(stage, default: "none")
    let isInverted = stage["invert"].bool ?? false
    let pattern = try textPattern(stage["pattern"], "pre_tokenizer")
    if case .regularExpression(let expression) = pattern,
      let known = SplitPattern(regularExpression: expression)
    {
      // The known patterns leave nothing between their matches.
      if behavior == .isolated || (behavior == .removed && isInverted) { return TextSplit(known) }
    }
    return TextSplit(.text(pattern), behavior: behavior, isInverted: isInverted)
  }

  private func behavior(
    _ stage: JSONValue,
    default usual: String
  ) throws(TokenizationError) -> TextSplit.Behavior {
    let name = stage["behavior"].string ?? usual
    guard let behavior = TextSplit.Behavior(rawValue: name) else {
      throw error("pre_tokenizer", "the behavior \(name) does not exist")
    }
    return behavior
  }

  private func ownSplit(_ stage: JSONValue) throws(TokenizationError) -> TextSplit {
    let pattern: TextSplit.Pattern
    switch stage["type"].string {
    case "Words": pattern = .words(locale: stage["locale"].string ?? "")
    case "Graphemes": pattern = .graphemes
    case "WholeGraphemes": pattern = .wholeGraphemes
    case "Scripts": pattern = .scripts
    case let type:
      throw error("pre_tokenizer", "\(ownKey) has no setting \(type ?? "without type")")
    }
    return TextSplit(
      pattern,
      behavior: try behavior(stage, default: "Isolated"),
      isInverted: stage["invert"].bool ?? false
    )
  }
}

extension TokenizerConfiguration {
  /// The JSON of the pre-tokenizers.
  var preTokenizerJSON: String {
    var stages = splits
    // The byte-level stage brings GPT-2's rule along.
    let usesPattern = stages.last == TextSplit(.gpt2)
    if usesPattern { stages.removeLast() }
    let last =
      #"{"type": "ByteLevel", "add_prefix_space": \#(addsPrefixSpace), "#
      + #""trim_offsets": true, "use_regex": \#(usesPattern)}"#
    if stages.isEmpty { return last }
    let list = (stages.map(\.json) + [last]).joined(separator: ",\n    ")
    return "{\n    \"type\": \"Sequence\",\n    \"pretokenizers\": [\n    \(list)\n    ]\n  }"
  }
}

extension TextSplit {
  /// What other programs do instead of the stage, or nil where they do the same.
  var substitute: String? { ownType == nil ? nil : "nothing instead of \(name)" }

  /// The type of a stage that Hugging Face's format has no word for, or nil.
  private var ownType: String? {
    switch pattern {
    case .words: "Words"
    case .graphemes: "Graphemes"
    case .wholeGraphemes: "WholeGraphemes"
    case .scripts: self == .scripts ? nil : "Scripts"
    default: nil
    }
  }

  fileprivate var json: String {
    switch self {
    case .wordsAndSymbols: return #"{"type": "Whitespace"}"#
    case .whitespace: return #"{"type": "WhitespaceSplit"}"#
    case .scripts: return #"{"type": "UnicodeScripts"}"#
    case .punctuation(behavior):
      return #"{"type": "Punctuation", "behavior": "\#(behavior.rawValue)"}"#
    default: break
    }
    let pattern: TextPattern
    switch self.pattern {
    case .digits(let individual):
      return #"{"type": "Digits", "individual_digits": \#(individual)}"#
    case .known(let known): pattern = .regularExpression(known.regularExpression)
    case .text(let text): pattern = text
    case .wordsAndSymbols: pattern = .regularExpression(#"\w+|[^\w\s]+"#)
    case .whitespace: pattern = .regularExpression(#"\s"#)
    case .punctuation: pattern = .regularExpression(#"[\p{P}$+<=>^`|~]"#)
    case .words, .graphemes, .wholeGraphemes, .scripts: return ownJSON
    }
    return #"{"type": "Split", "pattern": \#(pattern.json), "#
      + #""behavior": "\#(behavior.rawValue)", "invert": \#(isInverted)}"#
  }

  private var ownJSON: String {
    var settings = #""type": "\#(ownType ?? "")""#
    if case .words(let locale) = pattern { settings += #", "locale": \#(quoted(locale))"# }
    settings += #", "behavior": "\#(behavior.rawValue)", "invert": \#(isInverted)"#
    return #"{"type": "Sequence", "pretokenizers": [], "\#(ownKey)": {\#(settings)}}"#
  }
}

extension TokenizerConfiguration {
  /// What other programs that read the tokenizer's file do instead of its own settings, one phrase
  /// each; empty where they do the same.
  public var substitutes: [String] {
    normalization.steps.compactMap(\.substitute) + splits.compactMap(\.substitute)
  }
}
