/// The words of one language while merges chosen for all languages are carried out in them.
///
/// Unlike ``MergeLearner`` it is told which pair to merge. It keeps the counts of its pairs up to date
/// and knows its most frequent one.
final class LanguageWords {
  /// How many tokens the counted words have now, repeats included.
  private(set) var tokenCount: Int64 = 0

  /// The tokens of all words, one word after the other; a word shortens in place.
  private var tokens: [TokenID] = []
  private var starts: [Int] = []
  private var lengths: [Int32] = []
  private var counts: [Int64] = []

  private struct Pair {
    var count: Int64 = 0
    /// The words that have, or had, the pair; each once in a row.
    var words: [UInt32] = []
  }

  private var pairs: [PairKey: Pair] = [:]
  private var queue = MergeQueue(capacity: 1 << 10)
  private let choosesPairs: Bool

  /// Prepares the words of a language.
  ///
  /// - Parameter choosesPairs: Whether ``mostFrequentPair(atLeast:)`` will be asked for.
  init(choosesPairs: Bool) {
    self.choosesPairs = choosesPairs
  }

  /// Adds a word.
  func append(_ word: [TokenID], count: UInt64) throws(TokenizationError) {
    guard starts.count < Int(UInt32.max), word.count < Int(Int32.max) else {
      throw .corpusTooLarge(what: "distinct words")
    }
    tokenCount += Int64(word.count) * Int64(count)
    if word.count < 2 { return }
    starts.append(tokens.count)
    lengths.append(Int32(word.count))
    counts.append(Int64(count))
    tokens += word
  }

  /// Counts the pairs once all words are there.
  func countPairs() {
    for index in starts.indices {
      let start = starts[index]
      for place in start..<start + Int(lengths[index]) - 1 {
        gain(pairKey(tokens[place], tokens[place + 1]), counts[index], UInt32(index))
      }
    }
    for (key, pair) in pairs where choosesPairs {
      queue.push(MergeQueue.Entry(count: pair.count, key: key))
    }
  }

  /// How often a pair occurs now.
  func count(of pair: PairKey) -> Int64 { pairs[pair]?.count ?? 0 }

  /// All pairs with their counts, in any order.
  func forEachPair(_ body: (PairKey, Int64) -> Void) {
    for (key, pair) in pairs { body(key, pair.count) }
  }

  /// The most frequent pair; of equally frequent ones the one with the smaller (left id, right id).
  ///
  /// It stays the most frequent until it is merged.
  func mostFrequentPair(atLeast minimum: Int64) -> PairKey? {
    while let first = queue.first {
      let count = self.count(of: first.key)
      if count == first.count {
        return count >= minimum ? first.key : nil
      }
      // Out of date: one that lost occurrences goes back to its place, one that gained some has a
      // younger entry.
      if count > 0, count < first.count {
        queue.replaceFirst(with: MergeQueue.Entry(count: count, key: first.key))
      } else {
        queue.removeFirst()
      }
    }
    return nil
  }

  private func gain(_ key: PairKey, _ count: Int64, _ word: UInt32) {
    pairs[key, default: Pair()].count += count
    if pairs[key]?.words.last != word { pairs[key]?.words.append(word) }
  }

  /// Replaces a pair everywhere, from left to right.
  ///
  /// - Parameters:
  ///   - pair: The pair.
  ///   - new: The token it becomes.
  ///   - isAllowed: Whether a pair may be merged later, which pairs that would be too long may not.
  ///   - changed: Told each pair whose count changed, once or more often.
  func merge(
    _ pair: PairKey,
    into new: TokenID,
    isAllowed: (PairKey) -> Bool,
    changed: (PairKey) -> Void
  ) {
    guard let merged = pairs.removeValue(forKey: pair) else { return }
    let left = TokenID(truncatingIfNeeded: pair >> 32)
    let right = TokenID(truncatingIfNeeded: pair)
    var gained: Set<PairKey> = []
    var previousWord: UInt32?
    for word in merged.words where word != previousWord {
      previousWord = word
      replace(left, right, new, in: word, isAllowed, &gained, changed)
    }
    pairs.removeValue(forKey: pair)
    for key in gained {
      changed(key)
      let count = self.count(of: key)
      if choosesPairs, count > 0 { queue.push(MergeQueue.Entry(count: count, key: key)) }
    }
  }

  private func replace(
    _ left: TokenID,
    _ right: TokenID,
    _ new: TokenID,
    in word: UInt32,
    _ isAllowed: (PairKey) -> Bool,
    _ gained: inout Set<PairKey>,
    _ changed: (PairKey) -> Void
  ) {
    let start = starts[Int(word)]
    let end = start + Int(lengths[Int(word)])
    let count = counts[Int(word)]
    var write = start
    var read = start
    while read < end {
      guard read + 1 < end, tokens[read] == left, tokens[read + 1] == right else {
        tokens[write] = tokens[read]
        write += 1
        read += 1
        continue
      }
      if write > start {
        let before = tokens[write - 1]
        lose(pairKey(before, left), count, changed)
        let key = pairKey(before, new)
        if isAllowed(key) {
          gain(key, count, word)
          gained.insert(key)
        }
      }
      if read + 2 < end {
        let after = tokens[read + 2]
        lose(pairKey(right, after), count, changed)
        let key = pairKey(new, after)
        if isAllowed(key) {
          gain(key, count, word)
          gained.insert(key)
        }
      }
      tokens[write] = new
      write += 1
      read += 2
      tokenCount -= count
    }
    lengths[Int(word)] = Int32(write - start)
  }

  private func lose(_ key: PairKey, _ count: Int64, _ changed: (PairKey) -> Void) {
    guard pairs[key] != nil else { return }
    pairs[key]?.count -= count
    changed(key)
  }
}
