extension BPETrainer {
  /// Learns as ``train(on:progress:)`` does, the slow and obvious way: every step counts all pairs
  /// anew.
  ///
  /// The tests hold the fast trainer to it.
  ///
  /// - Complexity: O(merges × bytes of distinct words).
  package func trainByRecounting(on counter: WordCounter) throws(TokenizationError) -> BPEModel {
    try check()
    guard counter.uniqueCount > 0 else { throw .emptyCorpus }
    var tokens: [[UInt8]] = []
    var numbers: [[UInt8]: TokenID] = [:]
    var lengths: [Int] = []
    let base = try BaseVocabulary(self, counter)
    for token in base.tokens {
      numbers[token.spelling] = TokenID(tokens.count)
      tokens.append(token.spelling)
      lengths.append(token.length)
    }
    var words: [(tokens: [TokenID], count: Int)] = []
    for (word, count) in counter.counts where count >= minimumWordCount {
      words.append((base.tokens(of: word), Int(count)))
    }

    /// Whether a pair may be merged: two of the alphabet always, others below the limit.
    func mayMerge(_ left: TokenID, _ right: TokenID) -> Bool {
      let both = lengths[Int(left)] + lengths[Int(right)]
      return both == 2 || both < maximumTokenLength ?? .max
    }

    var merges: [Merge] = []
    let wanted = vocabularySize - (baseOrder == .bytes ? specialTokens.count : 0)
    while tokens.count < wanted {
      var counts: [PairKey: Int] = [:]
      for word in words {
        for (left, right) in zip(word.tokens, word.tokens.dropFirst()) where mayMerge(left, right) {
          counts[pairKey(left, right), default: 0] += word.count
        }
      }
      let best = counts.max { first, second in
        (first.value, second.key) < (second.value, first.key)
      }
      guard let best, best.value >= max(1, minimumFrequency) else { break }
      let left = TokenID(truncatingIfNeeded: best.key >> 32)
      let right = TokenID(truncatingIfNeeded: best.key)
      let prefix = Array((continuingSubwordPrefix ?? "").utf8)
      let rest = tokens[Int(right)]
      let isContinuing = !prefix.isEmpty && rest.starts(with: prefix)
      let spelling = tokens[Int(left)] + (isContinuing ? Array(rest.dropFirst(prefix.count)) : rest)
      let merged = numbers[spelling] ?? TokenID(tokens.count)
      if numbers[spelling] == nil {
        numbers[spelling] = merged
        tokens.append(spelling)
        lengths.append(lengths[Int(left)] + lengths[Int(right)])
      }
      merges.append(Merge(left: left, right: right, merged: merged))
      for index in words.indices {
        words[index].tokens = replaced(left, right, by: merged, in: words[index].tokens)
      }
    }
    return BPEModel(tokens: tokens, merges: Self.withoutRepeats(merges))
  }
}

/// A word with each occurrence of a pair replaced, from left to right.
private func replaced(
  _ left: TokenID,
  _ right: TokenID,
  by merged: TokenID,
  in word: [TokenID]
) -> [TokenID] {
  var result: [TokenID] = []
  var index = 0
  while index < word.count {
    if index + 1 < word.count, word[index] == left, word[index + 1] == right {
      result.append(merged)
      index += 2
    } else {
      result.append(word[index])
      index += 1
    }
  }
  return result
}
