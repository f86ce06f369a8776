/// What can go wrong with text, with its place and the remedy.
public enum UnicodeTextError: Error, Sendable, Equatable, CustomStringConvertible {
  /// A byte at this offset begins no well-formed UTF-8 sequence.
  case invalidUTF8(offset: Int, byte: UInt8)
  /// ICU gave up on an operation.
  case icu(operation: String, code: String)
  /// A regular expression that ICU does not accept; the place counts UTF-16 units of the pattern.
  case pattern(String, place: Int, code: String)
  /// A pattern longer than ICU can take.
  case patternTooLong(byteCount: Int)
  /// A language that is no BCP 47 tag.
  case locale(String)
  /// A transform that ICU does not know.
  case transform(String, code: String)
  /// A normalization that makes a text longer than it may, in bytes.
  case tooLong(limit: Int)
  /// A step of a normalization that no option describes so.
  case spelling(String, remedy: String)

  /// One or two sentences: what is wrong, where, and what to do.
  public var description: String {
    switch self {
    case .invalidUTF8(let offset, let byte):
      "The text is not UTF-8: byte \(hexadecimal(byte)) at offset \(offset) begins no character."
        + " Convert the text to UTF-8 first, for instance with iconv."
    case .icu(let operation, let code):
      "ICU could not \(operation): \(code)."
    case .pattern(let pattern, let place, let code):
      "The regular expression \(pattern) is wrong at position \(place): \(code)."
    case .patternTooLong(let byteCount):
      "A regular expression of \(byteCount) bytes is too long."
    case .locale(let locale):
      "\(locale) is no tag of a language, such as tr or zh-Hant."
    case .transform(let identifier, let code):
      "ICU knows no transform \(identifier) (\(code)); Any-Latin, Latin-ASCII and Thai-Latin are some."
    case .tooLong(let limit):
      "The normalization makes a text longer than \(limit) bytes. Look at its replacements."
    case .spelling(let text, let remedy): "\(text) is no normalizer: \(remedy)."
    }
  }
}

private func hexadecimal(_ byte: UInt8) -> String {
  let digits = String(byte, radix: 16, uppercase: true)
  return digits.count == 1 ? "0x0\(digits)" : "0x\(digits)"
}
