import UnicodeText

/// What a vocabulary consists of: how many tokens of each kind, script and length.
public struct VocabularySummary: Sendable {
  /// Special tokens, single bytes, whole text and parts of characters, with their numbers.
  public var kinds: [(name: String, count: Int)]
  /// Scripts with the number of tokens of whole text in them, most first.
  ///
  /// A token has the first script in it that is not shared; tokens without any are `Common`.
  public var scripts: [(name: String, count: Int)]
  /// Lengths in bytes with the number of tokens, ascending; special tokens are left out.
  public var lengths: [(length: Int, count: Int)]
}

extension Tokenizer {
  /// What the vocabulary consists of.
  public func vocabularySummary() -> VocabularySummary {
    var special = 0
    var bytes = 0
    var partial = 0
    var whole = 0
    var scripts: [String: Int] = [:]
    var lengths: [Int: Int] = [:]
    for id in 0..<TokenID(vocabularySize) {
      if isSpecial(id) {
        special += 1
        continue
      }
      let token = self.bytes(of: id)
      lengths[token.count, default: 0] += 1
      if token.count == 1 { bytes += 1 }
      if let script = scriptName(token) {
        if token.count > 1 { whole += 1 }
        scripts[script, default: 0] += 1
      } else if token.count > 1 {
        partial += 1
      }
    }
    return VocabularySummary(
      kinds: [
        ("special", special), ("single bytes", bytes), ("whole text", whole),
        ("parts of characters", partial),
      ],
      scripts: scripts.map { ($0.key, $0.value) }.sorted { ($1.1, $0.0) < ($0.1, $1.0) },
      lengths: lengths.map { ($0.key, $0.value) }.sorted { $0.0 < $1.0 }
    )
  }

  /// The script of a token, or nil where it is not whole text.
  private func scriptName(_ token: [UInt8]) -> String? {
    if unsafe firstInvalidUTF8(in: token.span.bytes) != nil { return nil }
    for scalar in String(decoding: token, as: UTF8.self).unicodeScalars {
      let script = Script(of: scalar)
      if !script.isShared { return script.name }
    }
    return "Common"
  }
}
