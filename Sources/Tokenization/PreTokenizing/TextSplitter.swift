import UnicodeText

/// Carries out stages of ``TextSplit``.
///
/// One value is used by one thread at a time, as its regular expressions are.
final class TextSplitter {
  /// How the occurrences of a stage are found.
  private enum Method {
    case scanner(SplitPattern)
    case matcher(PatternMatcher)
    case characters((CharacterMatches) -> [Range<Int>])
    case words(BoundaryMatches)
    case graphemes(BoundaryMatches)
    case wholeGraphemes(BoundaryMatches)
  }

  private let stages: [(split: TextSplit, method: Method)]

  /// Prepares the stages.
  ///
  /// - Throws: ``UnicodeTextError/pattern(_:place:code:)`` for a regular expression that is wrong.
  init(_ splits: [TextSplit]) throws(UnicodeTextError) {
    var stages: [(split: TextSplit, method: Method)] = []
    for split in splits { stages.append((split, try Self.method(split.pattern))) }
    self.stages = stages
  }

  private static func method(_ pattern: TextSplit.Pattern) throws(UnicodeTextError) -> Method {
    switch pattern {
    case .known(let pattern): .scanner(pattern)
    case .text(let pattern): .matcher(try PatternMatcher(pattern))
    case .digits(let individual): .characters { $0.digits(individual: individual) }
    case .wordsAndSymbols: .characters { $0.wordsAndSymbols }
    case .whitespace: .characters { $0.whitespace }
    case .punctuation: .characters { $0.punctuation }
    case .scripts: .characters { $0.scripts }
    case .words(let locale): .words(try BoundaryMatches(wordsIn: locale))
    case .graphemes: .graphemes(try BoundaryMatches())
    case .wholeGraphemes: .wholeGraphemes(try BoundaryMatches())
    }
  }

  /// The pieces of a text in order; what was removed lies in none.
  func pieces(of text: ByteView) throws(UnicodeTextError) -> [Range<Int>] {
    var pieces = text.count == 0 ? [] : [0..<text.count]
    for stage in stages {
      if case .wholeGraphemes(let boundaries) = stage.method {
        pieces = try boundaries.joined(pieces, in: text)
        continue
      }
      var finer: [Range<Int>] = []
      for piece in pieces {
        for part in try parts(of: text[piece], stage.split, stage.method) where !part.isEmpty {
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
    _ method: Method
  ) throws(UnicodeTextError) -> [Range<Int>] {
    let matches: [Range<Int>]
    switch method {
    case .scanner(let pattern):
      var parts: [Range<Int>] = []
      pattern.forEachPiece(of: text) { parts.append($0) }
      return parts
    case .wholeGraphemes: return [0..<text.count]
    case .words(let boundaries): matches = try boundaries.words(of: text)
    case .graphemes(let boundaries): matches = try boundaries.segments(of: text)
    case .characters(let find): matches = find(CharacterMatches(bytes: text))
    case .matcher(let matcher):
      matches = try text.withSpan { (span) throws(UnicodeTextError) in
        try matcher.matches(in: span)
      }
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
