extension Normalization.Step {
  /// The step that an option describes.
  ///
  /// `nfc`, `nfd`, `nfkc`, `nfkd`, `nfkc-casefold`, `lowercase`, `lowercase:LANGUAGE`,
  /// `strip-accents`, `strip`, `strip-left`, `strip-right`, `collapse-whitespace`, `prepend:TEXT`,
  /// `replace:/FROM/TO/`, `regex:/PATTERN/TO/` and `transform:IDENTIFIER`. The character after the
  /// colon of the two replacements parts them and may be any.
  ///
  /// - Throws: ``UnicodeTextError/spelling(_:remedy:)`` for anything else; what the step itself is
  ///   checked for is found when a ``TextNormalizer`` is made.
  public init(spelling: String) throws(UnicodeTextError) {
    if let form = NormalizationForm(rawValue: spelling) {
      self = .form(form)
      return
    }
    let (name, value) = parted(spelling)
    switch (name, value) {
    case ("lowercase", nil): self = .lowercase
    case ("lowercase", let locale?): self = .lowercaseIn(locale == "und" ? "" : locale)
    case ("strip-accents", nil): self = .stripAccents
    case ("strip", nil): self = .strip(left: true, right: true)
    case ("strip-left", nil): self = .strip(left: true, right: false)
    case ("strip-right", nil): self = .strip(left: false, right: true)
    case ("collapse-whitespace", nil): self = .collapseWhitespace
    case ("prepend", let text?) where !text.isEmpty: self = .prepend(text)
    case ("replace", let value?):
      let (pattern, content) = try replacement(value, of: spelling)
      self = .replace(.literal(pattern), with: content)
    case ("regex", let value?):
      let (pattern, content) = try replacement(value, of: spelling)
      self = .replace(.regularExpression(pattern), with: content)
    case ("transform", let identifier?) where !identifier.isEmpty: self = .transform(identifier)
    default:
      throw .spelling(
        spelling,
        remedy: "use nfc, nfd, nfkc, nfkd, nfkc-casefold, lowercase, lowercase:tr, strip-accents,"
          + " strip, strip-left, strip-right, collapse-whitespace, prepend:TEXT, replace:/FROM/TO/,"
          + " regex:/PATTERN/TO/ or transform:ID"
      )
    }
  }
}

/// The name before the first colon, and what follows it.
private func parted(_ text: String) -> (name: String, value: String?) {
  guard let colon = text.firstIndex(of: ":") else { return (text, nil) }
  return (String(text[..<colon]), String(text[text.index(after: colon)...]))
}

/// The two texts of `/FROM/TO/`.
private func replacement(
  _ value: String,
  of spelling: String
) throws(UnicodeTextError) -> (from: String, to: String) {
  let scalars = Array(value.unicodeScalars)
  guard let mark = scalars.first, scalars.count > 2, scalars.last == mark else {
    throw .spelling(spelling, remedy: "a replacement is written /FROM/TO/")
  }
  let parts = scalars.dropFirst().dropLast()
    .split(separator: mark, maxSplits: 2, omittingEmptySubsequences: false)
  guard parts.count == 2, !parts[0].isEmpty else {
    throw .spelling(
      spelling,
      remedy: "a replacement is written /FROM/TO/, with a mark that neither holds"
    )
  }
  func text(_ part: ArraySlice<Unicode.Scalar>) -> String {
    var view = String.UnicodeScalarView()
    view.append(contentsOf: part)
    return String(view)
  }
  return (text(parts[0]), text(parts[1]))
}
