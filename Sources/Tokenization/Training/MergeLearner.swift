/// Learns merges from words: the core of BPE training, the same for bytes and for characters.
///
/// At every step the most frequent pair of adjacent tokens becomes one token, everywhere from left
/// to right; of equally frequent pairs the one with the smaller (left id, right id). Counts are kept
/// up to date by visiting only the words that contain the pair.
///
/// What makes it fast: a step first adds up its changes by neighboring token in two small arrays,
/// and looks each neighbor's pairs up once; the words of a new pair are all known at the end of the
/// step that made it, so that the lists lie in one array without gaps.
///
/// The rule and its corner cases (see ``BPETrainer``) give the merges of Hugging Face's trainer.
struct MergeLearner: ~Copyable {
  var words: WordList
  private var tokens: StringTable
  /// The length of each token in characters.
  var lengths: FlatArray<UInt32>
  let maximumLength: Int
  let minimumCount: Int64
  /// What is left out before a right token, such as `##`.
  private let continuingPrefix: [UInt8]
  /// Says by the spelling of the merged token which frequent pairs are passed over; nil for none.
  var isForbidden: ((_ spelling: [UInt8]) -> Bool)?

  /// The bound to keep within; nil where memory need not be spared.
  private let memory: TrainingMemory?

  var pairs: PairTable
  var queue: MergeQueue
  /// The lists of words of all pairs.
  var lists = FlatArray<UInt32>()

  /// By left and by right neighbor; all zero between steps.
  private var left: FlatArray<Neighbor>
  private var right: FlatArray<Neighbor>
  private var leftTouched = FlatArray<TokenID>()
  private var rightTouched = FlatArray<TokenID>()
  /// The pair of the new token with itself.
  private var twin = Neighbor()
  /// Neighbors and words as the step meets them.
  private var events = FlatArray<NeighborEvent>()

  private static let twinEvent = UInt32.max

  /// The merges learned so far.
  private(set) var merges: [Merge] = []

  /// Prepares to learn.
  ///
  /// - Parameters:
  ///   - words: The words in tokens.
  ///   - tokens: The tokens in their spelling, whose joined spellings name the merged ones.
  ///   - characterCounts: The length of each token in characters.
  ///   - maximumLength: Merged tokens stay shorter than this many characters.
  ///   - minimumCount: Pairs that occur less often are not merged; at least 1.
  ///   - continuingPrefix: What right tokens lose when they are merged, if they begin with it.
  ///   - memory: The bound to keep within; nil where memory need not be spared.
  /// - Throws: ``TokenizationError/corpusTooLarge(what:)``,
  ///   ``TokenizationError/memoryTooSmall(work:bound:needed:remedy:)``.
  init(
    words: consuming WordList,
    tokens: consuming StringTable,
    characterCounts: consuming FlatArray<UInt32>,
    maximumLength: Int,
    minimumCount: Int64,
    continuingPrefix: [UInt8] = [],
    memory: TrainingMemory? = nil
  ) throws(TokenizationError) {
    self.memory = memory
    // Tables that grow from small ones end no larger than they must be.
    pairs = PairTable(capacity: memory == nil ? 1 << 12 : 16)
    queue = MergeQueue(capacity: memory == nil ? 1 << 12 : 16)
    let count = tokens.count
    self.words = words
    self.tokens = tokens
    lengths = characterCounts
    self.maximumLength = maximumLength
    self.minimumCount = max(minimumCount, 1)
    self.continuingPrefix = continuingPrefix
    left = FlatArray(repeating: Neighbor(), count: count)
    right = FlatArray(repeating: Neighbor(), count: count)
    try countPairs()
  }

  /// How many tokens there are now.
  var tokenCount: Int { tokens.count }

  /// Gives the tokens away.
  consuming func finish() -> StringTable { tokens }

  /// Learns one merge.
  ///
  /// - Returns: False when no pair is frequent enough any more.
  mutating func step() throws(TokenizationError) -> Bool {
    while let best = queue.first {
      guard let slot = pairs.find(best.key) else {
        queue.removeFirst()
        continue
      }
      let entry = pairs[slot: slot]
      if entry.count != best.count {
        // Out of date: a pair that lost occurrences goes back to its place; one that gained some
        // has a younger entry.
        if entry.count < best.count, entry.count >= minimumCount {
          queue.replaceFirst(with: MergeQueue.Entry(count: entry.count, key: best.key))
        } else {
          queue.removeFirst()
        }
        continue
      }
      if best.count < minimumCount { return false }
      queue.removeFirst()
      // subtle: a pair that is passed over comes back only when it gains occurrences.
      if let isForbidden, isForbidden(spelling(of: best.key)) { continue }
      try merge(entry)
      return true
    }
    return false
  }

