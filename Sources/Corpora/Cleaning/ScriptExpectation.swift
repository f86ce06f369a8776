import UnicodeText

/// The scripts that a language's letters are expected to be of.
struct ScriptExpectation: Sendable {
  /// The ISO 15924 code that was asked for, such as `Jpan`.
  let code: String
  private let scripts: Set<String>

  /// Expects a script, or the scripts of a writing system that mixes several.
  ///
  /// - Source: ISO 15924 for what the codes of mixed systems mean.
  init(code: String) {
    self.code = code
    scripts =
      switch code {
      case "Hans", "Hant": ["Hani", "Bopo"]
      case "Jpan": ["Hani", "Hira", "Kana"]
      case "Kore": ["Hang", "Hani"]
      default: [code]
      }
  }

  /// Expects the most frequent script of a text; nil for a text without letters.
  init?(of text: RawSpan) {
    var counts: [String: Int] = [:]
    forEachScript(text) { counts[$0.code, default: 0] += 1 }
    guard let most = counts.max(by: { ($0.value, $1.key) < ($1.value, $0.key) }) else { return nil }
    self.init(code: most.key)
  }

  /// The share of the letters that are of the expected scripts; nil for a text without letters.
  func share(in text: RawSpan) -> Double? {
    var letters = 0
    var expected = 0
    forEachScript(text) { script in
      letters += 1
      if scripts.contains(script.code) { expected += 1 }
    }
    return letters > 0 ? Double(expected) / Double(letters) : nil
  }
}

/// Visits the scripts of the characters that have one of their own.
private func forEachScript(_ text: RawSpan, _ body: (Script) -> Void) {
  unsafe text.withUnsafeBytes { buffer in
    guard let start = buffer.baseAddress else { return }
    let bytes = unsafe start.assumingMemoryBound(to: UInt8.self)
    var position = 0
    while position < buffer.count {
      let step = unsafe UTF8Decoding.step(bytes, at: position, limit: buffer.count)
      position += step.length
      guard step.isWellFormed, let scalar = Unicode.Scalar(step.scalar) else { continue }
      let script = Script(of: scalar)
      if !script.isShared { body(script) }
    }
  }
}
