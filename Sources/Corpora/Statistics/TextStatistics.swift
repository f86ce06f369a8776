public import UnicodeText

/// What a text is made of.
///
/// A document is a line or a record; its line end is no part of it.
public struct TextStatistics: Sendable, Hashable {
  /// The share of one script among the code points.
  public struct ScriptShare: Sendable, Hashable {
    /// The code of ISO 15924, such as `Latn`; `Zyyy` for punctuation and digits.
    public let code: String
    /// How many code points are of it.
    public let codePoints: Int
    /// Whether it belongs to no script of its own: Common and Inherited.
    public let isShared: Bool
  }

  /// How much of a text a normal form changes.
  public struct FormShare: Sendable, Hashable {
    /// The form.
    public let form: NormalizationForm
    /// The documents it changes.
    public let changedDocuments: Int

    /// The form's name, such as `nfc`.
    public var name: String { form.rawValue }
  }

  /// The forms that are looked at.
  public static let forms: [NormalizationForm] = [.nfc, .nfd, .nfkc]

  /// The documents with text.
  public let documents: Int
  /// Their bytes in UTF-8.
  public let bytes: Int
  /// Their code points.
  public let codePoints: Int
  /// Their grapheme clusters.
  public let graphemes: Int
  /// Their words.
  public let words: Int
  /// The distinct code points.
  public let distinctCodePoints: Int
  /// The distinct words; a lower bound where ``wordEntropy`` is nil.
  public let distinctWords: Int
  /// The code points that are control characters other than tab and line ends.
  public let controlCharacters: Int
  /// Documents that equal an earlier one.
  public let duplicates: Int
  /// The scripts, most frequent first.
  public let scripts: [ScriptShare]
  /// What each of ``forms`` changes.
  public let normalForms: [FormShare]
  /// Entropy of single bytes, in bits a byte.
  public let byteEntropy: Double
  /// Entropy of single code points, in bits a code point.
  public let characterEntropy: Double
  /// Entropy of single words, in bits a word; nil with more than 2²⁶ distinct words.
  public let wordEntropy: Double?

  /// The most frequent script that is not shared, with its share among those; nil without letters.
  public var mainScript: (code: String, share: Double)? {
    let own = scripts.filter { !$0.isShared }
    guard let first = own.first else { return nil }
    return (first.code, Double(first.codePoints) / Double(own.reduce(0) { $0 + $1.codePoints }))
  }
}
