extension RegularExpression {
  /// Compiles a pattern as Oniguruma understands it, the regular expressions of Hugging Face's
  /// `tokenizers`.
  ///
  /// `^` and `$` match at lines, and only a line feed ends one; the word characters, punctuation and
  /// borders of words are Oniguruma's. What means something else to ICU is refused.
  ///
  /// - Throws: ``UnicodeTextError/pattern(_:place:code:)`` with the place of the mistake.
  public convenience init(portable pattern: String) throws(UnicodeTextError) {
    if let (place, what) = Self.difference(in: pattern) {
      throw .pattern(pattern, place: place, code: "\(what) is not supported")
    }
    let translation = PatternTranslation(pattern)
    do {
      try self.init(translation.text)
    } catch .pattern(_, let place, let code) {
      throw .pattern(pattern, place: translation.place(of: place), code: code)
    }
  }

  /// The first thing that Oniguruma and ICU understand differently, with its place, or nil.
  private static func difference(in pattern: String) -> (place: Int, what: String)? {
    var previous: Unicode.Scalar?
    var flags: Int?
    // Whether the last braces held nothing but the numbers of a repetition.
    var isCount = false
    for (place, scalar) in pattern.unicodeScalars.enumerated() {
      if let start = flags {
        switch scalar {
        case "i", "x", "-": continue
        case "m", "s", "d", "u", "w", "a": return (start, "the flag \(scalar)")
        default: flags = nil
        }
      }
      if previous == "\\" {
        if ["h", "H", "K", "R", "X", "g", "y", "Y", "O", "N", "Q"].contains(scalar) {
          return (place, "\\\(scalar)")
        }
        previous = nil
        continue
      }
      if previous == "(", scalar == "?" { flags = place }
      switch scalar {
      case "{": isCount = true
      case "0"..."9", ",", "}": break
      case "+":
        // One repeats what the other makes possessive.
        if isCount, previous == "}" { return (place, "+ after a repetition") }
        isCount = false
      default: isCount = false
      }
      previous = scalar
    }
    return nil
  }
}

/// A pattern of Oniguruma in the words of ICU.
private struct PatternTranslation {
  /// The pattern for ICU.
  private(set) var text = "(?md)"
  /// Up to where in UTF-16 each code point of the original reaches in the text.
  private var ends: [Int] = []

  // Some numbers are letters to `\w` itself and to borders, but not inside of a set.
  private static let letters = #"\w\u00B2\u00B3\u00B9\u00BC-\u00BE"#
  private static let word = #"[[\#(letters)]--[\u200C\u200D]]"#
  private static let noWord = #"[[^\#(letters)]\u200C\u200D]"#
  private static let wordInSet = #"[[\w]--[\u200C\u200D]]"#
  private static let noWordInSet = #"[[^\w]\u200C\u200D]"#
  private static let border = "(?:(?<=\(word))(?!\(word))|(?<!\(word))(?=\(word)))"
  private static let noBorder = "(?:(?<=\(word))(?=\(word))|(?<!\(word))(?!\(word)))"
  private static let classes: [(name: String, set: String)] = [
    ("[:punct:]", #"[\p{P}\p{S}]"#), ("[:^punct:]", #"[^\p{P}\p{S}]"#),
    ("[:xdigit:]", "[0-9A-Fa-f]"), ("[:^xdigit:]", "[^0-9A-Fa-f]"),
    ("[:word:]", wordInSet), ("[:^word:]", noWordInSet),
  ]

  init(_ pattern: String) {
    let scalars = Array(pattern.unicodeScalars)
    var depth = 0
    // Whether a set inside of another one was just closed, or a letter that is one.
    var followsSet = false
    var index = 0
    while index < scalars.count {
      var length = 1
      let new: String
      switch scalars[index] {
      case "\\" where index + 1 < scalars.count:
        length = 2
        new = Self.escape(scalars[index + 1], isInSet: depth > 0)
      case "[":
        if depth > 0,
          let (name, set) = Self.classes.first(where: { (name, _) in
            scalars[index...].starts(with: name.unicodeScalars)
          })
        {
          length = name.unicodeScalars.count
          new = set
        } else {
          depth += 1
          new = "["
        }
      case "]":
        depth = max(0, depth - 1)
        new = "]"
      case "-" where depth > 0 && followsSet:
        // After a set no range can begin; to ICU, two of them take the next set away.
        new = "\\-"
      case let scalar: new = String(scalar)
      }
      followsSet = new.hasSuffix("]") && new != "\\]"
      text += new
      ends += Array(repeating: text.utf16.count, count: length)
      index += length
    }
  }

  private static func escape(_ scalar: Unicode.Scalar, isInSet: Bool) -> String {
    switch scalar {
    case "w": isInSet ? wordInSet : word
    case "W": isInSet ? noWordInSet : noWord
    case "b" where !isInSet: border
    case "B" where !isInSet: noBorder
    case "v": "\\x0B"
    // ICU steps through a repeated set without remembering each character, but not through these.
    case "s", "S", "d", "D":
      isInSet ? "\\" + String(scalar) : "[\\" + String(scalar) + "]"
    default: "\\" + String(scalar)
    }
  }

  /// The place in the original of a place in the text.
  func place(of place: Int) -> Int {
    ends.firstIndex { $0 >= place }.map { $0 + 1 } ?? ends.count
  }
}
