import UnicodeText

/// A text with the classes of its characters: what the scanners of ``SplitPattern`` look at.
///
/// Ill-formed bytes count as symbols, one for each maximal ill-formed part, so that they stay
/// where they are and never join a word.
struct ScannedText {
  let bytes: ByteView
  private let byteClasses: ByteClasses
  private let classes = CharacterClassTable.shared
  private let letterBits = LetterBits.letter
  private let headBits = LetterBits.head
  private let tailBits = LetterBits.tail

  init(_ bytes: ByteView) {
    self.bytes = bytes
    byteClasses = .shared
  }

  @inline(__always) var limit: Int { bytes.count }

  /// A character: its class and the position after it.
  typealias Character = (kind: CharacterClass, end: Int)

  /// The character at a position below the limit.
  @inline(__always)
  func character(at position: Int) -> Character {
    let byte = bytes[position]
    if byte < 0x80 { return (byteClasses[byte], position + 1) }
    return longCharacter(at: position)
  }

  /// Whether a byte is a space, an ASCII letter or a byte of a longer character.
  @inline(__always)
  func mayBeginWord(_ byte: UInt8) -> Bool { byteClasses.mayBeginWord(byte) }

  /// The character at a position that begins with a byte above 0x7F.
  @inline(never)
  private func longCharacter(at position: Int) -> Character {
    // Two and three bytes: nearly all there are.
    let lead = bytes[position]
    if lead < 0xE0, lead >= 0xC2, position + 1 < limit {
      let second = bytes[position + 1] ^ 0x80
      if second < 0x40 {
        return (classes[upper: Int(lead & 0x1F), lower: Int(second)], position + 2)
      }
    } else if lead >= 0xE0, lead < 0xF0, position + 2 < limit {
      let second = bytes[position + 1] ^ 0x80
      let third = bytes[position + 2] ^ 0x80
      let upper = Int(lead & 0x0F) << 6 | Int(second)
      // Shorter characters spelled longer, and surrogates, are none.
      if second | third < 0x40, upper >= 0x20, upper >> 5 != 0x1B {
        return (classes[upper: upper, lower: Int(third)], position + 3)
      }
    }
    let step = unsafe UTF8Decoding.step(bytes.address, at: position, limit: bytes.count)
    return (classes[step.scalar], position + step.length)
  }

  /// The end of the run of letters, of capitals or of small letters that `letters` names.
  @inline(__always)
  func end(ofLetters letters: LetterRun, from start: Int) -> Int {
    let bits = letterBits(letters)
    var position = start
    while position &+ 8 <= limit {
      let word = bytes.word(at: position)
      if word & 0x80 == 0 {
        // Eight bytes at once, of which those that are no ASCII letters are marked.
        let others = letters.others(in: word)
        if others == 0 {
          position &+= 8
          continue
        }
        let length = others.trailingZeroBitCount &>> 3
        position &+= length
        if word &>> UInt64(length &<< 3) & 0x80 == 0 { return position }
      } else if UpperBits.areOfTwo(word) {
        if UpperBits.areFourOfTwo(word), bits.hasFourOfTwo(word) {
          position &+= 8
          continue
        }
        if !bits.hasTwo(word) { return position }
        position &+= 2
      } else if UpperBits.areOfThree(word) {
        if UpperBits.areTwoOfThree(word), bits.hasThree(word), bits.hasThree(word &>> 24) {
          position &+= 6
          continue
        }
        if !bits.hasThree(word) { return position }
        position &+= 3
      } else {
        let character = longCharacter(at: position)
        if !letters.contains(character.kind) { return position }
        position = character.end
      }
    }
    return lastEnd(ofLetters: letters, from: position)
  }

  /// The end of a run of letters whose last characters are near the end of the text.
  @inline(never)
  private func lastEnd(ofLetters letters: LetterRun, from start: Int) -> Int {
    var position = start
    while position < limit {
      let character = character(at: position)
      if !letters.contains(character.kind) { return position }
      position = character.end
    }
    return position
  }

  @inline(__always)
  private func letterBits(_ letters: LetterRun) -> LetterBits {
    switch letters {
    case .letter: letterBits
    case .head: headBits
    case .tail: tailBits
    }
  }

  /// The end of the run of characters that have any of some classes.
  @inline(__always)
  func end(ofRun kind: CharacterClass, from start: Int) -> Int {
    var position = start
    while position < limit {
      let character = character(at: position)
      if character.kind.isDisjoint(with: kind) { break }
      position = character.end
    }
    return position
  }

  /// The end of the run of characters that have none of some classes.
  @inline(__always)
  func end(ofRunWithout kind: CharacterClass, from start: Int) -> Int {
    var position = start
    while position < limit {
      let character = character(at: position)
      if !character.kind.isDisjoint(with: kind) { break }
      position = character.end
    }
    return position
  }

