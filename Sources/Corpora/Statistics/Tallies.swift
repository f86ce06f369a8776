import RealModule

/// How often each code point occurs, in pages of 256 that exist only where something was counted.
struct CodePointTally: Sendable {
  private var pages = [UInt16](repeating: 0, count: 0x1100)
  private var counts = [UInt64](repeating: 0, count: 256)

  /// Counts a code point once; numbers above U+10FFFF are an error of the program.
  @inline(__always)
  mutating func add(_ scalar: UInt32, times: UInt64 = 1) {
    let place = Int(scalar >> 8)
    if pages[place] == 0 {
      pages[place] = UInt16(counts.count >> 8)
      counts.append(contentsOf: repeatElement(0, count: 256))
    }
    counts[Int(pages[place]) << 8 | Int(scalar & 255)] += times
  }

  /// Adds what another tally counted.
  mutating func add(_ other: CodePointTally) {
    other.forEach { add($0.value, times: $1) }
  }

  /// Visits the code points that occur, ascending.
  func forEach(_ body: (Unicode.Scalar, UInt64) -> Void) {
    for (place, page) in pages.enumerated() where page != 0 {
      for offset in 0..<256 {
        let count = counts[Int(page) << 8 | offset]
        if count > 0, let scalar = Unicode.Scalar(UInt32(place << 8 | offset)) {
          body(scalar, count)
        }
      }
    }
  }
}

/// How often each word occurs, 16 to 43 bytes for each distinct one.
struct WordTally: Sendable {
  /// Beyond this many distinct words, new ones are no longer told apart.
  static let limit = 1 << 26

  private var words = [UInt64](repeating: 0, count: 1024)
  private var counts = [UInt64](repeating: 0, count: 1024)
  /// How many distinct words there are.
  private(set) var distinct = 0
  /// Words that found no room.
  private(set) var uncounted: UInt64 = 0

  /// Counts a word by its digest.
  mutating func add(_ word: UInt64, times: UInt64 = 1) {
    // Zero marks an empty place.
    let word = max(word, 1)
    let mask = words.count - 1
    var slot = Int(truncatingIfNeeded: word) & mask
    while words[slot] != 0 {
      if words[slot] == word {
        counts[slot] += times
        return
      }
      slot = (slot + 1) & mask
    }
    if distinct >= Self.limit {
      uncounted += times
      return
    }
    words[slot] = word
    counts[slot] = times
    distinct += 1
    if distinct * 4 > words.count * 3 { grow() }
  }

  /// Adds what another tally counted.
  mutating func add(_ other: WordTally) {
    for slot in other.words.indices where other.words[slot] != 0 {
      add(other.words[slot], times: other.counts[slot])
    }
    uncounted += other.uncounted
  }

  /// The entropy in bits a word; nil where there was no room for all words.
  var entropy: Double? {
    uncounted == 0 ? entropyBits(counts.filter { $0 > 0 }.sorted()) : nil
  }

  private mutating func grow() {
    let old = (words, counts)
    words = [UInt64](repeating: 0, count: old.0.count * 2)
    counts = words
    let mask = words.count - 1
    for index in old.0.indices where old.0[index] != 0 {
      var slot = Int(truncatingIfNeeded: old.0[index]) & mask
      while words[slot] != 0 { slot = (slot + 1) & mask }
      words[slot] = old.0[index]
      counts[slot] = old.1[index]
    }
  }
}

/// The entropy of a distribution given by counts, in bits: −Σ p log₂ p.
///
/// The sum runs in the order of the counts: sorted ones give the same digits everywhere.
func entropyBits(_ counts: [UInt64]) -> Double {
  let total = Double(counts.reduce(0, +))
  guard total > 0 else { return 0 }
  var sum = 0.0
  for count in counts where count > 0 { sum += Double(count) * Double.log2(Double(count)) }
  return max(0, Double.log2(total) - sum / total)
}
