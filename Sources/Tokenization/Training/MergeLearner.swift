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
  let memory: TrainingMemory?

  var pairs: PairTable
  var queue: MergeQueue
  /// The lists of words of all pairs.
  var lists = FlatArray<UInt32>()

  /// By left and by right neighbor; all zero between steps.
  var left: FlatArray<Neighbor>
  var right: FlatArray<Neighbor>
  var leftTouched = FlatArray<TokenID>()
  var rightTouched = FlatArray<TokenID>()
  /// The pair of the new token with itself.
  var twin = Neighbor()
  /// Neighbors and words as the step meets them.
  var events = FlatArray<NeighborEvent>()

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
}
