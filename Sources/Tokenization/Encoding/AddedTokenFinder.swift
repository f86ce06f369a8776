import UnicodeText

/// Finds added tokens in a text: of those that start first, the longest.
struct AddedTokenFinder: Sendable {
  /// An occurrence, with the white space it takes along.
  struct Match {
    let token: AddedToken
    let range: Range<Int>
  }

  private struct Candidate: Sendable {
    let text: [UInt8]
    let token: AddedToken
  }

  /// The tokens by first byte, longest first.
  private let candidates: [[Candidate]]
  private let isFirst: [Bool]

  /// Whether there is nothing to find.
  let isEmpty: Bool

  /// Prepares to find tokens by the texts they have in the text to be searched.
  init(_ tokens: [(text: [UInt8], token: AddedToken)]) {
    var candidates = [[Candidate]](repeating: [], count: 256)
    for (text, token) in tokens {
      guard let first = text.first else { continue }
      candidates[Int(first)].append(Candidate(text: text, token: token))
    }
    self.candidates = candidates.map { $0.sorted { $0.text.count > $1.text.count } }
    isFirst = candidates.map { !$0.isEmpty }
    isEmpty = tokens.isEmpty
  }

  /// The longest token that a text has at a position, whatever its flags.
  fileprivate func longest(in text: ByteView, at position: Int) -> (token: AddedToken, end: Int)? {
    for candidate in candidates[Int(text[position])] where has(candidate.text, text, position) {
      return (candidate.token, position + candidate.text.count)
    }
    return nil
  }

  /// The first position from one on at which a token can start; the length of the text where none
  /// can.
  @inline(__always)
  fileprivate func nextStart(in text: ByteView, from start: Int) -> Int {
    var position = start
    while position < text.count, !isFirst[Int(text[position])] { position += 1 }
    return position
  }

  private func has(_ candidate: [UInt8], _ text: ByteView, _ position: Int) -> Bool {
    guard position + candidate.count <= text.count else { return false }
    for index in candidate.indices where text[position + index] != candidate[index] {
      return false
    }
    return true
  }

  /// A token with the white space that it takes along; none before what is covered.
  ///
  /// subtle: of a token that takes white space on its left along, nothing before what is covered
  /// counts, not even of the token itself.
  ///
  /// - Returns: The occurrence, or nil where all of it is covered.
  fileprivate func match(
    _ token: AddedToken,
    _ range: Range<Int>,
    _ text: ByteView,
    covered: Int
  ) -> Match? {
    var lower = range.lowerBound
    var upper = range.upperBound
    let scanned = ScannedText(text)
    if token.stripsRight { upper = scanned.end(ofRun: .whitespace, from: upper) }
    if token.stripsLeft {
      while lower > covered {
        let before = startOfCharacter(before: lower, text, covered)
        if !scanned.character(at: before).kind.contains(.whitespace) { break }
        lower = before
      }
      lower = max(lower, covered)
    }
    return lower < upper ? Match(token: token, range: lower..<upper) : nil
  }

  /// Whether no word character stands before or after a range.
  fileprivate func standsAlone(_ text: ByteView, _ range: Range<Int>) -> Bool {
    if range.lowerBound > 0 {
      let before = startOfCharacter(before: range.lowerBound, text, 0)
      if isWordCharacter(text, before) { return false }
    }
    return range.upperBound == text.count || !isWordCharacter(text, range.upperBound)
  }

  private func isWordCharacter(_ text: ByteView, _ position: Int) -> Bool {
    let step = unsafe UTF8Decoding.step(text.address, at: position, limit: text.count)
    return Unicode.Scalar(step.scalar)?.isWordCharacter ?? false
  }

  private func startOfCharacter(before position: Int, _ text: ByteView, _ start: Int) -> Int {
    var before = position - 1
    while before > start, position - before < 4, text[before] & 0xC0 == 0x80 { before -= 1 }
    return before
  }
}

/// Goes through the added tokens of a text, as Hugging Face's `tokenizers` does.
///
/// subtle: tokens are found in the text as it is, without regard to the white space that one before
/// took along: a token of spaces counts although its spaces were taken, unless it takes white space
/// on its left along itself. A token that may not stand where it is hides those that start inside of
/// it.
struct AddedTokenSearch {
  private let finder: AddedTokenFinder
  /// Where the search goes on.
  private var place = 0
  /// Where the text after the last token begins.
  private(set) var covered = 0

  init(_ finder: AddedTokenFinder) {
    self.finder = finder
  }

  /// The next occurrence, or nil.
  ///
  /// - Parameters:
  ///   - text: The whole text, the same in each call.
  ///   - accepts: Whether a token counts.
  /// - Returns: The token and where it stands, and the text before it that no token covers.
  mutating func next(
    in text: ByteView,
    where accepts: (AddedToken) -> Bool
  ) -> (match: AddedTokenFinder.Match, before: Range<Int>)? {
    if finder.isEmpty { return nil }
    while true {
      place = finder.nextStart(in: text, from: place)
      if place >= text.count { return nil }
      guard let (token, end) = finder.longest(in: text, at: place) else {
        place += 1
        continue
      }
      let range = place..<end
      place = end
      if !accepts(token) || (token.singleWord && !finder.standsAlone(text, range)) { continue }
      guard let match = finder.match(token, range, text, covered: covered) else { continue }
      let before = covered..<max(covered, match.range.lowerBound)
      covered = match.range.upperBound
      return (match, before)
    }
  }
}
