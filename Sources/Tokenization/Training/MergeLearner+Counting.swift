/// The pairs that learning begins with.
extension MergeLearner {
  /// Counts all adjacent pairs, overlapping ones too, and lists the words of each.
  mutating func countPairs() throws(TokenizationError) {
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
