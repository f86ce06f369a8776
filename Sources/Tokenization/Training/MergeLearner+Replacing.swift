/// How a merge goes through the words, and what it notes of the tokens beside the pair.
extension MergeLearner {
  /// The neighbor of an event that is the merged token itself.
  static let twinEvent = UInt32.max

  /// Replaces the pair in one word, from left to right, and notes what its neighbors gain and lose.
  @inline(__always)
  mutating func replace(
    _ a: TokenID,
    _ b: TokenID,
    by new: TokenID,
    inWordAt word: UInt32
  ) {
    let place = Int(word)
    let first = place + 2
    var read = first
    // The first occurrence; a word that lost its pair since it was listed has none.
    while true {
      let token = words.values[read]
      if token == WordList.end { return }
      if token == a, words.values[read + 1] == b { break }
      read += 1
    }
    let count = words.wordCount(at: place)
    var write = read
    var previous = read > first ? words.values[read - 1] : WordList.end
    var previousIsNew = false
    while true {
      // An occurrence at `read`.
      let next = words.values[read + 2]
      if previousIsNew {
        twin.count += count
        if twin.lastWord != word {
          twin.lastWord = word
          twin.place += 1
          events.append(NeighborEvent(neighbor: Self.twinEvent, word: word))
        }
      } else if previous != WordList.end {
        note(previous, count, word)
      }
      if next != WordList.end { noteRight(next, count, word) }
      words.values[write] = new
      write += 1
      read += 2
      previousIsNew = true
      // What stays, up to the next occurrence.
      while true {
        let token = words.values[read]
        if token == WordList.end {
          words.values[write] = WordList.end
          return
        }
        if token == a, words.values[read + 1] == b { break }
        words.values[write] = token
        write += 1
        read += 1
        previous = token
        previousIsNew = false
      }
    }
  }

  @inline(__always)
  private mutating func note(_ token: TokenID, _ count: Int64, _ word: UInt32) {
    let index = Int(token)
    if left[index].place == 0 { leftTouched.append(token) }
    left[index].count += count
    if left[index].lastWord != word {
      left[index].lastWord = word
      left[index].place += 1
      events.append(NeighborEvent(neighbor: token << 1, word: word))
    }
  }

  @inline(__always)
  private mutating func noteRight(_ token: TokenID, _ count: Int64, _ word: UInt32) {
    let index = Int(token)
    if right[index].place == 0 { rightTouched.append(token) }
    right[index].count += count
    if right[index].lastWord != word {
      right[index].lastWord = word
      right[index].place += 1
      events.append(NeighborEvent(neighbor: token << 1 | 1, word: word))
    }
  }
}

/// What one neighbor of the merged pair gains and loses in a step.
struct Neighbor: BitwiseCopyable {
  var count: Int64 = 0
  /// The word seen last, so that each is listed once.
  var lastWord = UInt32.max
  /// How many words are listed; later, where the next of them goes.
  var place: UInt32 = 0
}

/// A word in which the merged pair has a neighbor; bit 0 of the neighbor is 1 for right ones.
struct NeighborEvent: BitwiseCopyable {
  let neighbor: UInt32
  let word: UInt32
}
