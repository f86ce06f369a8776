/// A normal form of Unicode text, or none at all.
///
/// - Source: Unicode Standard Annex #15; `nfkcCasefold` is `toNFKC_Casefold` of the Unicode
///   Standard, section 3.13.
public enum NormalizationForm: String, CaseIterable, Sendable, Hashable, Codable {
  /// The text as it is.
  case none
  /// Canonical decomposition, then composition: é is one code point. The usual form of text.
  case nfc
  /// Canonical decomposition: é is e and a combining accent.
  case nfd
  /// Compatibility decomposition, then composition: ﬁ becomes fi, ² becomes 2. Loses information.
  case nfkc
  /// Compatibility decomposition. Loses information.
  case nfkd
  /// Compatibility composition, case folded, ignorable code points removed. Loses information.
  case nfkcCasefold = "nfkc-casefold"
}
