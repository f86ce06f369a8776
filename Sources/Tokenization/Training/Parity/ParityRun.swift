/// One training of a ``ParityTrainer``.
struct ParityRun {
  /// The tokens so far.
  private(set) var tokens: [[UInt8]]
  /// The merges so far.
  private(set) var merges: [Merge] = []
  /// How many merges each language chose.
  private(set) var choices: [Int] = []
  /// The parallel text of each language.
  private(set) var parallel: [LanguageWords] = []

  private let settings: ParityTrainer
  private let minimum: Int64
  private let prefix: [UInt8]
  private var lengths: [Int]
  private var numbers: [[UInt8]: TokenID] = [:]
  private var languages: [LanguageWords] = []
  /// The languages without a pair that may be merged.
  private var isExhausted: [Bool] = []
  /// The last choices, the latest at the end.
  private var recent: [Int] = []
  /// The counts of pairs in all languages together, for the merges chosen so.
  private var sums: [PairKey: Int64] = [:]
  private var sumQueue = SumQueue()

  /// The queue in a class, so that the run can be copied.
  private final class SumQueue {
    var queue = MergeQueue(capacity: 1 << 10)
  }

  init(_ settings: ParityTrainer, _ base: BaseVocabulary) {
    self.settings = settings
    minimum = Int64(max(settings.trainer.minimumFrequency, 1))
    prefix = Array((settings.trainer.continuingSubwordPrefix ?? "").utf8)
    tokens = base.tokens.map(\.spelling)
    lengths = base.tokens.map(\.length)
    for (number, spelling) in tokens.enumerated() { numbers[spelling] = TokenID(number) }
  }

  /// Adds a language.
  mutating func add(
    _ language: ParityTrainer.Language,
    _ base: BaseVocabulary
  ) throws(TokenizationError) {
    let chooses = LanguageWords(choosesPairs: true)
    let follows = LanguageWords(choosesPairs: false)
    for (words, target) in [(language.words, chooses), (language.parallel, follows)] {
      var total: UInt64 = 0
      try words.forEachWord { (word, count) throws(TokenizationError) in
        if target === chooses, count < settings.trainer.minimumWordCount { return }
        let (product, overflow) = count.multipliedReportingOverflow(by: UInt64(word.byteCount))
        total = overflow ? .max : total.addingReportingOverflow(product).partialValue
        if overflow || product >= 1 << 56 || total >= 1 << 56 {
          throw .corpusTooLarge(what: "occurrences of words")
        }
        let tokens = base.tokens(of: word.withByteView { $0.toArray() })
        try target.append(tokens, count: count)
      }
      target.countPairs()
    }
    languages.append(chooses)
    parallel.append(follows)
    choices.append(0)
    isExhausted.append(false)
    if settings.globalMerges > 0 {
      chooses.forEachPair { key, count in sums[key, default: 0] += count }
    }
  }

  /// Learns one merge; false when no language has a pair that is frequent enough.
  mutating func step() -> Bool {
    if merges.isEmpty, settings.globalMerges > 0 {
      for (key, count) in sums { sumQueue.queue.push(MergeQueue.Entry(count: count, key: key)) }
    }
    if merges.count < settings.globalMerges {
      guard let pair = mostFrequentOfAll() else { return false }
      merge(pair)
      return true
    }
    while let index = nextLanguage() {
      if let pair = languages[index].mostFrequentPair(atLeast: minimum) {
        choices[index] += 1
        remember(index)
        merge(pair)
        return true
      }
      isExhausted[index] = true
    }
    return false
  }

  // MARK: - Which language chooses

  /// The language whose parallel text has the most tokens, of those that may choose.
  private func nextLanguage() -> Int? {
    let open = languages.indices.filter { !isExhausted[$0] }
    if let window = settings.window {
      let limit = window.alpha / Double(languages.count) * Double(window.size)
      let allowed = open.filter { index in
        Double(recent.count { $0 == index }) <= limit
      }
      if let index = longest(of: allowed) { return index }
    }
    return longest(of: open)
  }

  private func longest(of candidates: [Int]) -> Int? {
    var best: Int?
    for index in candidates
    where best.map({ parallel[index].tokenCount > parallel[$0].tokenCount }) ?? true {
      best = index
    }
    return best
  }

  private mutating func remember(_ index: Int) {
    guard let window = settings.window else { return }
    recent.append(index)
    if recent.count > window.size { recent.removeFirst() }
  }

  // MARK: - Merges

  private mutating func merge(_ pair: PairKey) {
    let left = TokenID(truncatingIfNeeded: pair >> 32)
    let right = TokenID(truncatingIfNeeded: pair)
    let new = mergedToken(left, right)
    merges.append(Merge(left: left, right: right, merged: new))
    let limit = settings.trainer.maximumTokenLength ?? .max
    let lengths = self.lengths
    func isAllowed(_ key: PairKey) -> Bool {
      lengths[Int(key >> 32)] + lengths[Int(TokenID(truncatingIfNeeded: key))] < limit
    }
    var changed: Set<PairKey> = []
    let needsSums = merges.count < settings.globalMerges
    for language in languages {
      language.merge(pair, into: new, isAllowed: isAllowed) { key in
        if needsSums { changed.insert(key) }
      }
    }
    for text in parallel { text.merge(pair, into: new, isAllowed: { _ in true }) { _ in } }
    guard needsSums else { return }
    sums[pair] = nil
    for key in changed {
      let count = languages.reduce(0) { $0 + $1.count(of: key) }
      sums[key] = count
      if count > 0 { sumQueue.queue.push(MergeQueue.Entry(count: count, key: key)) }
    }
  }

  /// The token spelled like both together: a new one, or one that is there already.
  private mutating func mergedToken(_ left: TokenID, _ right: TokenID) -> TokenID {
    var rest = tokens[Int(right)][...]
    if !prefix.isEmpty, rest.starts(with: prefix) { rest = rest.dropFirst(prefix.count) }
    let spelling = tokens[Int(left)] + rest
    if let number = numbers[spelling] { return number }
    let number = TokenID(tokens.count)
    numbers[spelling] = number
    tokens.append(spelling)
    lengths.append(lengths[Int(left)] + lengths[Int(right)])
    return number
  }

  /// The pair that is the most frequent in all languages together.
  private func mostFrequentOfAll() -> PairKey? {
    while let first = sumQueue.queue.first {
      let count = sums[first.key] ?? 0
      if count == first.count { return count >= minimum ? first.key : nil }
      sumQueue.queue.removeFirst()
    }
    return nil
  }
}
