/// The end of a step.
extension MergeLearner {
  /// Brings the counts, lists and queue up to date with what the step noted.
  mutating func applyChanges(
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
}
