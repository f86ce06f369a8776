import CICU

extension Unicode.Scalar {
  /// Whether `\w` of regular expressions fits: alphabetic, mark, decimal digit, connector, joiner.
  ///
  /// - Source: Unicode Technical Standard #18, annex C.
  public var isWordCharacter: Bool { icu_is_word(value) }
}

extension Unicode.Scalar {
  /// Whether the general category is P: punctuation of any kind.
  public var isPunctuation: Bool {
    switch properties.generalCategory {
    case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation,
      .initialPunctuation, .finalPunctuation, .otherPunctuation:
      true
    default: false
    }
  }
}
