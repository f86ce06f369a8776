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
    switch stage["type"].string {
    case "Digits":
      return TextSplit(.digits(individual: stage["individual_digits"].bool ?? false))
    case "Split": break
    case let type:
      throw error(
        "pre_tokenizer",
        "\(type ?? "a stage without type") is not supported, only Split, Digits and ByteLevel are"
      )
    }
    let name = stage["behavior"].string ?? "none"
    guard let behavior = TextSplit.Behavior(rawValue: name) else {
      throw error("pre_tokenizer", "the Split behavior \(name) does not exist")
    }
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
  fileprivate var json: String {
    let pattern: String
    switch self.pattern {
    case .digits(let individual):
      return #"{"type": "Digits", "individual_digits": \#(individual)}"#
    case .known(let known):
      pattern = TextPattern.regularExpression(known.regularExpression).json
    case .text(let text): pattern = text.json
    }
    return #"{"type": "Split", "pattern": \#(pattern), "#
      + #""behavior": "\#(behavior.rawValue)", "invert": \#(isInverted)}"#
  }
}
