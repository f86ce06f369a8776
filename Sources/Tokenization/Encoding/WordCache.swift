/// What one thread looks words up in: those that it and others met before, with their tokens.
///
/// The words lie in a ``LearnedTable`` that the threads of a ``BatchEncoder`` share, so that each word
/// is merged once. The table grows while it is small, and forgets everything when it is full.
struct WordCache: ~Copyable {
  /// A word ready to be looked up.
  struct Key: BitwiseCopyable {
    /// The first eight bytes, zero above a shorter word.
    var head: UInt64 = 0
    /// The next eight bytes, or the hash of a word of more than 16.
    var tail: UInt64 = 0
    var start = 0
    /// How many bytes it has.
    var count: UInt32 = 0
    /// The place that it is looked for first, in the table that the key was made for.
    var home: UInt32 = 0

    @inline(__always) var range: Range<Int> { start..<start &+ Int(count) }
    /// The length as a slot has it.
    @inline(__always) var length: UInt32 { count <= 16 ? count : LearnedTable.View.longWord }
    @inline(__always) var hash: UInt64 {
      count <= 16 ? WordCache.hash(head, tail, Int(count)) : tail
    }

    /// Whether one of the first eight bytes begins a character of three bytes or more.
    @inline(__always) var beginsWithLongCharacter: Bool {
      head & head &<< 1 & head &<< 2 & 0x8080_8080_8080_8080 != 0
    }

    /// Whether another key of the same text is that of the same word.
    @inline(__always)
    func isSameWord(as other: Key, _ text: ByteView) -> Bool {
      (head ^ other.head) | (tail ^ other.tail) | UInt64(count ^ other.count) == 0
        && (count <= 16 || text[range].isEqual(to: text[other.range]))
    }
  }

  /// Words above this many bytes are not kept.
  static let longestWord = 256

  private let words: LearnedWords
  private var table: LearnedTable
  /// The memory of the table, for loops that would otherwise reach it anew for each word.
  private(set) var view: LearnedTable.View
  private var generation: Int
  /// How many words may be added before the table is asked again.
  private var wordsLeft = 0
  /// What may be filled of the table's list.
  private var unitsLeft = 0..<0

  init(_ words: LearnedWords) {
    self.words = words
    (table, generation) = words.table()
    view = table.view
  }

  /// Goes over to the table of the other threads where there is a new one.
  ///
  /// Places found before are no longer valid then.
  @inline(__always)
  mutating func refresh() {
    if words.generation != generation { use(words.table()) }
  }

  @inline(never)
  private mutating func use(_ next: (LearnedTable, generation: Int)) {
    (table, generation) = next
    view = table.view
    wordsLeft = 0
    unitsLeft = 0..<0
  }

  /// The key of a part of a text, valid until the cache goes over to another table.
  @inline(__always)
  func key(_ text: ByteView, _ range: Range<Int>) -> Key {
    view.key(text, range.lowerBound, range.count)
  }

  /// The hash of a word of at most 16 bytes.
  @inline(__always)
  static func hash(_ head: UInt64, _ tail: UInt64, _ length: Int) -> UInt64 {
    mixed(head ^ hashKey0, tail ^ hashKey1 ^ UInt64(truncatingIfNeeded: length))
  }

  /// The place of a word met before, or -1.
  @inline(__always)
  func find(_ key: Key, _ text: ByteView) -> Int { view.find(key, text) }

  /// How many words are looked up together at most: enough that some of them are new, and few enough
  /// that their slots stay in the nearest cache.
  static let groupSize = 256
  /// How much room the words of a group need.
  static let slack = 4 * (groupSize + 1)

  /// Keeps the tokens of a word, some of a list; nothing where the word is kept already.
  mutating func insert(
    _ key: Key,
    _ text: ByteView,
    _ found: borrowing FlatArray<TokenID>,
    _ range: Range<Int>
  ) {
    let length = Int(key.count)
    if length > Self.longestWord || range.isEmpty { return }
    let isLong = length > 16
    if isLong, view.find(key, text, from: view.home(key.hash)) >= 0 { return }
    let isListed = range.count > (isLong ? 2 : 3)
    let listCount = isListed ? range.count : 0
    let needed = listCount + (isLong ? LearnedTable.View.unitCount(ofWord: length) : 0)
    guard makeRoom(needed) else { return }
    var start = unitsLeft.lowerBound
    unitsLeft = start + needed..<unitsLeft.upperBound
    wordsLeft -= 1
    var tokens = SIMD4<UInt32>()
    if isListed {
      tokens.x = UInt32(truncatingIfNeeded: start)
      tokens.y = UInt32(truncatingIfNeeded: listCount)
      view.write(found, range, at: start)
      start += listCount
    } else {
      for index in 0..<range.count { tokens[index] = found[range.lowerBound + index] }
    }
    if isLong {
      tokens.z = UInt32(truncatingIfNeeded: start)
      view.write(text[key.range], at: start)
    }
    let count = isListed ? LearnedTable.View.listed : range.count
    tokens.w = key.length | UInt32(truncatingIfNeeded: count) << 8
    view.insert(key.head, key.tail, key.hash, tokens)
  }

  /// Makes sure that a word with a list of some numbers can be added; false where it is too long.
  @inline(__always)
  private mutating func makeRoom(_ units: Int) -> Bool {
    if wordsLeft > 0, units <= unitsLeft.count { return true }
    return makeMoreRoom(units)
  }

  @inline(never)
  private mutating func makeMoreRoom(_ units: Int) -> Bool {
    // The second table is a new one.
    for _ in 0..<2 {
      if wordsLeft == 0 { wordsLeft = table.takeWords() }
      if units > unitsLeft.count { unitsLeft = table.takeUnits() }
      if wordsLeft > 0, units <= unitsLeft.count { return true }
      use(words.table(after: table))
    }
    return false
  }
}
