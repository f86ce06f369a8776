import UnicodeText

extension TokenizerComponents {
  /// Reads the normalizers of a `tokenizer.json`, in order.
  func readNormalizer(
    _ value: JSONValue,
    into configuration: inout TokenizerConfiguration
  ) throws(TokenizationError) {
    var steps: [Normalization.Step] = []
    for (index, stage) in stages(value, "normalizers").enumerated() {
      if stage["type"].string == "Precompiled" {
        guard index == 0 else {
          throw error("normalizer", "Precompiled after another stage is not supported")
        }
        configuration.characterMap = try characterMap(stage)
      } else {
        steps.append(try step(stage))
      }
    }
    configuration.normalization = Normalization(steps)
    do {
      _ = try TextNormalizer(configuration.normalization)
    } catch {
      throw self.error("normalizer", error.description)
    }
  }

  /// The map of a stage `Precompiled`, nil where it is empty.
  private func characterMap(_ stage: JSONValue) throws(TokenizationError) -> CharacterMap? {
    guard let text = stage["precompiled_charsmap"].string else {
      throw error("normalizer.precompiled_charsmap", "it is missing")
    }
    if text.isEmpty { return nil }
    guard let bytes = Base64.decode(Array(text.utf8)), let map = CharacterMap(bytes: bytes) else {
      throw error("normalizer.precompiled_charsmap", "it is no character map in Base64")
    }
    return map
  }

  private func step(_ stage: JSONValue) throws(TokenizationError) -> Normalization.Step {
    if stage[ownKey] != .null { return try ownStep(stage[ownKey]) }
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
          + " Lowercase, StripAccents, Strip, Replace, Prepend and Precompiled are"
      )
    }
  }

  private func ownStep(_ stage: JSONValue) throws(TokenizationError) -> Normalization.Step {
    switch (stage["type"].string, stage["locale"].string, stage["id"].string) {
    case ("NFKC_Casefold", _, _): return .form(.nfkcCasefold)
    case ("Lowercase", let locale?, _): return .lowercaseIn(locale)
    case ("Transform", _, let identifier?): return .transform(identifier)
    case (let type, _, _):
      throw error("normalizer", "\(ownKey) has no setting \(type ?? "without type") of this form")
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

extension TokenizerConfiguration {
  /// The JSON of the normalizers: null, the one, or a sequence.
  var normalizerJSON: String {
    var stages = normalization.steps.map(\.json)
    if let characterMap {
      let map = String(decoding: Base64.encode(characterMap.bytes), as: UTF8.self)
      stages.insert(#"{"type": "Precompiled", "precompiled_charsmap": "\#(map)"}"#, at: 0)
    }
    if stages.isEmpty { return "null" }
    if stages.count == 1 { return stages[0] }
    let list = stages.joined(separator: ",\n    ")
    return "{\n    \"type\": \"Sequence\",\n    \"normalizers\": [\n    \(list)\n    ]\n  }"
  }
}

extension Normalization.Step {
  /// What other programs do instead of the step, or nil where they do the same.
  var substitute: String? {
    switch self {
    case .form(.nfkcCasefold): "NFKC and small letters instead of nfkc-casefold"
    case .lowercaseIn: "small letters character by character instead of \(name)"
    case .transform: "nothing instead of \(name)"
    default: nil
    }
  }

  fileprivate var json: String {
    switch self {
    case .form(.nfc): #"{"type": "NFC"}"#
    case .form(.nfd): #"{"type": "NFD"}"#
    case .form(.none): #"{"type": "Sequence", "normalizers": []}"#
    case .form(.nfkc): #"{"type": "NFKC"}"#
    case .form(.nfkcCasefold):
      #"{"type": "Sequence", "normalizers": [{"type": "NFKC"}, {"type": "Lowercase"}], "#
        + #""\#(ownKey)": {"type": "NFKC_Casefold"}}"#
    case .form(.nfkd): #"{"type": "NFKD"}"#
    case .lowercase: #"{"type": "Lowercase"}"#
    case .lowercaseIn(let locale):
      #"{"type": "Lowercase", "\#(ownKey)": {"type": "Lowercase", "locale": \#(quoted(locale))}}"#
    case .transform(let identifier):
      #"{"type": "Sequence", "normalizers": [], "#
        + #""\#(ownKey)": {"type": "Transform", "id": \#(quoted(identifier))}}"#
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
