/// What is dropped from texts and what is repaired.
public struct CleaningPlan: Sendable, Hashable {
  /// What happens to a document with something in it that does not belong there.
  public enum Treatment: String, Sendable, CaseIterable {
    /// The document stays as it is.
    case keep
    /// The document stays without it.
    case repair
    /// The document is dropped.
    case drop
  }

  /// Bytes that are no UTF-8, which are repaired by U+FFFD and cannot be kept.
  public var invalidUTF8 = Treatment.drop
  /// Control characters but tabs and line ends; repaired by leaving them out.
  public var controlCharacters = Treatment.repair
  /// Whether a document may equal an earlier one.
  public var keepsDuplicates = false
  /// Whether documents are compared with those of their own file only, and not with those of all
  /// files before it.
  public var comparesWithinFiles = false
  /// How near duplicates are found; nil for not at all.
  public var nearDuplicates: NearDuplicates.Parameters?
  /// The least share of letters in the language's script; nil for any.
  public var scriptShare: Double?
  /// The scripts of languages, by ISO 15924 code; where there is none, the most frequent script of
  /// the text's first megabyte stands for it.
  public var scripts: [String: String] = [:]
  /// The rules a document must keep.
  public var rules: [DocumentRule] = []

  /// A plan that drops invalid text and exact duplicates and leaves out control characters.
  public init() {}

  /// What the plan says of invalid UTF-8 in effect.
  var repairsInvalidUTF8: Bool { invalidUTF8 != .drop }
}
