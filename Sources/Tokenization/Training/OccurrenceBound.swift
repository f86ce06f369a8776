/// Refuses words so many that a sum of counts of pairs could overflow.
struct OccurrenceBound {
  /// No sum of counts of pairs can be larger than this.
  private var pairs: UInt64 = 0

  /// Adds a word.
  ///
  /// - Throws: ``TokenizationError/corpusTooLarge(what:)``.
  mutating func add(_ word: RawSpan, _ count: UInt64) throws(TokenizationError) {
    let (product, overflow) = count.multipliedReportingOverflow(by: UInt64(word.byteCount))
    pairs = overflow ? .max : pairs.addingReportingOverflow(product).partialValue
    if overflow || product >= 1 << 62 || pairs >= 1 << 62 {
      throw .corpusTooLarge(what: "occurrences of words")
    }
  }
}
