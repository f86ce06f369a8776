import UnicodeText

extension TokenizerComponents {
  /// The normalizers of a `tokenizer.json`, in order.
  func normalization(_ value: JSONValue) throws(TokenizationError) -> Normalization {
    var steps: [Normalization.Step] = []
    for stage in stages(value, "normalizers") { steps.append(try step(stage)) }
    let normalization = Normalization(steps)
    do {
      _ = try TextNormalizer(normalization)
    } catch {
      throw self.error("normalizer", error.description)
    }
    return normalization
  }

  private func step(_ stage: JSONValue) throws(TokenizationError) -> Normalization.Step {
    switch stage["type"].string {
    case "NFC": return .form(.nfc)
    case "NFD": return .form(.nfd)
    case "NFKC": return .form(.nfkc)
    case "NFKD": return .form(.nfkd)
    case "Lowercase": return .lowercase
    case "StripAccents": return .stripAccents
    case "Strip":
      return .strip(
        left: stage["strip_left"].bool ?? true,
        right: stage["strip_right"].bool ?? true
      )
    case "Replace":
      let pattern = try textPattern(stage["pattern"], "normalizer")
      return .replace(pattern, with: stage["content"].string ?? "")
    case "Prepend": return .prepend(stage["prepend"].string ?? "")
    case let type:
      throw error(
        "normalizer",
        "\(type ?? "a normalizer without type") is not supported, only NFC, NFD, NFKC, NFKD,"
          + " Lowercase, StripAccents, Strip, Replace and Prepend are"
      )
    }
  }

  /// The pattern of a stage.
  func textPattern(
    _ value: JSONValue,
    _ place: String
  ) throws(TokenizationError) -> TextPattern {
    if let text = value["String"].string {
      if text.isEmpty { throw error(place, "the pattern is empty") }
      return .literal(text)
    }
    if let expression = value["Regex"].string { return .regularExpression(expression) }
    throw error(place, "the pattern is neither a String nor a Regex")
  }
}

extension Normalization {
  /// The JSON of the steps: null, the one, or a sequence.
  var json: String {
    if steps.isEmpty { return "null" }
    if steps.count == 1 { return steps[0].json }
    let list = steps.map(\.json).joined(separator: ",\n    ")
    return "{\n    \"type\": \"Sequence\",\n    \"normalizers\": [\n    \(list)\n    ]\n  }"
  }
}

extension Normalization.Step {
  fileprivate var json: String {
    switch self {
    case .form(.nfc): #"{"type": "NFC"}"#
    case .form(.nfd): #"{"type": "NFD"}"#
    case .form(.nfkc), .form(.nfkcCasefold), .form(.none): #"{"type": "NFKC"}"#
    case .form(.nfkd): #"{"type": "NFKD"}"#
    case .lowercase: #"{"type": "Lowercase"}"#
    case .stripAccents: #"{"type": "StripAccents"}"#
    case .strip(let left, let right):
      #"{"type": "Strip", "strip_left": \#(left), "strip_right": \#(right)}"#
    case .replace(let pattern, let content):
      #"{"type": "Replace", "pattern": \#(pattern.json), "content": \#(quoted(content))}"#
    case .prepend(let content): #"{"type": "Prepend", "prepend": \#(quoted(content))}"#
    }
  }
}

extension TextPattern {
  /// The JSON of the pattern.
  var json: String {
    switch self {
    case .literal(let text): #"{"String": \#(quoted(text))}"#
    case .regularExpression(let expression): #"{"Regex": \#(quoted(expression))}"#
    }
  }
}
