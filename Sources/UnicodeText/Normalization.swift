/// A string, or a regular expression, to be looked for in a text.
public enum TextPattern: Sendable, Hashable {
  /// Exactly this text.
  case literal(String)
  /// A regular expression in the dialect of ``RegularExpression/init(portable:)``.
  case regularExpression(String)
}

/// What is done to a text before it is cut: steps in their order.
///
/// Each step sees what the one before made of the text.
public struct Normalization: Sendable, Hashable {
  /// One step.
  public enum Step: Sendable, Hashable {
    /// A normal form of Unicode.
    case form(NormalizationForm)
    /// Small letters for capitals, each character for itself: a final Σ becomes σ too.
    case lowercase
    /// Small letters for capitals by the rules of a language: `tr`, `lt`, or empty for none.
    case lowercaseIn(String)
    /// No combining marks (general category M); after a decomposition, no accents.
    case stripAccents
    /// No white space at the start, at the end, or both.
    case strip(left: Bool, right: Bool)
    /// A text instead of every occurrence of a pattern, taken literally.
    case replace(TextPattern, with: String)
    /// A text in front of every text that is not empty.
    case prepend(String)
    /// A transform of ICU by its identifier, such as `Any-Latin; Latin-ASCII`.
    case transform(String)

    /// One space for every run of white space.
    public static let collapseWhitespace = Step.replace(.regularExpression(#"\s+"#), with: " ")
  }

  /// The steps, none of them ``NormalizationForm/none``.
  public let steps: [Step]

  /// Creates a normalization; steps that do nothing are left out.
  public init(_ steps: [Step]) {
    self.steps = steps.filter { $0 != .form(.none) }
  }

  /// Creates the normalization to one form.
  public init(_ form: NormalizationForm) {
    self.init([.form(form)])
  }

  /// The text as it is.
  public static let none = Normalization([])
  /// ``NormalizationForm/nfc``, the usual one.
  public static let nfc = Normalization(.nfc)
  /// ``NormalizationForm/nfkc``.
  public static let nfkc = Normalization(.nfkc)

  /// The one form that is all there is, or nil for other steps.
  public var form: NormalizationForm? {
    if steps.isEmpty { return NormalizationForm.none }
    guard steps.count == 1, case .form(let form) = steps[0] else { return nil }
    return form
  }

  /// The steps' names, such as `nfd, strip-accents`; `none` where there is none.
  public var name: String {
    if steps.isEmpty { return NormalizationForm.none.rawValue }
    return steps.map(\.name).joined(separator: ", ")
  }
}

extension Normalization.Step {
  /// A short name, such as `nfd`, `lowercase:tr` or `replace`.
  public var name: String {
    switch self {
    case .form(let form): form.rawValue
    case .lowercase: "lowercase"
    case .lowercaseIn(let locale): "lowercase:\(locale.isEmpty ? "und" : locale)"
    case .stripAccents: "strip-accents"
    case .strip: "strip"
    case .collapseWhitespace: "collapse-whitespace"
    case .replace: "replace"
    case .prepend: "prepend"
    case .transform(let identifier): "transform:\(identifier)"
    }
  }
}
