/// How learning keeps within memory: by forgetting what is out of date before a table grows, and by
/// letting tables grow where they are.
///
/// A word has fewer pairs after each merge, so that the lists of words, without those that lost the
/// pair, never need more room than at the start. Nothing that is forgotten could change a merge.
extension MergeLearner {
  /// Makes room for what a step adds.
  ///
  /// - Parameters:
  ///   - wordCount: How many words are listed.
  ///   - pairCount: How many pairs there are more at most.
  ///   - memory: The bound to keep within.
  /// - Throws: ``TokenizationError/memoryTooSmall(work:bound:needed:remedy:)``.
  mutating func makeRoom(
    words wordCount: Int,
    pairs pairCount: Int,
    _ memory: TrainingMemory
  ) throws(TokenizationError) {
    if lists.count + wordCount > lists.capacity {
      compactLists(thoroughly: false)
      if lists.count + wordCount > lists.capacity - lists.capacity / 8 {
        compactLists(thoroughly: true)
      }
      if lists.count + wordCount > lists.capacity {
        let room = lists.count + lists.count / 2 + wordCount
        try memory.checkGrowth(by: MemoryLayout<UInt32>.stride * (room - lists.capacity))
        let count = lists.count
        lists.enlarge(to: room)
        lists.extend(by: room - count, with: 0)
        lists.truncate(to: count)
      }
    }
    if !pairs.hasRoom(for: pairCount) {
      forgetLostPairs()
      // With an eighth of the slots free at least, so that this comes seldom.
      if !pairs.hasRoom(for: pairCount + pairs.slotCount / 8) {
        try memory.checkGrowth(by: pairs.addedByteCount)
        pairs.growInPlace()
      }
    }
    if queue.count + pairCount > queue.capacity {
      queue.update(by: pairs, minimumCount: minimumCount)
      let more = pairCount + queue.capacity / 4
      if queue.count + more > queue.capacity {
        let room = queue.count + more
        try memory.checkGrowth(by: MemoryLayout<MergeQueue.Entry>.stride * (room - queue.capacity))
        queue.enlarge(to: room)
      }
    }
  }

  /// Closes the gaps between the lists of the pairs that there are.
  ///
  /// - Parameter thoroughly: Whether the words that no longer have the pair are taken out, which
  ///   visits every word of every list.
  private mutating func compactLists(thoroughly: Bool) {
    guard pairs.slotCount <= UInt32.max else { return }
    // While the lists move, the slot of a pair stands in place of its first word, and that word in
    // the entry in place of where the list starts; a bit marks where lists start.
    var starts = FlatArray<UInt64>(repeating: 0, count: lists.count / 64 + 1)
    for slot in 0..<pairs.slotCount where pairs[slot: slot].listCount > 0 {
      if isLost(pairs[slot: slot]) {
        pairs[slot: slot].listCount = 0
        continue
      }
      let start = Int(pairs[slot: slot].listStart)
      pairs[slot: slot].listStart = lists[start]
      lists[start] = UInt32(slot)
      starts[start >> 6] |= 1 << UInt64(start & 63)
    }
    var (read, write) = (0, 0)
    while read < lists.count {
      let bits = starts[read >> 6] >> UInt64(read & 63)
      if bits & 1 == 0 {
        // On to the next mark, or to the next 64.
        read += min(bits.trailingZeroBitCount, 64 - read & 63)
        continue
      }
      let slot = Int(lists[read])
      let entry = pairs[slot: slot]
      let left = TokenID(truncatingIfNeeded: entry.key >> 32)
      let right = TokenID(truncatingIfNeeded: entry.key)
      let (start, end) = (write, read + Int(entry.listCount))
      var word = entry.listStart
      while true {
        if thoroughly {
          // What is read ahead may be the slot of a pair, for which the guess is wrong.
          let ahead = Int(lists[min(read + 12, lists.count - 1)])
          words.values.prefetch(min(ahead, words.values.count - 1))
        }
        if !thoroughly || has(left, right, inWordAt: word) {
          lists[write] = word
          write += 1
        }
        read += 1
        if read == end { break }
        word = lists[read]
      }
      pairs[slot: slot].listStart = UInt32(start)
      pairs[slot: slot].listCount = UInt32(write - start)
    }
    lists.truncate(to: write)
  }

  /// Forgets the pairs that no word has any more.
  private mutating func forgetLostPairs() {
    var slot = 0
    while slot < pairs.slotCount {
      if isLost(pairs[slot: slot]) {
        pairs.remove(slot)
      } else {
        slot += 1
      }
    }
  }

  /// Whether no word has a pair any more.
  private func isLost(_ entry: PairTable.Entry) -> Bool {
    if entry.isFree || entry.count != 0 { return false }
    // subtle: of two base tokens that together are too long, the pair is counted at the start only;
    // made again, it would count.
    let left = Int(lengths[Int(entry.key >> 32)])
    let right = Int(lengths[Int(TokenID(truncatingIfNeeded: entry.key))])
    return left + right < maximumLength
  }

  private func has(_ left: TokenID, _ right: TokenID, inWordAt place: UInt32) -> Bool {
    var read = Int(place) + 2
    while words.values[read] != WordList.end {
      if words.values[read] == left, words.values[read + 1] == right { return true }
      read += 1
    }
    return false
  }
}
