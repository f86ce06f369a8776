/// How much longer a normalization may make a text, so that no file of rules exhausts memory.
public struct TextGrowth: Sendable, Hashable {
  /// The greatest length in bytes after all steps.
  public let limit: Int

  private static let smallestLimit = 1 << 24
  /// What all steps together may multiply a text by.
  private static let greatestFactor = 64
  /// What one step may multiply a text by.
  private static let greatestStep = 16

  /// The growth that is allowed to a text of some bytes: to 16 MiB always, else to 64 times as much.
  public init(of byteCount: Int) {
    limit = max(
      Self.smallestLimit,
      byteCount.multipliedReportingOverflow(by: Self.greatestFactor).partialValue
    )
  }

  /// Checks the length after a step.
  ///
  /// - Throws: ``UnicodeTextError/tooLong(limit:)``.
  public func check(_ byteCount: Int) throws(UnicodeTextError) {
    if byteCount > limit { throw .tooLong(limit: limit) }
  }

  /// Checks a step that adds a content so many times, before it is carried out: to 16 MiB always,
  /// else to 16 times as much.
  ///
  /// - Throws: ``UnicodeTextError/tooLong(limit:)``.
  public static func checkStep(
    of byteCount: Int,
    adding content: Int,
    times: Int
  ) throws(UnicodeTextError) {
    let limit = max(
      smallestLimit,
      byteCount.multipliedReportingOverflow(by: greatestStep).partialValue
    )
    let (added, overflow) = content.multipliedReportingOverflow(by: times)
    if overflow || added > limit - byteCount { throw .tooLong(limit: limit) }
  }
}
