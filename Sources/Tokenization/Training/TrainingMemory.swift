import Files

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// What memory learning needs, and whether it stays within a bound.
public enum TrainingMemory {
  /// An estimate from above of the memory that learning from some words needs, in bytes.
  ///
  /// Words lie in 32-bit tokens, one a byte at first; each pair of a word is listed once at the
  /// start and at most twice for each merge in the word, and merges shorten words. The factors are
  /// measured on natural text with a margin of a third.
  ///
  /// - Parameters:
  ///   - words: The words.
  ///   - vocabularySize: How many tokens there shall be.
  ///   - minimumWordCount: Words that occur less often are passed over.
  /// - Returns: The bytes.
  /// - Throws: ``TokenizationError`` for a damaged file of words.
  public static func estimate(
    words: some CountedWords,
    vocabularySize: Int,
    minimumWordCount: UInt64 = 0
  ) throws(TokenizationError) -> Int {
    let fixed = 48 << 20
    var (count, bytes) = (words.uniqueCount, words.uniqueByteCount)
    if minimumWordCount > 1 {
      (count, bytes) = (0, 0)
      try words.forEachWord { (word, times) throws(TokenizationError) in
        if times < minimumWordCount { return }
        count += 1
        bytes += word.byteCount
      }
    }
    return fixed + 40 * bytes + 64 * count + 256 * vocabularySize
  }

  /// Checks that there is memory enough before learning begins.
  ///
  /// - Throws: ``TokenizationError/memoryTooSmall(work:bound:needed:remedy:)``.
  public static func check(_ needed: Int, bound: Int?) throws(TokenizationError) {
    guard let bound, needed > bound else { return }
    throw tooSmall(needed, bound)
  }

  /// Checks that the process has not grown beyond a bound while it learned.
  ///
  /// - Throws: ``TokenizationError/memoryTooSmall(work:bound:needed:remedy:)``.
  public static func watch(_ needed: Int, bound: Int?) throws(TokenizationError) {
    guard let bound, let now = residentMemory(), now > bound else { return }
    throw tooSmall(max(needed, now + now / 2), bound)
  }

  private static func tooSmall(_ needed: Int, _ bound: Int) -> TokenizationError {
    .memoryTooSmall(
      work: "learning merges from these words",
      bound: bound,
      needed: needed,
      remedy: "allow that much and add --resume, which need not count again, or pass over rare"
        + " words by --min-word-frequency 2"
    )
  }
}

/// The bytes of memory that the process has now, or nil where the system does not say.
private func residentMemory() -> Int? {
  guard let text = try? readFile("/proc/self/statm") else { return nil }
  let fields = String(decoding: text, as: UTF8.self).split(separator: " ")
  guard fields.count > 1, let pages = Int(fields[1]) else { return nil }
  return pages * Int(sysconf(Int32(_SC_PAGESIZE)))
}