  // MARK: - One merge

  private mutating func merge(_ entry: PairTable.Entry) throws(TokenizationError) {
    let a = TokenID(truncatingIfNeeded: entry.key >> 32)
    let b = TokenID(truncatingIfNeeded: entry.key)
    let new = mergedToken(a, b)
    merges.append(Merge(left: a, right: b, merged: new))
    let start = Int(entry.listStart)
    for index in start..<start + Int(entry.listCount) {
      replace(a, b, by: new, inWordAt: lists[index])
    }
    try applyChanges(a, b, new)
    if let slot = pairs.find(entry.key) {
      pairs[slot: slot].count = 0
      pairs[slot: slot].listCount = 0
    }
  }

  /// How the token of a merged pair is spelled.
  private func spelling(of pair: PairKey) -> [UInt8] {
    let left = tokens.string(Int(pair >> 32))
    let right = tokens.string(Int(TokenID(truncatingIfNeeded: pair)))
    if !continuingPrefix.isEmpty, right.starts(with: continuingPrefix) {
      return left + right.dropFirst(continuingPrefix.count)
    }
    return left + right
  }

  /// The token spelled like both together: a new one, or one that is there already.
  private mutating func mergedToken(_ a: TokenID, _ b: TokenID) -> TokenID {
    return spelling(of: pairKey(a, b)).withByteView { spelling in
      if let new = tokens.insert(spelling) {
        lengths.append(lengths[Int(a)] + lengths[Int(b)])
        left.append(Neighbor())
        right.append(Neighbor())
        return TokenID(new)
      }
      return TokenID(tokens.find(spelling) ?? 0)
    }
  }

