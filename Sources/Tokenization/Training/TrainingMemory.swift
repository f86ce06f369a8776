import Files

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A bound on the memory of the whole process that learning keeps within.
///
/// Without a bound, tables keep what is out of date and grow early, which is fast. With one, they
/// forget it before they grow, and learning ends with an error where one had to grow beyond the bound
/// all the same. Merges that are learned are the same.
public struct TrainingMemory: Sendable, Hashable {
  /// The bytes that the whole process may have.
  public let bound: Int
  /// The bytes that are enough by measurement, ``LearningSize/enough(vocabularySize:)``.
  public let needed: Int
  /// What is kept back for tokens and merges.
  private let reserve: Int
  /// Whether rare words can be left out as far as must be.
  private let canPrune: Bool

  /// Checks that the words fit before learning begins.
  ///
  /// - Parameters:
  ///   - bound: The bytes that the whole process may have.
  ///   - size: The words that are learned from.
  ///   - vocabularySize: How many tokens there shall be.
  ///   - canPrune: Whether ``WordPruning`` may be named as a remedy.
  /// - Throws: ``TokenizationError/memoryTooSmall(work:bound:needed:remedy:)``.
  public init(
    bound: Int,
    size: LearningSize,
    vocabularySize: Int,
    canPrune: Bool = true
  ) throws(TokenizationError) {
    self.bound = bound
    needed = size.enough(vocabularySize: vocabularySize)
    reserve = LearningSize.bytesOfToken * vocabularySize
    self.canPrune = canPrune
    try checkGrowth(by: size.wordsAndLists)
  }

  /// Checks that the words of all languages fit before a ``ParityTrainer`` begins.
  ///
  /// - Parameters:
  ///   - bound: The bytes that the whole process may have.
  ///   - languages: The languages with their parallel texts.
  ///   - minimumWordCount: Words that occur less often are passed over, but in parallel texts.
  ///   - vocabularySize: How many tokens there shall be.
  /// - Throws: ``TokenizationError`` as the other one.
  public init(
    bound: Int,
    languages: [ParityTrainer.Language],
    minimumWordCount: UInt64,
    vocabularySize: Int
  ) throws(TokenizationError) {
    var size = LearningSize()
    for language in languages {
      size.add(try LearningSize(of: language.words, minimumWordCount: minimumWordCount))
      size.add(try LearningSize(of: language.parallel))
    }
    self.bound = bound
    needed = size.enoughForParity(vocabularySize: vocabularySize)
    reserve = LearningSize.bytesOfToken * vocabularySize
    canPrune = false
    if needed > bound { throw tooSmall(needed) }
  }

  /// Checks that the process may grow.
  ///
  /// - Throws: ``TokenizationError/memoryTooSmall(work:bound:needed:remedy:)``.
  public func checkGrowth(by byteCount: Int = 0) throws(TokenizationError) {
    guard let now = residentMemory() else { return }
    let wanted = now + byteCount + reserve
    if wanted <= bound { return }
    throw tooSmall(max(needed, wanted))
  }

  private func tooSmall(_ needed: Int) -> TokenizationError {
    .memoryTooSmall(
      work: "learning merges from these words",
      bound: bound,
      needed: needed,
      remedy: "allow that much and add --resume, which need not count again, or leave out rare"
        + " words by --min-word-frequency 2\(canPrune ? " or --fit-memory" : "")"
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
