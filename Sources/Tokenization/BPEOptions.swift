import Randomness

/// What a BPE model does beyond merging: with characters it has no token for, and with the ends of
/// words.
public struct BPEOptions: Sendable, Hashable {
  /// The token of characters that have none; without it they are left out.
  public var unknownToken: String?
  /// Whether unknown characters in a row are one unknown token.
  public var fusesUnknown: Bool
  /// Whether a character without a token becomes the tokens `<0x00>` to `<0xFF>` of its bytes, where
  /// the vocabulary has all of them.
  public var byteFallback: Bool
  /// What is put before every character of a piece but the first.
  public var continuingSubwordPrefix: String?
  /// What is put after the last character of a piece, such as `</w>`.
  public var endOfWordSuffix: String?
  /// The probability that a merge is skipped, from 0 to 1.
  public var dropout: Double

  /// Creates options; by default nothing beyond merging.
  public init(
    unknownToken: String? = nil,
    fusesUnknown: Bool = false,
    byteFallback: Bool = false,
    continuingSubwordPrefix: String? = nil,
    endOfWordSuffix: String? = nil,
    dropout: Double = 0
  ) {
    self.unknownToken = unknownToken
    self.fusesUnknown = fusesUnknown
    self.byteFallback = byteFallback
    self.continuingSubwordPrefix = continuingSubwordPrefix
    self.endOfWordSuffix = endOfWordSuffix
    self.dropout = dropout
  }

  /// Nothing beyond merging.
  public static let none = BPEOptions()

  /// The dropout, with the seed 0; nil where every merge is made.
  var mergeDropout: MergeDropout? {
    dropout > 0 ? MergeDropout(checked: dropout, seed: Seed(0)) : nil
  }

  /// Whether characters at the start or the end of a piece have tokens of their own.
  var marksWords: Bool {
    continuingSubwordPrefix?.isEmpty == false || endOfWordSuffix?.isEmpty == false
  }
}
