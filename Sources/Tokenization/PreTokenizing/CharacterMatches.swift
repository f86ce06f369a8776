import UnicodeText

/// Finds the matches of the pre-tokenizers that look at one character after the other.
struct CharacterMatches {
  let bytes: ByteView

  /// What a character is to a rule; neighbors of one kind are one match.
  private func runs(
    _ kind: (Unicode.Scalar, CharacterClass) -> Int?,
    joins: Bool = true
  ) -> [Range<Int>] {
    let table = CharacterClassTable.shared
    var found: [Range<Int>] = []
    var previous: Int?
    var position = 0
    while position < bytes.count {
      let step = unsafe UTF8Decoding.step(bytes.address, at: position, limit: bytes.count)
      let scalar = Unicode.Scalar(step.scalar) ?? "\u{FFFD}"
      let range = position..<position + step.length
      position = range.upperBound
      let kind = kind(scalar, table[step.scalar])
      if let kind {
        if joins, kind == previous, let last = found.popLast() {
          found.append(last.lowerBound..<range.upperBound)
        } else {
          found.append(range)
        }
      }
      previous = kind
    }
    return found
  }

  /// `\w+|[^\w\s]+`: runs of word characters and runs of symbols.
  var wordsAndSymbols: [Range<Int>] {
    runs { scalar, kind in
      if isWord(scalar, kind) { return 0 }
      return kind.contains(.whitespace) ? nil : 1
    }
  }

  /// Each white space.
  var whitespace: [Range<Int>] {
    runs({ _, kind in kind.contains(.whitespace) ? 0 : nil }, joins: false)
  }

  /// Each punctuation character: the general category P, and all symbols of ASCII.
  var punctuation: [Range<Int>] {
    runs({ scalar, _ in scalar.isPunctuationOrASCIISymbol ? 0 : nil }, joins: false)
  }

  /// Each number character, or their runs.
  func digits(individual: Bool) -> [Range<Int>] {
    runs({ _, kind in kind.contains(.number) ? 0 : nil }, joins: !individual)
  }

  private func isWord(_ scalar: Unicode.Scalar, _ kind: CharacterClass) -> Bool {
    if !kind.isDisjoint(with: [.letter, .combining]) { return true }
    if scalar.value < 0x80 {
      return scalar == "_" || ("0"..."9").contains(scalar)
    }
    return scalar.isWordCharacter
  }

  /// Runs of one script, as Hugging Face's `UnicodeScripts` tells scripts.
  ///
  /// Kana counts as Han; a space and code points without script join what stands before them, and at
  /// the start of a text lie in no run.
  var scripts: [Range<Int>] {
    var starts: [Int] = []
    var last: Script?
    var position = 0
    while position < bytes.count {
      let step = unsafe UTF8Decoding.step(bytes.address, at: position, limit: bytes.count)
      let scalar = Unicode.Scalar(step.scalar) ?? "\u{FFFD}"
      if let script = ScriptRuns.script(of: scalar) {
        if script != last { starts.append(position) }
        last = script
      }
      position += step.length
    }
    return zip(starts, starts.dropFirst() + [bytes.count]).map { $0..<$1 }
  }
}

/// The scripts by which texts are cut.
enum ScriptRuns {
  private static let han = Script(of: "漢")
  private static let kana = [Script(of: "か"), Script(of: "カ")]

  /// The script of a code point to the rule; nil where it joins its neighbor.
  static func script(of scalar: Unicode.Scalar) -> Script? {
    if scalar == " " { return nil }
    if scalar == "\u{30FC}" { return han }
    let script = Script(of: scalar)
    if script.isUnknown { return nil }
    return kana.contains(script) ? han : script
  }
}

extension Unicode.Scalar {
  /// Whether the character is punctuation, or one of the 32 symbols of ASCII.
  fileprivate var isPunctuationOrASCIISymbol: Bool {
    switch value {
    case 0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E: return true
    case 0..<0x80: return false
    default: return isPunctuation
    }
  }
}
