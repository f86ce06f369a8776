public import UnicodeText

/// One stage of cutting text into pieces; the next stage cuts each of its pieces further.
public struct TextSplit: Sendable, Hashable {
  /// What is looked for.
  public enum Pattern: Sendable, Hashable {
    /// A rule with a scanner of its own.
    case known(SplitPattern)
    /// A text or a regular expression.
    case text(TextPattern)
    /// Number characters (general category N), each alone or in runs.
    case digits(individual: Bool)
  }

  /// What becomes of an occurrence.
  public enum Behavior: String, CaseIterable, Sendable, Hashable {
    /// It is left out.
    case removed = "Removed"
    /// It is a piece.
    case isolated = "Isolated"
    /// It ends the piece before it.
    case mergedWithPrevious = "MergedWithPrevious"
    /// It begins the piece after it.
    case mergedWithNext = "MergedWithNext"
    /// Neighboring occurrences are one piece.
    case contiguous = "Contiguous"
  }

  /// What is looked for.
  public var pattern: Pattern
  /// What becomes of an occurrence.
  public var behavior: Behavior
  /// Whether what lies between the occurrences takes their part, and they its.
  public var isInverted: Bool

  /// Creates a stage.
  public init(_ pattern: Pattern, behavior: Behavior = .isolated, isInverted: Bool = false) {
    self.pattern = pattern
    self.behavior = behavior
    self.isInverted = isInverted
  }

  /// Creates the stage of a rule with a scanner of its own, whose pieces cover the text.
  public init(_ pattern: SplitPattern) {
    self.init(.known(pattern))
  }

  /// A short name, such as `o200k` or `split`.
  public var name: String {
    switch pattern {
    case .known(let pattern): pattern.rawValue
    case .text: "split"
    case .digits: "digits"
    }
  }
}

extension TokenizerConfiguration {
  /// The pieces of a normalized text, for looking at.
  func pieces(of text: [UInt8]) throws(TokenizationError) -> [Range<Int>] {
    do {
      let splitter = try TextSplitter(splits)
      return try text.withByteView { (text) throws(UnicodeTextError) in
        try splitter.pieces(of: text)
      }
    } catch {
      throw .text(error)
    }
  }
}

/// Carries out stages of ``TextSplit``.
///
/// One value is used by one thread at a time, as its regular expressions are.
final class TextSplitter {
  private let stages: [(split: TextSplit, matcher: PatternMatcher?)]

  /// Prepares the stages.
  ///
  /// - Throws: ``UnicodeTextError/pattern(_:place:code:)`` for a regular expression that is wrong.
  init(_ splits: [TextSplit]) throws(UnicodeTextError) {
    var stages: [(split: TextSplit, matcher: PatternMatcher?)] = []
    for split in splits {
      switch split.pattern {
      case .known: stages.append((split, nil))
      case .text(let pattern): stages.append((split, try PatternMatcher(pattern)))
      case .digits(let individual):
        let pattern = individual ? #"\p{N}"# : #"\p{N}+"#
        stages.append((split, try PatternMatcher(.regularExpression(pattern))))
      }
    }
    self.stages = stages
  }

  /// The pieces of a text in order; what was removed lies in none.
  func pieces(of text: ByteView) throws(UnicodeTextError) -> [Range<Int>] {
    var pieces = text.count == 0 ? [] : [0..<text.count]
    for stage in stages {
      var finer: [Range<Int>] = []
      for piece in pieces {
        for part in try parts(of: text[piece], stage.split, stage.matcher) where !part.isEmpty {
          finer.append(part.lowerBound + piece.lowerBound..<part.upperBound + piece.lowerBound)
        }
      }
      pieces = finer
    }
    return pieces
  }

  private func parts(
    of text: ByteView,
    _ split: TextSplit,
    _ matcher: PatternMatcher?
  ) throws(UnicodeTextError) -> [Range<Int>] {
    if case .known(let pattern) = split.pattern {
      var parts: [Range<Int>] = []
      pattern.forEachPiece(of: text) { parts.append($0) }
      return parts
    }
    guard let matcher else { return [0..<text.count] }
    let matches = try text.withSpan { (span) throws(UnicodeTextError) in
      try matcher.matches(in: span)
    }
    // Occurrences and what lies between them, in order.
    var runs: [(range: Range<Int>, isMatch: Bool)] = []
    var end = 0
    for match in matches {
      if match.lowerBound > end { runs.append((end..<match.lowerBound, split.isInverted)) }
      runs.append((match, !split.isInverted))
      end = match.upperBound
    }
    if end < text.count { runs.append((end..<text.count, split.isInverted)) }
    return joined(runs, split.behavior)
  }

  /// The pieces that runs give by a behavior.
  private func joined(
    _ runs: [(range: Range<Int>, isMatch: Bool)],
    _ behavior: TextSplit.Behavior
  ) -> [Range<Int>] {
    var pieces: [Range<Int>] = []
    var wasMatch = false
    switch behavior {
    case .removed: return runs.filter { !$0.isMatch }.map(\.range)
    case .isolated: return runs.map(\.range)
    case .mergedWithPrevious, .contiguous:
      for run in runs {
        let joins =
          behavior == .contiguous ? run.isMatch == wasMatch : run.isMatch && !wasMatch
        if joins, let last = pieces.popLast() {
          pieces.append(last.lowerBound..<run.range.upperBound)
        } else {
          pieces.append(run.range)
        }
        wasMatch = run.isMatch
      }
      return pieces
    case .mergedWithNext:
      for run in runs.reversed() {
        if run.isMatch, !wasMatch, let next = pieces.popLast() {
          pieces.append(run.range.lowerBound..<next.upperBound)
        } else {
          pieces.append(run.range)
        }
        wasMatch = run.isMatch
      }
      return pieces.reversed()
    }
  }
}
