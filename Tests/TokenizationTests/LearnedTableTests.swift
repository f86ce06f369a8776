import Randomness
import Testing

@testable import Tokenization

/// The table of words that threads share.
@Suite struct LearnedTableTests {
  /// A word whose length and tokens follow from its number.
  private func word(_ number: Int) -> (bytes: [UInt8], tokens: [TokenID]) {
    var random = Seed(UInt64(number)).stream("word")
    let length = [1, 3, 8, 9, 16, 17, 24, 100, WordCache.longestWord][number % 9]
    var bytes = (0..<length).map { _ in UInt8(truncatingIfNeeded: random.next()) }
    // Different numbers, different words, also the long ones that begin alike.
    let digits = Array(String(number).utf8)
    if length > 8 { bytes.replaceSubrange(length - digits.count..<length, with: digits) }
    let tokens = (0..<1 + random.below(length)).map { TokenID(number + $0) }
    return (bytes, tokens)
  }

  /// The tokens that a cache has for a word, or nil.
  private func find(_ word: [UInt8], _ cache: borrowing WordCache) -> [TokenID]? {
    word.withByteView { text in
      let place = cache.find(cache.key(text, 0..<text.count), text)
      if place < 0 { return nil }
      let numbers = cache.view.tokens(place)
      let isListed = Int(numbers.w >> 8) == LearnedTable.View.listed
      var ids = FlatArray<TokenID>(capacity: WordCache.slack)
      ids.setCount(isListed ? cache.view.storeList(numbers, in: &ids, at: 0) : Int(numbers.w >> 8))
      if !isListed { ids.store(numbers, at: 0) }
      return ids.toArray()
    }
  }

  private func insert(
    _ word: (bytes: [UInt8], tokens: [TokenID]),
    _ cache: inout WordCache
  ) {
    var ids = FlatArray<TokenID>()
    // The tokens stand somewhere in a list.
    ids.append(99)
    for token in word.tokens { ids.append(token) }
    word.bytes.withByteView { text in
      cache.insert(cache.key(text, 0..<text.count), text, ids, 1..<ids.count)
    }
  }

  @Test func wordsAreFoundAfterTheTableGrew() {
    let words = LearnedWords()
    var cache = WordCache(words)
    var inserted: [[UInt8]: [TokenID]] = [:]
    for number in 0..<5000 {
      let word = word(number)
      if inserted[word.bytes] == nil { inserted[word.bytes] = word.tokens }
      insert(word, &cache)
    }
    #expect(words.generation > 0)
    for (bytes, tokens) in inserted {
      let found = find(bytes, cache)
      #expect(found == tokens)
    }
    for number in 5000..<6000 {
      let bytes = word(number).bytes
      let found = find(bytes, cache)
      #expect(found == inserted[bytes])
    }
    // Another thread that comes later knows them too.
    let other = WordCache(words)
    let found = find(word(4).bytes, other)
    #expect(found == inserted[word(4).bytes])
  }

  @Test func theTableGrowsAheadOfALongTextAndKeepsItsWords() {
    let words = LearnedWords()
    var cache = WordCache(words)
    for number in 0..<100 { insert(word(number), &cache) }
    let slotCount = words.table().0.view.slotCount
    for byteCount in [0, 1, 1000, slotCount << 5] { words.expect(byteCount: byteCount) }
    #expect(words.generation == 0)
    words.expect(byteCount: slotCount << 7)
    #expect(words.table().0.view.slotCount == slotCount << 2)
    words.expect(byteCount: .max)
    #expect(words.table().0.view.slotCount == 1 << 17)
    cache.refresh()
    for number in 0..<100 {
      let found = find(word(number).bytes, cache)
      #expect(found == word(number).tokens)
    }
  }

  @Test func wordsTooLongOrWithoutTokensAreNotKept() {
    var cache = WordCache(LearnedWords())
    let long = [UInt8](repeating: 7, count: WordCache.longestWord + 1)
    insert((long, [1, 2]), &cache)
    insert(([1, 2, 3], []), &cache)
    var found = [find(long, cache), find([1, 2, 3], cache)]
    #expect(found == [nil, nil])
    // The first tokens of a word stay.
    insert(([1, 2, 3], [5]), &cache)
    insert(([1, 2, 3], [6]), &cache)
    found = [find([1, 2, 3], cache)]
    #expect(found == [[5]])
  }

  @Test func theLargestTableIsFollowedByAnEmptyOne() {
    let words = LearnedWords()
    var cache = WordCache(words)
    insert(([1, 2, 3], [5]), &cache)
    var (table, generation) = words.table()
    var sizes = [table.view.slotCount]
    while sizes.count < 2 || sizes[sizes.count - 1] > sizes[sizes.count - 2] {
      let found = find([1, 2, 3], cache)
      #expect(found == [5])
      // What is full for one thread was replaced by another already.
      let next = words.table(after: table)
      #expect(next.generation == generation + 1)
      #expect(words.table(after: table).generation == next.generation)
      (table, generation) = next
      cache.refresh()
      sizes.append(table.view.slotCount)
    }
    #expect(sizes == [11, 13, 15, 17, 19, 19].map { 1 << $0 })
    let found = find([1, 2, 3], cache)
    #expect(found == nil)
  }

  /// Threads that learn the same words while the table grows: each word is found with its own tokens or
  /// not at all.
  @Test func threadsNeverSeeTokensOfAnotherWord() {
    let words = LearnedWords()
    let list = (0..<3000).map(word)
    let wrong = parallelMap(8, threads: 4, chunk: 1) {
    } body: { _, part in
      var cache = WordCache(words)
      var wrong = 0
      for step in 0..<list.count {
        // Half of the threads go the other way.
        let word = list[part % 2 == 0 ? step : list.count - 1 - step]
        if step % 16 == 0 { cache.refresh() }
        // Words of one byte come with many lists of tokens.
        if word.bytes.count < 8 { continue }
        if let found = find(word.bytes, cache) {
          if found != word.tokens { wrong += 1 }
        } else {
          insert(word, &cache)
        }
      }
      return wrong
    }
    #expect(wrong.allSatisfy { $0 == 0 })
    let cache = WordCache(words)
    let known = list.count { find($0.bytes, cache) != nil }
    #expect(known > list.count / 2)
  }
}
