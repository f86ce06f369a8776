public import UnicodeText

/// A step from the spellings of tokens to text, as the decoders of a `tokenizer.json` are.
public enum DecodingStep: Sendable, Hashable {
  /// The characters of the ``ByteAlphabet`` become bytes, all tokens one text.
  case byteLevel
  /// Tokens such as `<0x0A>` become bytes.
  case byteFallback
  /// All tokens become one text.
  case fuse
  /// At most so many of a character are taken from the start and the end of each token.
  case strip(Unicode.Scalar, start: Int, stop: Int)
  /// A text instead of every occurrence of a pattern in each token.
  case replace(TextPattern, with: String)
  /// The visible character becomes a space, and nothing in the first token where it was put in front.
  case metaspace(Metaspace)
  /// The end of a word becomes a space, and nothing in the last token.
  case wordSuffix(String)
}

/// Carries out ``DecodingStep``s.
///
/// One value is used by one thread at a time, as its regular expressions are.
final class TokenDecoder {
  private let steps: [(step: DecodingStep, matcher: PatternMatcher?)]

  init(_ steps: [DecodingStep]) throws(UnicodeTextError) {
    var prepared: [(step: DecodingStep, matcher: PatternMatcher?)] = []
    for step in steps {
      if case .replace(let pattern, with: _) = step {
        prepared.append((step, try PatternMatcher(pattern)))
      } else {
        prepared.append((step, nil))
      }
    }
    self.steps = prepared
  }

  /// The text of tokens.
  ///
  /// - Parameters:
  ///   - spellings: The tokens' spellings.
  ///   - keepsBytes: Whether bytes that are not UTF-8 stay as they are; otherwise they become U+FFFD
  ///     where Hugging Face's `tokenizers` writes it, one for each byte of a run of byte tokens.
  ///   - startsText: Whether no tokens come before these.
  ///   - endsText: Whether no tokens come after these.
  /// - Returns: The text in UTF-8, but for bytes that are kept.
  /// - Throws: What a pattern can not match.
  func decode(
    _ spellings: [[UInt8]],
    keepsBytes: Bool,
    startsText: Bool = true,
    endsText: Bool = true
  ) throws(UnicodeTextError) -> [UInt8] {
    if steps.isEmpty {
      return (startsText ? [] : [0x20]) + Array(spellings.joined(separator: [0x20]))
    }
    var tokens = spellings
    var isOneText = false
    for (step, matcher) in steps {
      switch step {
      case .byteLevel:
        let bytes = tokens.flatMap { ByteAlphabet.bytes(ofSpelling: $0) ?? $0 }
        tokens = [keepsBytes ? bytes : Array(String(decoding: bytes, as: UTF8.self).utf8)]
        isOneText = true
      case .byteFallback: tokens = Self.joiningBytes(tokens, keepsBytes: keepsBytes)
      case .fuse:
        tokens = [Array(tokens.joined())]
        isOneText = true
      case .strip(let character, let start, let stop):
        if isOneText, !startsText { continue }
        tokens = tokens.map {
          Self.stripped($0, Array(String(character).utf8), start: start, stop: stop)
        }
      case .replace(_, with: let content):
        guard let matcher else { continue }
        for index in tokens.indices {
          tokens[index] = try Self.replaced(tokens[index], matcher, Array(content.utf8))
        }
      case .metaspace(let metaspace):
        for index in tokens.indices {
          let isDropped = index == 0 && startsText && metaspace.prependScheme != .never
          tokens[index] = Self.replaced(
            tokens[index],
            Array(String(metaspace.replacement).utf8),
            isDropped ? [] : [0x20]
          )
        }
      case .wordSuffix(let suffix):
        for index in tokens.indices {
          let isLast = index == tokens.count - 1 && endsText
          tokens[index] = Self.replaced(tokens[index], Array(suffix.utf8), isLast ? [] : [0x20])
        }
      }
    }
    return Array(tokens.joined())
  }

  private static func joiningBytes(_ tokens: [[UInt8]], keepsBytes: Bool) -> [[UInt8]] {
    var joined: [[UInt8]] = []
    var bytes: [UInt8] = []
    func flush() {
      if bytes.isEmpty { return }
      let isText = unsafe firstInvalidUTF8(in: bytes.span.bytes) == nil
      if isText || keepsBytes {
        joined.append(bytes)
      } else {
        joined += bytes.map { _ in Array("\u{FFFD}".utf8) }
      }
      bytes.removeAll()
    }
    for token in tokens {
      if let byte = byteOfTokenName(token) {
        bytes.append(byte)
      } else {
        flush()
        joined.append(token)
      }
    }
    flush()
    return joined
  }

  private static func stripped(
    _ token: [UInt8],
    _ character: [UInt8],
    start: Int,
    stop: Int
  ) -> [UInt8] {
    var token = token[...]
    for _ in 0..<start {
      guard token.starts(with: character) else { break }
      token = token.dropFirst(character.count)
    }
    for _ in 0..<stop {
      guard token.count >= character.count, token.suffix(character.count).elementsEqual(character)
      else { break }
      token = token.dropLast(character.count)
    }
    return Array(token)
  }

  private static func replaced(
    _ token: [UInt8],
    _ matcher: PatternMatcher,
    _ content: [UInt8]
  ) throws(UnicodeTextError) -> [UInt8] {
    let matches = try unsafe matcher.matches(in: token.span.bytes)
    var result: [UInt8] = []
    var position = 0
    for match in matches {
      result += token[position..<match.lowerBound]
      result += content
      position = match.upperBound
    }
    return result + token[position...]
  }

  /// A text instead of every occurrence of another.
  private static func replaced(_ token: [UInt8], _ old: [UInt8], _ new: [UInt8]) -> [UInt8] {
    if old.isEmpty { return token }
    var result: [UInt8] = []
    var position = 0
    while position < token.count {
      if token[position] == old[0], token[position...].starts(with: old) {
        result += new
        position += old.count
      } else {
        result.append(token[position])
        position += 1
      }
    }
    return result
  }
}

/// The byte that a token such as `<0x0A>` names, or nil.
func byteOfTokenName(_ token: [UInt8]) -> UInt8? {
  guard token.count == 6, token.starts(with: Array("<0x".utf8)), token[5] == UInt8(ascii: ">")
  else { return nil }
  return UInt8(String(decoding: token[3..<5], as: UTF8.self), radix: 16)
}