  /// The end of at most `count` number characters.
  @inline(__always)
  func end(ofNumbers count: Int, from start: Int) -> Int {
    var position = start
    var rest = count
    while position < limit, rest > 0 {
      let character = character(at: position)
      if !character.kind.contains(.number) { break }
      position = character.end
      rest -= 1
    }
    return position
  }

  /// The end of a contraction (`'s`, `'LL`, …) at a position, or nil.
  ///
  /// Where case does not count, the long s U+017F is an s, as case folding says.
  @inline(__always)
  func end(ofContractionAt position: Int, anyCase: Bool) -> Int? {
    guard position + 1 < limit, bytes[position] == UInt8(ascii: "'") else { return nil }
    let fold: UInt8 = anyCase ? 0x20 : 0
    let first = bytes[position + 1] | fold
    switch first {
    case UInt8(ascii: "s"), UInt8(ascii: "t"), UInt8(ascii: "m"), UInt8(ascii: "d"):
      return position + 2
    default: break
    }
    guard position + 2 < limit else { return nil }
    let second = bytes[position + 2]
    if anyCase, bytes[position + 1] == 0xC5, second == 0xBF { return position + 3 }
    switch (first, second | fold) {
    case (UInt8(ascii: "r"), UInt8(ascii: "e")), (UInt8(ascii: "v"), UInt8(ascii: "e")),
      (UInt8(ascii: "l"), UInt8(ascii: "l")):
      return position + 3
    default: return nil
    }
  }

  /// The end of a piece of white space, `\s*[\r\n]+|\s+(?!\S)|\s+` or without its first part.
  ///
  /// A run before a visible character leaves its last space to that character's piece.
  @inline(__always)
  func end(ofWhitespaceFrom start: Int, linesApart: Bool) -> Int {
    var position = start
    var last = start
    var afterNewline = -1
    while position < limit {
      let character = character(at: position)
      if !character.kind.contains(.whitespace) { break }
      last = position
      position = character.end
      if linesApart, character.kind.contains(.newline) { afterNewline = position }
    }
    if afterNewline >= 0 { return afterNewline }
    if position == limit || last == start { return position }
    return last
  }
}

/// A kind of letters that words are runs of.
enum LetterRun {
  /// All letters.
  case letter
  /// ``CharacterClass/head``.
  case head
  /// ``CharacterClass/tail``.
  case tail

  @inline(__always)
  func contains(_ kind: CharacterClass) -> Bool {
    switch self {
    case .letter: kind.contains(.letter)
    case .head: kind.contains(.head)
    case .tail: kind.contains(.tail)
    }
  }

  /// The upper bit of each of eight bytes that is no ASCII letter of the kind.
  @inline(__always)
  func others(in word: UInt64) -> UInt64 {
    let ones: UInt64 = 0x0101_0101_0101_0101
    var low = word & (0x7F &* ones)
    var first: UInt64 = 0x61
    switch self {
    case .letter: low |= 0x20 &* ones
    case .head: first = 0x41
    case .tail: break
    }
    // The upper bit of each sum says whether the byte reaches the first letter, and goes beyond the
    // last.
    let reaches = low &+ (0x80 &- first) &* ones
    let exceeds = low &+ (0x80 &- first &- 26) &* ones
    return (~(reaches & ~exceeds) | word) & (0x80 &* ones)
  }
}

/// The classes of the 128 ASCII characters, and what a word may begin with, in six cache lines.
@safe struct ByteClasses: Sendable {
  static let shared = ByteClasses()

  // subtle: written only by the initializer, never freed, as the one value lives with the process.
  private nonisolated(unsafe) let classes: UnsafePointer<UInt8>
  /// For each of the 256 bytes behind the classes, whether a word may begin with it.
  private static let beginnings = 128

  private init() {
    let memory = UnsafeMutablePointer<UInt8>.allocate(capacity: Self.beginnings + 256)
    for byte in 0..<256 {
      var mayBegin = byte >= 0x80 || byte == 0x20
      if byte < 0x80 {
        let kind = CharacterClassTable.shared[UInt32(byte)]
        unsafe memory[byte] = kind.rawValue
        mayBegin = mayBegin || kind.contains(.letter)
      }
      unsafe memory[Self.beginnings + byte] = mayBegin ? 1 : 0
    }
    unsafe classes = UnsafePointer(memory)
  }

  @inline(__always)
  subscript(_ byte: UInt8) -> CharacterClass {
    assert(byte < 0x80, "byte \(byte) is no ASCII")
    return CharacterClass(rawValue: unsafe classes[Int(byte)])
  }

  /// Whether a byte is a space, an ASCII letter or a byte of a longer character.
  @inline(__always)
  func mayBeginWord(_ byte: UInt8) -> Bool { unsafe classes[Self.beginnings &+ Int(byte)] != 0 }
}
