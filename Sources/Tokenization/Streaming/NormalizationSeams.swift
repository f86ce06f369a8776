import UnicodeText

/// Where the steps of a normalization look no further, and what they make of the characters there.
struct NormalizationSeams {
  /// Why there is no such place.
  let obstacle: String?
  /// Whether a space in front of a text stands for the one in front of a part.
  let dropsSpace: Bool

  private var steps: [(step: Normalization.Step, normalizer: TextNormalizer)] = []

  init(_ configuration: TokenizerConfiguration) {
    let steps = configuration.normalization.steps
    var obstacle = configuration.characterMap == nil ? nil : "its normalizer has a compiled map"
    dropsSpace = Self.isSpacePrefix(steps)
    for step in steps.dropFirst(dropsSpace ? 1 : 0) {
      switch step {
      case .transform, .prepend: obstacle = "its normalizer has \(step.name)"
      case .replace(.regularExpression, _) where !step.isRunOfSpace:
        obstacle = "its normalizer replaces a regular expression"
      case .replace(.literal(""), _): obstacle = "its normalizer replaces nothing"
      default: break
      }
      if let normalizer = try? TextNormalizer(Normalization([step])) {
        self.steps.append((step, normalizer))
      } else {
        obstacle = "its normalizer cannot be prepared"
      }
    }
    self.obstacle = obstacle
  }

  /// Whether a sign is put in front of every text and then written for spaces.
  private static func isSpacePrefix(_ steps: [Normalization.Step]) -> Bool {
    guard steps.count == 2, case .prepend(let sign) = steps[0],
      case .replace(.literal(" "), with: sign) = steps[1]
    else { return false }
    return sign.unicodeScalars.count == 1
  }

  /// What two characters in a row become, where both sides are normalized apart: the characters of
  /// the left side, and the first of the right one.
  ///
  /// - Parameters:
  ///   - left: The left character, behind some of those before it.
  ///   - right: The right one.
  /// - Returns: Nil where a step may look across.
  func ends(
    of left: String,
    _ right: Unicode.Scalar
  ) -> (left: String.UnicodeScalarView, right: Unicode.Scalar)? {
    var sides = (left: left, right: String(right))
    if dropsSpace, right != " " { return nil }
    for (step, normalizer) in steps {
      guard isApart(step, sides.left.unicodeScalars, sides.right.unicodeScalars),
        let newLeft = try? normalizer.normalize(sides.left),
        let newRight = try? normalizer.normalize(sides.right), !newLeft.isEmpty, !newRight.isEmpty
      else { return nil }
      sides = (newLeft, newRight)
    }
    return sides.right.unicodeScalars.first.map { (sides.left.unicodeScalars, $0) }
  }

  /// Whether a step changes each side as it does alone, up to the ends.
  private func isApart(
    _ step: Normalization.Step,
    _ left: String.UnicodeScalarView,
    _ right: String.UnicodeScalarView
  ) -> Bool {
    guard let start = left.first, let last = left.last, let first = right.first else {
      return false
    }
    switch step {
    case .form(let form):
      let normalizer = Normalizer(form)
      return normalizer.hasBoundary(before: start) && right.allSatisfy(normalizer.isInert)
    case .lowercase, .stripAccents: return true
    case .lowercaseIn:
      // What a small letter depends on never reaches beyond a space, and only Σ and marks look there.
      return (first == " " || first == "\n" || first == "\t" || first == "\r")
        && !left.contains { $0 == "\u{3A3}" || CharacterClass(of: $0).contains(.combining) }
    case .strip: return !last.properties.isWhitespace && !first.properties.isWhitespace
    case .replace(.literal(let text), _):
      let text = text.unicodeScalars
      return text.count == 1 || !text.contains { left.contains($0) || right.contains($0) }
    case .replace(.regularExpression, _): return step.isRunOfSpace && !last.properties.isWhitespace
    case .prepend, .transform: return false
    }
  }
}

extension Normalization.Step {
  /// Whether something is written for every run of white space.
  fileprivate var isRunOfSpace: Bool {
    guard case .replace(.regularExpression(#"\s+"#), with: let content) = self else { return false }
    return !content.isEmpty
  }
}
