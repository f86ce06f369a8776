import UnicodeText

/// Where the stages that cut a normalized text surely cut it.
struct SplitSeams {
  /// What the stages do between two characters.
  enum Effect {
    /// They cut, and each side as it is cut alone.
    case cut
    /// They do not cut, but cut each side as they do alone; what the two characters became.
    case none(Unicode.Scalar, Unicode.Scalar)
    /// That depends on more than the two characters.
    case unknown
  }

  private enum StageEffect {
    case cut, none, unknown
  }

  private let configuration: TokenizerConfiguration
  private let stages: [(split: TextSplit, splitter: TextSplitter?)]

  init(_ configuration: TokenizerConfiguration) {
    self.configuration = configuration
    stages = configuration.splits.map { ($0, try? TextSplitter([$0])) }
  }

  /// Whether it matters which character the marks before a place belong to.
  var looksAtBases: Bool {
    stages.contains {
      if case .words = $0.split.pattern { true } else { false }
    }
  }

  /// What all stages do between two characters of a normalized text.
  ///
  /// Once a stage cuts, the later ones see both sides apart, but for those that join pieces.
  ///
  /// - Parameters:
  ///   - left: The left character.
  ///   - right: The right one.
  ///   - base: Where the left one is a mark, what it and the marks before it belong to; nil where
  ///     that is not known.
  /// - Returns: What holds whatever stands around them.
  func effect(
    _ left: Unicode.Scalar,
    _ right: Unicode.Scalar,
    base: Unicode.Scalar? = nil
  ) -> Effect {
    var (left, right) = (left, right)
    var isCut = false
    for index in 0...stages.count {
      if let metaspace = configuration.metaspace,
        min(configuration.metaspaceStage, stages.count) == index
      {
        let sign = metaspace.replacement
        if left == " " { left = sign }
        if right == " " { right = sign }
        // A part that begins with the sign gets no other in front.
        let isKept = right == sign || metaspace.prependScheme == .never
        if !isKept, !isCut || metaspace.prependScheme == .first { return .unknown }
        if metaspace.splits, right == sign { isCut = true }
      }
      if configuration.addsPrefixSpace, min(configuration.prefixSpaceStage, stages.count) == index,
        !isCut, right != " "
      {
        return .unknown
      }
      if index == stages.count { break }
      let (split, splitter) = stages[index]
      guard let splitter else { return .unknown }
      let effect = effect(of: split, splitter, left, right, base)
      if case .wholeGraphemes = split.pattern {
        if effect == .unknown { return .unknown }
      } else if !isCut {
        if effect == .unknown { return .unknown }
        isCut = effect == .cut
      }
    }
    return isCut ? .cut : .none(left, right)
  }

  /// What one stage does between two characters.
  private func effect(
    of split: TextSplit,
    _ splitter: TextSplitter,
    _ left: Unicode.Scalar,
    _ right: Unicode.Scalar,
    _ base: Unicode.Scalar?
  ) -> StageEffect {
    if case .known = split.pattern { return Self.parts(left, right) ? .cut : .unknown }
    guard split.behavior == .isolated || split.behavior == .removed else { return .unknown }
    switch split.pattern {
    case .known, .digits, .wordsAndSymbols, .whitespace, .punctuation:
      break
    case .text(.literal(let text)):
      let text = text.unicodeScalars
      if text.count > 1 { return text.contains(left) || text.contains(right) ? .unknown : .none }
    case .text(.regularExpression(let pattern)):
      let isNumbers = pattern == #"\p{N}"# || pattern.isGroupOfNumbers
      let areNumbers = [left, right].allSatisfy { CharacterClass(of: $0).contains(.number) }
      if !isNumbers || areNumbers { return .unknown }
    case .scripts:
      guard let before = ScriptRuns.script(of: left), let after = ScriptRuns.script(of: right)
      else { return .unknown }
      return before == after ? .none : .cut
    case .words:
      let isEnd = WordRole(of: base ?? left)
        .endsWord(before: WordRole(of: right), hasMarks: base.map { $0 != left } ?? false)
      return isEnd ? .cut : .unknown
    case .graphemes, .wholeGraphemes:
      if right.value >= 0x80 || right == "\n" { return .unknown }
    }
    let isWhole = pieces(splitter, left, right).contains { $0.count > 1 }
    switch split.pattern {
    case .graphemes: return isWhole ? .unknown : .cut
    case .wholeGraphemes:
      return isCluster(left, right) ? .unknown : .none
    default: return isWhole ? .none : .cut
    }
  }

  /// The pieces of two characters, in characters.
  private func pieces(
    _ splitter: TextSplitter,
    _ left: Unicode.Scalar,
    _ right: Unicode.Scalar
  ) -> [[Unicode.Scalar]] {
    var text = String.UnicodeScalarView()
    text.append(left)
    text.append(right)
    let bytes = Array(String(text).utf8)
    let ranges = try? bytes.withByteView { (view) throws(UnicodeTextError) in
      try splitter.pieces(of: view)
    }
    return (ranges ?? [0..<bytes.count]).map {
      Array(String(decoding: bytes[$0], as: UTF8.self).unicodeScalars)
    }
  }

  private func isCluster(_ left: Unicode.Scalar, _ right: Unicode.Scalar) -> Bool {
    guard let splitter = try? TextSplitter([TextSplit(.graphemes)]) else { return true }
    return pieces(splitter, left, right).contains { $0.count > 1 }
  }

  /// Whether the rules of ``SplitPattern`` cut between two characters, whatever stands around them.
  ///
  /// Numbers end before all that is no number, letters before all that is neither letter nor mark nor
  /// the start of a contraction, and everything but white space before white space, where only
  /// symbols take line ends along. White space itself looks ahead, and is never cut off.
  static func parts(_ left: Unicode.Scalar, _ right: Unicode.Scalar) -> Bool {
    let before = CharacterClass(of: left)
    let after = CharacterClass(of: right)
    if before.contains(.whitespace) { return false }
    let isName = !before.isDisjoint(with: [.letter, .number])
    if after.contains(.whitespace) { return isName || !after.contains(.newline) }
    if before.contains(.number) { return !after.contains(.number) }
    return before.contains(.letter) && after.isDisjoint(with: [.letter, .combining])
      && right != "'"
  }
}

extension String {
  /// Whether a pattern is `\p{N}{1,K}`, groups of digits from the left.
  fileprivate var isGroupOfNumbers: Bool {
    let prefix = #"\p{N}{1,"#
    guard hasPrefix(prefix), hasSuffix("}") else { return false }
    return Int(dropFirst(prefix.count).dropLast()) != nil
  }
}
