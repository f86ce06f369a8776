/// Finds one text in a JSON object that comes in parts, in memory that does not grow with it.
///
/// It finds and refuses what ``JSONRecord`` does in the whole line, and takes the text without its
/// escapes apart as it comes. Of several things that are wrong it names the first.
struct JSONRecordStream {
  /// What is read next.
  private enum Place {
    case object, keyOrEnd, key, colon, valueOrEnd, value, word, comma, end
    /// Inside of quotation marks: a key that may be the wanted one, the text, anything else.
    case name, text, other
  }

  /// What is read next inside of quotation marks.
  private enum Escape {
    case none
    /// The letter behind a backslash.
    case letter
    /// Hexadecimal digits, of the second half of a pair where there is a first.
    case digits(count: Int, value: UInt32, first: UInt32?)
    /// The backslash and the letter of a second half.
    case secondBackslash(first: UInt32)
    case secondLetter(first: UInt32)
  }

  private static let deepest = 128

  private let field: [UInt8]
  private var place = Place.object
  private var escape = Escape.none
  /// What follows the text in quotation marks.
  private var placeBehind = Place.comma
  /// Of each object and list that is open, whether it is a list.
  private var open: [Bool] = []
  /// How many bytes were read.
  private var position = 0
  /// Where the text in quotation marks, and the digits of an escape, begin.
  private var textStart = 0
  private var digitsStart = 0
  /// A key, as far as it can be the wanted one.
  private var name: [UInt8] = []
  /// Whether the value of the wanted key comes next, and whether it came.
  private var isWanted = false
  private var isFound = false

  init(field: [UInt8]) {
    self.field = field
  }

  /// What the next bytes of the line hold of the text, in UTF-8.
  mutating func next(_ bytes: [UInt8]) throws(JSONRecord.Fault) -> [UInt8] {
    var text: [UInt8] = []
    text.reserveCapacity(bytes.count)
    var index = 0
    while index < bytes.count {
      if case .none = escape, place == .text || place == .other {
        // Most of a long line are runs of what stands for itself.
        let start = index
        while index < bytes.count, isPlainInJSON(bytes[index]) { index += 1 }
        if place == .text { text += bytes[start..<index] }
        position += index - start
        if index == bytes.count { break }
      }
      try read(bytes[index], &text)
      index += 1
      position += 1
    }
    return text
  }

  /// Checks that the line may end here.
  func finish() throws(JSONRecord.Fault) {
    switch place {
    case .object: break
    case .end: if !isFound { throw Fault(offset: 0, problem: "the object has no \(wantedName)") }
    case .name, .text, .other:
      throw Fault(offset: min(textStart, position - 1), problem: "the line ends inside a text")
    case .keyOrEnd, .key, .colon, .valueOrEnd, .value, .word, .comma:
      throw Fault(offset: position - 1, problem: missing)
    }
  }

  private typealias Fault = JSONRecord.Fault

  private var wantedName: String { "\"\(String(decoding: field, as: UTF8.self))\"" }

  /// What is wrong where something else comes than what is read next, or nothing.
  private var missing: String {
    switch place {
    case .object: "it is no JSON object"
    case .keyOrEnd, .key: "a text in quotation marks is missing"
    case .colon: "a colon is missing"
    case .value where isWanted: "the value of \(wantedName) is no text"
    case .valueOrEnd, .value: "a value is missing"
    case .word, .comma, .name, .text, .other: "the line ends inside a value"
    case .end: "something follows the object"
    }
  }

  private mutating func read(_ byte: UInt8, _ text: inout [UInt8]) throws(JSONRecord.Fault) {
    switch place {
    case .name, .text, .other: try readText(byte, &text)
    case .word where isWordOfJSON(byte): break
    default:
      if place == .word { place = .comma }
      if byte == 0x20 || byte == 0x09 || byte == 0x0D || byte == 0x0A { return }
      try readSign(byte)
    }
  }

  // MARK: - Between texts

  private mutating func readSign(_ byte: UInt8) throws(JSONRecord.Fault) {
    switch (place, byte) {
    case (.object, UInt8(ascii: "{")): begin(isList: false)
    case (.keyOrEnd, UInt8(ascii: "}")), (.valueOrEnd, UInt8(ascii: "]")): end()
    case (.keyOrEnd, UInt8(ascii: "\"")), (.key, UInt8(ascii: "\"")):
      name.removeAll(keepingCapacity: true)
      beginText(open.count == 1 && !isFound ? .name : .other, before: .colon)
    case (.colon, UInt8(ascii: ":")): place = .value
    case (.value, UInt8(ascii: "\"")) where isWanted:
      (isWanted, isFound) = (false, true)
      beginText(.text, before: .comma)
    case (.value, _) where !isWanted, (.valueOrEnd, _): try beginValue(byte)
    case (.comma, UInt8(ascii: ",")): place = open.last == true ? .value : .key
    case (.comma, UInt8(ascii: "]")) where open.last == true,
      (.comma, UInt8(ascii: "}")) where open.last == false:
      end()
    case (.comma, _): throw Fault(offset: position, problem: "a comma is missing")
    default: throw Fault(offset: position, problem: missing)
    }
  }

