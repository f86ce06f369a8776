/// The tokens of a text and where they come from.
public struct Encoding: Sendable, Equatable {
  /// The numbers of the tokens.
  public var ids: [TokenID]
  /// The bytes of the original text that each token stands for.
  ///
  /// A token can cover part of a character, and where a normalizer replaced bytes, several tokens
  /// can share the bytes they come from.
  public var offsets: [Range<Int>]

  /// Creates an encoding.
  public init(ids: [TokenID], offsets: [Range<Int>]) {
    self.ids = ids
    self.offsets = offsets
  }

  /// The offsets in code points of the text, as Hugging Face's `tokenizers` gives them.
  ///
  /// A token that covers part of a character has the whole character.
  public func codePointOffsets(in text: RawSpan) -> [Range<Int>] {
    text.withByteView { text in
      // The number of code points that begin before each of the offsets, which mostly ascend.
      var counter = CodePointCounter(text)
      return offsets.map { range in
        // Tokens of a suffix in bytes can reach beyond the text, where `tokenizers` guesses.
        if range.upperBound > text.count {
          if range.lowerBound >= text.count { return range }
          let lower = counter.count(before: range.lowerBound, roundedUp: false)
          return lower..<lower + 2
        }
        let lower = counter.count(before: range.lowerBound, roundedUp: false)
        let upper = counter.count(before: range.upperBound, roundedUp: true)
        return lower..<max(lower, upper)
      }
    }
  }
}

/// Counts code points up to ascending places of a text.
private struct CodePointCounter {
  let text: ByteView
  /// The position up to which was counted, and the code points that begin before it.
  var position = 0
  var begun = 0
  /// The code points that begin before each multiple of ``stride`` that was reached.
  var marks = [0]

  static let stride = 1024

  init(_ text: ByteView) {
    self.text = text
  }

  /// The number of the code point a place lies in; with `roundedUp`, of the next one where the place
  /// lies inside.
  mutating func count(before place: Int, roundedUp: Bool) -> Int {
    // Tokens of one character share its place, a few bytes back; those of suffixes can be anywhere.
    if abs(place - position) > Self.stride {
      let mark = min(place / Self.stride, marks.count - 1)
      if mark * Self.stride > position || place < position {
        position = mark * Self.stride
        begun = marks[mark]
      }
    }
    while position > place {
      position -= 1
      if isStart(position) { begun -= 1 }
    }
    while position < place {
      if isStart(position) { begun += 1 }
      position += 1
      if position == marks.count * Self.stride { marks.append(begun) }
    }
    // Code points begun before the place; inside of one, it counts among them.
    if roundedUp || place == text.count || isStart(place) { return begun }
    return begun - 1
  }

  private func isStart(_ position: Int) -> Bool {
    text[position] & 0xC0 != 0x80
  }
}
