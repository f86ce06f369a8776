import UnicodeText

/// A document cut into words and lines, once for all rules.
struct DocumentMeasures {
  private let bytes: [UInt8]
  private let words: [Range<Int>]
  private let lines: [ArraySlice<UInt8>]

  init(_ text: RawSpan, _ segmenter: TextSegmenter) throws(UnicodeTextError) {
    bytes = unsafe text.withUnsafeBytes { unsafe Array($0) }
    words = try segmenter.words(in: text)
    lines = bytes.split(separator: 0x0A).map { $0.trimmed }.filter { !$0.isEmpty }
  }

  /// The value of a measure; nil where there is nothing to measure it on.
  func value(of measure: DocumentRule.Measure) -> Double? {
    switch measure {
    case .words: return Double(words.count)
    case .wordLength: return share(of: words.reduce(0) { $0 + codePoints($1) }, in: words.count)
    case .symbols:
      let symbols = occurrences("#") + occurrences("…") + occurrences("...")
      return share(of: symbols, in: words.count)
    case .bulletLines:
      return shareOfLines { line in Self.bullets.contains { line.starts(with: $0) } }
    case .ellipsisLines:
      return shareOfLines { line in Self.ellipses.contains { line.ends(with: $0) } }
    case .sentenceLines:
      return shareOfLines { line in Self.sentenceEnds.contains { line.ends(with: $0) } }
    case .alphabeticWords:
      let alphabetic = words.count { range in
        String(decoding: bytes[range], as: UTF8.self).unicodeScalars.contains {
          $0.properties.isAlphabetic
        }
      }
      return share(of: alphabetic, in: words.count)
    case .duplicateLines: return repeated(lines, byBytes: false)
    case .duplicateLineBytes: return repeated(lines, byBytes: true)
    case .duplicateParagraphs: return repeated(paragraphs, byBytes: false)
    case .duplicateParagraphBytes: return repeated(paragraphs, byBytes: true)
    case .topRun(let length): return topRun(length)
    case .duplicateRuns(let length): return duplicateRuns(length)
    case .curlyBrackets: return Double(bytes.count { $0 == 0x7B || $0 == 0x7D })
    case .loremIpsum: return Double(occurrences("lorem ipsum"))
    }
  }

  private static let bullets = ["•", "‣", "▪", "●", "◦", "* ", "- ", "– "].map { Array($0.utf8) }
  private static let ellipses = ["…", "..."].map { Array($0.utf8) }
  private static let sentenceEnds = [
    ".", "!", "?", "…", "\"", "”", "»", "。", "！", "？", "」", "』", "।", "॥", "؟", "۔", "։", "።", "។",
    "။",
  ].map { Array($0.utf8) }

  private var paragraphs: [ArraySlice<UInt8>] {
    var paragraphs: [ArraySlice<UInt8>] = []
    var start = 0
    for index in bytes.indices where index > 0 && bytes[index] == 0x0A && bytes[index - 1] == 0x0A {
      paragraphs.append(bytes[start..<index].trimmed)
      start = index
    }
    paragraphs.append(bytes[start...].trimmed)
    return paragraphs.filter { !$0.isEmpty }
  }

  private func share(of part: Int, in whole: Int) -> Double? {
    whole > 0 ? Double(part) / Double(whole) : nil
  }

  private func shareOfLines(_ condition: (ArraySlice<UInt8>) -> Bool) -> Double? {
    share(of: lines.count(where: condition), in: lines.count)
  }

  private func codePoints(_ range: Range<Int>) -> Int {
    bytes[range].count { $0 & 0xC0 != 0x80 }
  }

  /// How often a text stands in the document, in small letters of ASCII or as it is.
  private func occurrences(_ text: String) -> Int {
    let wanted = Array(text.utf8)
    guard bytes.count >= wanted.count, let first = wanted.first else { return 0 }
    var count = 0
    var index = 0
    while index <= bytes.count - wanted.count {
      if lowercased(bytes[index]) == first,
        wanted.indices.allSatisfy({ lowercased(bytes[index + $0]) == wanted[$0] })
      {
        count += 1
        index += wanted.count
      } else {
        index += 1
      }
    }
    return count
  }

  private func lowercased(_ byte: UInt8) -> UInt8 {
    (0x41...0x5A).contains(byte) ? byte | 0x20 : byte
  }

  /// The share of parts, or of their bytes, that equal an earlier one.
  private func repeated(_ parts: [ArraySlice<UInt8>], byBytes: Bool) -> Double? {
    var seen: Set<ArraySlice<UInt8>> = []
    var all = 0
    var again = 0
    for part in parts {
      let weight = byBytes ? part.count : 1
      all += weight
      if !seen.insert(part).inserted { again += weight }
    }
    return share(of: again, in: all)
  }

  /// Digests of the runs of n words, one for each word a run starts at.
  private func runs(_ length: Int) -> [TextDigest] {
    guard words.count >= length else { return [] }
    let digests = words.map { range in
      bytes.withSpan { TextDigest($0.extracting(range)) }
    }
    return (0...digests.count - length).map { start in
      digests[start..<start + length].reduce(TextDigest(high: 1, low: 2)) { run, word in
        TextDigest(
          high: folded(run.high ^ word.high, 0x9e37_79b9_7f4a_7c15),
          low: run.low &* 31 &+ word.low
        )
      }
    }
  }

  private func bytesOfRun(_ start: Int, _ length: Int) -> Int {
    words[start..<start + length].reduce(0) { $0 + $1.count }
  }

  private func topRun(_ length: Int) -> Double? {
    let runs = runs(length)
    var counts: [TextDigest: (count: Int, start: Int)] = [:]
    for (start, run) in runs.enumerated() {
      counts[run, default: (0, start)].count += 1
    }
    var most = 0
    for (count, start) in counts.values where count > 1 {
      most = max(most, count * bytesOfRun(start, length))
    }
    return share(of: min(most, wordBytes), in: wordBytes)
  }

  private func duplicateRuns(_ length: Int) -> Double? {
    let runs = runs(length)
    var first: [TextDigest: Int] = [:]
    var isRepeated = [Bool](repeating: false, count: words.count)
    for (start, run) in runs.enumerated() {
      if let earlier = first[run] {
        for index in start..<start + length { isRepeated[index] = true }
        for index in earlier..<earlier + length { isRepeated[index] = true }
      } else {
        first[run] = start
      }
    }
    let covered = words.indices.reduce(0) { $0 + (isRepeated[$1] ? words[$1].count : 0) }
    return share(of: covered, in: wordBytes)
  }

  private var wordBytes: Int { words.reduce(0) { $0 + $1.count } }
}

extension ArraySlice<UInt8> {
  /// Without white space of ASCII at both ends.
  fileprivate var trimmed: ArraySlice<UInt8> {
    var slice = self
    while let first = slice.first, first <= 0x20 { slice = slice.dropFirst() }
    while let last = slice.last, last <= 0x20 { slice = slice.dropLast() }
    return slice
  }

  fileprivate func ends(with text: [UInt8]) -> Bool {
    suffix(text.count).elementsEqual(text)
  }
}

extension [UInt8] {
  /// Runs a body on the bytes.
  func withSpan<Result, Failure: Error>(
    _ body: (RawSpan) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try unsafe body(span.bytes)
  }
}