  private mutating func beginValue(_ byte: UInt8) throws(JSONRecord.Fault) {
    guard open.count < Self.deepest else {
      throw Fault(offset: position, problem: "values are nested too deep")
    }
    switch byte {
    case UInt8(ascii: "{"): begin(isList: false)
    case UInt8(ascii: "["): begin(isList: true)
    case UInt8(ascii: "\""): beginText(.other, before: .comma)
    default:
      if !isWordOfJSON(byte) { throw Fault(offset: position, problem: missing) }
      place = .word
    }
  }

  private mutating func begin(isList: Bool) {
    open.append(isList)
    place = isList ? .valueOrEnd : .keyOrEnd
  }

  private mutating func end() {
    open.removeLast()
    place = open.isEmpty ? .end : .comma
  }

  private mutating func beginText(_ kind: Place, before next: Place) {
    (place, placeBehind, textStart) = (kind, next, position + 1)
  }

  // MARK: - Inside of texts

  private mutating func readText(_ byte: UInt8, _ text: inout [UInt8]) throws(JSONRecord.Fault) {
    switch escape {
    case .none:
      if byte == UInt8(ascii: "\"") {
        if place == .name { isWanted = name == field }
        place = placeBehind
      } else if byte == UInt8(ascii: "\\") {
        escape = .letter
      } else if byte < 0x20 {
        throw Fault(offset: position, problem: "a control character stands in a text")
      } else {
        take(byte, &text)
      }
    case .letter:
      escape = .none
      // What is not looked at may have any escapes.
      if place == .other { return }
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): take(byte, &text)
      case UInt8(ascii: "b"): take(0x08, &text)
      case UInt8(ascii: "f"): take(0x0C, &text)
      case UInt8(ascii: "n"): take(0x0A, &text)
      case UInt8(ascii: "r"): take(0x0D, &text)
      case UInt8(ascii: "t"): take(0x09, &text)
      case UInt8(ascii: "u"):
        escape = .digits(count: 0, value: 0, first: nil)
        digitsStart = position + 1
      default:
        throw Fault(offset: position, problem: "a backslash stands before a wrong letter")
      }
    case .secondBackslash(let first):
      if byte != UInt8(ascii: "\\") { throw halfPair }
      escape = .secondLetter(first: first)
    case .secondLetter(let first):
      if byte != UInt8(ascii: "u") { throw halfPair }
      escape = .digits(count: 0, value: 0, first: first)
    case .digits(let count, let value, let first):
      guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
        throw Fault(offset: position, problem: "four hexadecimal digits are missing")
      }
      let value = value << 4 | UInt32(digit)
      if count < 3 {
        escape = .digits(count: count + 1, value: value, first: first)
      } else {
        try endDigits(value, first, &text)
      }
    }
  }

  private mutating func endDigits(
    _ value: UInt32,
    _ first: UInt32?,
    _ text: inout [UInt8]
  ) throws(JSONRecord.Fault) {
    escape = .none
    let scalar: Unicode.Scalar?
    if let first {
      let isSecond = (0xDC00..<0xE000).contains(value)
      scalar =
        isSecond ? Unicode.Scalar(0x1_0000 &+ (first - 0xD800) << 10 &+ value &- 0xDC00) : nil
    } else {
      scalar = Unicode.Scalar(value)
      if scalar == nil, value < 0xDC00 {
        escape = .secondBackslash(first: value)
        return
      }
    }
    guard let scalar else { throw halfPair }
    for byte in String(scalar).utf8 { take(byte, &text) }
  }

  private var halfPair: Fault {
    Fault(offset: digitsStart, problem: "half a surrogate pair stands alone")
  }

  private mutating func take(_ byte: UInt8, _ text: inout [UInt8]) {
    switch place {
    case .text: text.append(byte)
    case .name: if name.count <= field.count { name.append(byte) }
    default: break
    }
  }
}

/// Whether a byte of a text in quotation marks stands for itself.
private func isPlainInJSON(_ byte: UInt8) -> Bool {
  byte >= 0x20 && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
}
