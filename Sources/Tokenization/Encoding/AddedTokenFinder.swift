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

  /// The first occurrence from a position on, or nil.
  ///
  /// - Parameters:
  ///   - text: The whole text.
  ///   - start: Where to begin; white space before it is not taken along.
  ///   - accepts: Whether a token counts.
  /// - Returns: The token and where it stands.
  func first(
    in text: ByteView,
    from start: Int,
    where accepts: (AddedToken) -> Bool
  ) -> Match? {
    if isEmpty { return nil }
    var position = start
    while position < text.count {
      if isFirst[Int(text[position])] {
        for candidate in candidates[Int(text[position])]
        where accepts(candidate.token) && has(candidate.text, text, position) {
          let end = position + candidate.text.count
          if candidate.token.singleWord, !standsAlone(text, position..<end) { break }
          return match(candidate.token, position..<end, text, start)
        }
      }
      position += 1
    }
    return nil
  }

  private func has(_ candidate: [UInt8], _ text: ByteView, _ position: Int) -> Bool {
    guard position + candidate.count <= text.count else { return false }
    for index in candidate.indices where text[position + index] != candidate[index] {
      return false
    }
    return true
  }

  private func match(
    _ token: AddedToken,
    _ range: Range<Int>,
    _ text: ByteView,
    _ start: Int
  ) -> Match {
    var lower = range.lowerBound
    var upper = range.upperBound
    let scanned = ScannedText(text)
    if token.stripsRight { upper = scanned.end(ofRun: .whitespace, from: upper) }
    if token.stripsLeft {
      while lower > start {
        let before = startOfCharacter(before: lower, text, start)
        if !scanned.character(at: before).kind.contains(.whitespace) { break }
        lower = before
      }
    }
    return Match(token: token, range: lower..<upper)
  }

  /// Whether no word character stands before or after a range.
  private func standsAlone(_ text: ByteView, _ range: Range<Int>) -> Bool {
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
