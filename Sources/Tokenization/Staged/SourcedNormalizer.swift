import UnicodeText

/// Carries out a ``Normalization`` and keeps the places of the characters as Hugging Face's
/// `tokenizers` does.
///
/// One value is used by one thread at a time.
final class SourcedNormalizer {
  private enum Stage {
    case form(NormalForms, Normalizer)
    case replace(PatternMatcher, [UInt8])
    case prepend([UInt8])
    /// Anything whose own alignment is exact.
    case other(TextNormalizer)
  }

  private var stages: [Stage] = []
  private let characterMap: CharacterMap?

  init(_ configuration: TokenizerConfiguration) throws(UnicodeTextError) {
    characterMap = configuration.characterMap
    for step in configuration.normalization.steps {
      switch step {
      case .form(let form) where form != .nfkcCasefold:
        stages.append(.form(NormalForms(form), Normalizer(form)))
      case .replace(let pattern, with: let content):
        stages.append(.replace(try PatternMatcher(pattern), Array(content.utf8)))
      case .prepend(let content): stages.append(.prepend(Array(content.utf8)))
      default: stages.append(.other(try TextNormalizer(Normalization([step]))))
      }
    }
  }

  /// Whether a text goes through unchanged, whatever it is.
  var isEmpty: Bool { stages.isEmpty && characterMap == nil }

  /// Carries out all steps.
  func normalize(_ text: inout SourcedText) throws(UnicodeTextError) {
    let growth = TextGrowth(of: text.bytes.count)
    if let characterMap { characterMap.normalizeGraphemes(of: &text) }
    for index in stages.indices {
      switch stages[index] {
      case .form(var forms, let normalizer):
        let bytes = text.bytes
        guard let normal = try unsafe normalizer.normalized(bytes.span.bytes) else { continue }
        guard text.origins != nil else {
          text.replace(with: normal, .identity)
          continue
        }
        let changes = try forms.changes(of: bytes)
        stages[index] = .form(forms, normalizer)
        var moved = text
        moved.transform(changes)
        if moved.bytes == normal {
          text = moved
        } else if let aligned = try unsafe normalizer.aligned(bytes.span.bytes) {
          text.replace(with: aligned.text, aligned.alignment)
        }
      case .replace(let matcher, let content):
        let bytes = text.bytes
        let matches = try unsafe matcher.matches(in: bytes.span.bytes)
        try TextGrowth.checkStep(of: bytes.count, adding: content.count, times: matches.count)
        text.replace(matches, with: content)
      case .prepend(let content): text.prepend(content)
      case .other(let normalizer):
        let bytes = text.bytes
        if let aligned = try unsafe normalizer.aligned(bytes.span.bytes) {
          text.replace(with: aligned.text, aligned.alignment)
        }
      }
      try growth.check(text.bytes.count)
    }
  }
}
