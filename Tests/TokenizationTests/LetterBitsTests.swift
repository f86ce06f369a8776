import Randomness
import Testing
import UnicodeText

@testable import Tokenization

/// The letters by their bytes against the classes of the characters.
@Suite struct LetterBitsTests {
  private func word(_ bytes: [UInt8]) -> UInt64 {
    bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }

  @Test func charactersOfTwoAndThreeBytesAreThoseOfTheirClass() {
    // Collected, as so many expectations would take half a minute.
    var wrong: [UInt32] = []
    for value in UInt32(0x80)..<0x1_0000 {
      guard let scalar = Unicode.Scalar(value) else { continue }
      let bytes = Array(String(scalar).utf8)
      // What follows does not count.
      let word = word(bytes + [0xFF, 0x41])
      let kind = CharacterClassTable.shared[value]
      let isTwo = bytes.count == 2
      if UpperBits.areOfTwo(word) != isTwo || UpperBits.areOfThree(word) == isTwo {
        wrong.append(value)
      }
      for (bits, run) in [
        (LetterBits.letter, LetterRun.letter), (LetterBits.head, .head), (LetterBits.tail, .tail),
      ] {
        let isLetter = isTwo ? bits.hasTwo(word) : bits.hasThree(word)
        if isLetter != run.contains(kind) { wrong.append(value) }
      }
    }
    #expect(wrong.isEmpty)
  }

  /// Shorter characters spelled longer, and halves of surrogate pairs.
  @Test func illFormedBytesAreNoLetters() {
    for lead in UInt8(0xC0)..<0xC2 {
      for second in UInt8(0x80)..<0xC0 { #expect(!LetterBits.letter.hasTwo(word([lead, second]))) }
    }
    for third in UInt8(0x80)..<0xC0 {
      for second in UInt8(0x80)..<0xA0 {
        #expect(!LetterBits.letter.hasThree(word([0xE0, second, third])))
      }
      for second in UInt8(0xA0)..<0xC0 {
        #expect(!LetterBits.letter.hasThree(word([0xED, second, third])))
      }
    }
  }

  @Test func runsEndWhereAWalkByCharacterEnds() {
    let alphabet = Array("abZ éяЖß中かก🙂𠀀'1\u{301}ა").map { Array(String($0).utf8) }
    var random = Seed(4).stream("texts")
    var wrong: [[UInt8]] = []
    for _ in 0..<3000 {
      var text = (0..<1 + random.below(20)).flatMap { _ in alphabet[random.below(alphabet.count)] }
      if random.below(2) == 0 { text.remove(at: random.below(text.count)) }
      text.withByteView { view in
        let scanned = ScannedText(view)
        for run in [LetterRun.letter, .head, .tail] {
          for start in 0..<view.count {
            var end = start
            while end < view.count {
              let character = scanned.character(at: end)
              if !run.contains(character.kind) { break }
              end = character.end
            }
            if scanned.end(ofLetters: run, from: start) != end { wrong.append(text) }
          }
        }
      }
    }
    #expect(wrong.isEmpty)
  }
}
