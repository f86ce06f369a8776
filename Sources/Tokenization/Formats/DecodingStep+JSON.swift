import UnicodeText

extension TokenizerComponents {
  /// The decoders of a `tokenizer.json`, in order.
  func decoding(_ value: JSONValue) throws(TokenizationError) -> [DecodingStep] {
    var steps: [DecodingStep] = []
    for stage in stages(value, "decoders") { steps.append(try step(stage)) }
    // Without a decoder spaces stand between tokens, after a sequence of none nothing does.
    if steps.isEmpty, value != .null { return [.fuse] }
    do {
      _ = try TokenDecoder(steps)
    } catch {
      throw self.error("decoder", error.description)
    }
    return steps
  }

  private func step(_ stage: JSONValue) throws(TokenizationError) -> DecodingStep {
    switch stage["type"].string {
    case "ByteLevel": return .byteLevel
    case "ByteFallback": return .byteFallback
    case "Fuse": return .fuse
    case "Strip":
      let content = stage["content"].string ?? ""
      guard content.unicodeScalars.count == 1, let character = content.unicodeScalars.first else {
        throw error("decoder", "the content of Strip is not one character")
      }
      let start = stage["start"].integer ?? 0
      let stop = stage["stop"].integer ?? 0
      guard (0...1 << 20).contains(start), (0...1 << 20).contains(stop) else {
        throw error("decoder", "the numbers of Strip are no numbers of characters")
      }
      return .strip(character, start: start, stop: stop)
    case "Replace":
      let pattern = try textPattern(stage["pattern"], "decoder")
      return .replace(pattern, with: stage["content"].string ?? "")
    case "Metaspace": return .metaspace(try metaspace(stage, "decoder"))
    case "BPEDecoder": return .wordSuffix(stage["suffix"].string ?? "</w>")
    case let type:
      throw error(
        "decoder",
        "\(type ?? "a decoder without type") is not supported, only ByteLevel, ByteFallback, Fuse,"
          + " Strip, Replace, Metaspace and BPEDecoder are"
      )
    }
  }
}

extension DecodingStep {
  /// The JSON of decoders: null, the one, or a sequence.
  static func json(_ steps: [DecodingStep]) -> String {
    if steps.isEmpty { return "null" }
    if steps.count == 1 { return steps[0].json }
    let list = steps.map(\.json).joined(separator: ",\n    ")
    return "{\n    \"type\": \"Sequence\",\n    \"decoders\": [\n    \(list)\n    ]\n  }"
  }

  private var json: String {
    switch self {
    case .byteLevel:
      #"{"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true}"#
    case .byteFallback: #"{"type": "ByteFallback"}"#
    case .fuse: #"{"type": "Fuse"}"#
    case .strip(let character, let start, let stop):
      #"{"type": "Strip", "content": \#(quoted(String(character))), "#
        + #""start": \#(start), "stop": \#(stop)}"#
    case .replace(let pattern, with: let content):
      #"{"type": "Replace", "pattern": \#(pattern.json), "content": \#(quoted(content))}"#
    case .metaspace(let metaspace): metaspace.json
    case .wordSuffix(let suffix): #"{"type": "BPEDecoder", "suffix": \#(quoted(suffix))}"#
    }
  }
}
