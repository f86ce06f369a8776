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
    }
  }
}

private func hexadecimal(_ byte: UInt8) -> String {
  let digits = String(byte, radix: 16, uppercase: true)
  return digits.count == 1 ? "0x0\(digits)" : "0x\(digits)"
}