  /// Replaces the pair in one word, from left to right, and notes what its neighbors gain and lose.
  @inline(__always)
  private mutating func replace(
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

  // MARK: - The end of a step

  /// Brings the counts, lists and queue up to date with what the step noted.
  private mutating func applyChanges(
    _ a: TokenID,
    _ b: TokenID,
    _ new: TokenID
  ) throws(TokenizationError) {
    let merged = pairKey(a, b)
    // Where occurrences touch, the second takes its left token from the pair with the first.
    let touching = twin.count
    // A token that existed before may be its own neighbor: then all of its pairs with itself are
    // one pair.
    twin.count += left[Int(new)].count + right[Int(new)].count
    twin.place += left[Int(new)].place + right[Int(new)].place
    if let memory {
      let pairCount = leftTouched.count + rightTouched.count + 1
      try makeRoom(words: events.count, pairs: pairCount, memory)
    }
    for index in 0..<leftTouched.count {
      let token = leftTouched[index]
      let change = left[Int(token)]
      lose(pairKey(token, a), change.count, merged)
      if token == new { continue }
      left[Int(token)].place = try gain(token, new, change.count, Int(change.place))
    }
    for index in 0..<rightTouched.count {
      let token = rightTouched[index]
      let change = right[Int(token)]
      lose(pairKey(b, token), change.count, merged)
      if token == new { continue }
      let count = token == a ? change.count - touching : change.count
      right[Int(token)].place = try gain(new, token, count, Int(change.place))
    }
    if twin.place > 0 {
      twin.place = try gain(new, new, twin.count, Int(twin.place))
    }
    for index in 0..<events.count {
      let event = events[index]
      let token = event.neighbor >> 1
      if event.neighbor == Self.twinEvent || token == new {
        twin.place = list(event.word, at: twin.place)
      } else if event.neighbor & 1 == 0 {
        left[Int(token)].place = list(event.word, at: left[Int(token)].place)
      } else {
        right[Int(token)].place = list(event.word, at: right[Int(token)].place)
      }
    }
    for index in 0..<leftTouched.count { left[Int(leftTouched[index])] = Neighbor() }
    for index in 0..<rightTouched.count { right[Int(rightTouched[index])] = Neighbor() }
    leftTouched.removeAll()
    rightTouched.removeAll()
    events.removeAll()
    twin = Neighbor()
  }

  /// Marks a pair that gets no list.
  private static let unlisted = UInt32.max

  @inline(__always)
  private mutating func list(_ word: UInt32, at place: UInt32) -> UInt32 {
    if place == Self.unlisted { return place }
    lists[Int(place)] = word
    return place + 1
  }

  private mutating func lose(_ key: PairKey, _ count: Int64, _ merged: PairKey) {
    // The merged pair itself ends with none; a pair that was too long to be counted has no entry.
    if key == merged { return }
    if let slot = pairs.find(key) { pairs[slot: slot].count -= count }
  }

  /// Adds occurrences to a pair and makes room for its words.
  ///
  /// - Returns: Where the words go, or ``unlisted``.
  private mutating func gain(
    _ first: TokenID,
    _ second: TokenID,
    _ count: Int64,
    _ wordCount: Int
  ) throws(TokenizationError) -> UInt32 {
    let length = Int(lengths[Int(first)]) + Int(lengths[Int(second)])
    if count <= 0 || length >= maximumLength { return Self.unlisted }
    let slot = pairs.insert(pairKey(first, second))
    pairs[slot: slot].count += count
    let total = pairs[slot: slot].count
    if total >= minimumCount {
      queue.push(MergeQueue.Entry(count: total, key: pairKey(first, second)))
    }
    // A pair that exists already (its token was made by another merge before) keeps its words.
    let old = pairs[slot: slot]
    guard lists.count + Int(old.listCount) + wordCount < Int(UInt32.max) else {
      throw .corpusTooLarge(what: "pairs of tokens")
    }
    pairs[slot: slot].listStart = UInt32(lists.count)
    pairs[slot: slot].listCount += UInt32(wordCount)
    for index in 0..<Int(old.listCount) { lists.append(lists[Int(old.listStart) + index]) }
    let place = UInt32(lists.count)
    lists.extend(by: wordCount, with: 0)
    return place
  }

  // MARK: - The start

  /// Counts all adjacent pairs, overlapping ones too, and lists the words of each.
  private mutating func countPairs() throws(TokenizationError) {
    // The list start serves as the last word seen until the lists are laid out.
    for index in 0..<words.count {
      let place = words.places[index]
      let count = words.wordCount(at: Int(place))
      var read = Int(place) + 2
      while words.values[read + 1] != WordList.end {
        if let memory, !pairs.hasRoom(for: 1) {
          try memory.checkGrowth(by: pairs.addedByteCount)
          pairs.growInPlace()
        }
        let slot = pairs.insert(pairKey(words.values[read], words.values[read + 1]))
        pairs[slot: slot].count += count
        if pairs[slot: slot].listCount == 0 || pairs[slot: slot].listStart != place {
          pairs[slot: slot].listStart = place
          pairs[slot: slot].listCount += 1
        }
        read += 1
      }
    }
    var total = 0
    for slot in 0..<pairs.slotCount where !pairs[slot: slot].isFree {
      pairs[slot: slot].listStart = UInt32(truncatingIfNeeded: total)
      total += Int(pairs[slot: slot].listCount)
      pairs[slot: slot].listCount = 0
      let entry = pairs[slot: slot]
      if entry.count >= minimumCount {
        queue.push(MergeQueue.Entry(count: entry.count, key: entry.key))
      }
    }
    guard total < Int(UInt32.max) else { throw .corpusTooLarge(what: "pairs of tokens") }
    if let memory {
      // All at once: what the system gives later would come unexpected.
      let room = LearningSize.listRoom(for: total)
      try memory.checkGrowth(by: MemoryLayout<UInt32>.stride * room)
      lists.extend(by: room, with: 0)
      lists.truncate(to: 0)
    }
    lists.extend(by: total, with: 0)
    for index in 0..<words.count {
      let place = words.places[index]
      var read = Int(place) + 2
      while words.values[read + 1] != WordList.end {
        let key = pairKey(words.values[read], words.values[read + 1])
        if let slot = pairs.find(key) {
          let entry = pairs[slot: slot]
          let next = Int(entry.listStart) + Int(entry.listCount)
          if entry.listCount == 0 || lists[next - 1] != place {
            lists[next] = place
            pairs[slot: slot].listCount += 1
          }
        }
        read += 1
      }
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
