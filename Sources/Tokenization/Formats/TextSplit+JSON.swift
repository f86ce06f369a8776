import UnicodeText

extension TokenizerComponents {
  /// Reads the pre-tokenizers of a `tokenizer.json`: stages that cut, one that writes spaces as a
  /// visible character, and at the end one that spells bytes.
  func readPreTokenizer(
    _ value: JSONValue,
    into configuration: inout TokenizerConfiguration
  ) throws(TokenizationError) {
    var splits: [TextSplit] = []
    configuration.isByteLevel = false
    for stage in stages(value, "pretokenizers") {
      if configuration.isByteLevel {
        throw error("pre_tokenizer", "a stage after ByteLevel is not supported")
      }
      switch stage["type"].string {
      case "ByteLevel":
        configuration.isByteLevel = true
        configuration.addsPrefixSpace = stage["add_prefix_space"].bool ?? true
        if configuration.addsPrefixSpace { configuration.prefixSpaceStage = splits.count }
        if stage["use_regex"].bool ?? true { splits.append(TextSplit(.gpt2)) }
      case "Metaspace":
        if configuration.metaspace != nil {
          throw error("pre_tokenizer", "a second Metaspace is not supported")
        }
        configuration.metaspace = try metaspace(stage, "pre_tokenizer")
        configuration.metaspaceStage = splits.count
      default: splits.append(try split(stage))
      }
    }
    configuration.splits = splits
    do {
      _ = try TextSplitter(splits)
    } catch {
      throw self.error("pre_tokenizer", error.description)
    }
  }

  /// A stage `Metaspace` of pre-tokenizers or decoders.
  func metaspace(_ stage: JSONValue, _ place: String) throws(TokenizationError) -> Metaspace {
    let name = stage["replacement"].string ?? ""
    guard name.unicodeScalars.count == 1, let replacement = name.unicodeScalars.first else {
      throw error(place, "the replacement of Metaspace is not one character")
    }
    let scheme = stage["prepend_scheme"].string ?? "always"
    guard var prependScheme = Metaspace.PrependScheme(rawValue: scheme) else {
      throw error(place, "the prepend_scheme \(scheme) does not exist")
    }
    if stage["add_prefix_space"].bool == false {
      if stage["prepend_scheme"] != .null, prependScheme != .never {
        throw error(place, "add_prefix_space false and prepend_scheme \(scheme) exclude each other")
      }
      prependScheme = .never
    }
    return Metaspace(
      replacement: replacement,
      prependScheme: prependScheme,
      splits: stage["split"].bool ?? true
    )
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
          + " WhitespaceSplit, Punctuation, Digits, UnicodeScripts, Metaspace and"
          + " ByteLevel are"
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
    var stages: [String] = []
    // The byte-level stage brings GPT-2's rule along.
    let usesPattern =
      isByteLevel && splits.last == TextSplit(.gpt2)
      && (metaspace == nil || metaspaceStage < splits.count)
    let apart = usesPattern ? splits.dropLast() : splits[...]
    for index in 0...apart.count {
      if let metaspace, metaspaceStage == index { stages.append(metaspace.json) }
      if index < apart.count { stages.append(apart[index].json) }
    }
    if isByteLevel {
      stages.append(
        #"{"type": "ByteLevel", "add_prefix_space": \#(addsPrefixSpace), "#
          + #""trim_offsets": true, "use_regex": \#(usesPattern)}"#
      )
    }
    if stages.isEmpty { return "null" }
    if stages.count == 1 { return stages[0] }
    let list = stages.joined(separator: ",\n    ")
    return "{\n    \"type\": \"Sequence\",\n    \"pretokenizers\": [\n    \(list)\n    ]\n  }"
  }
}

extension Metaspace {
  /// The JSON of the stage.
  var json: String {
    #"{"type": "Metaspace", "replacement": \#(quoted(String(replacement))), "#
      + #""prepend_scheme": "\#(prependScheme.rawValue)", "split": \#(splits)}"#
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
