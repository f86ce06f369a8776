import CICU

/// Small letters by the rules of a language: I becomes ı in Turkish and Azerbaijani, dots stay above
/// in Lithuanian, and a Σ at the end of a word becomes ς.
///
/// - Source: Unicode Standard, section 3.13, and SpecialCasing.txt.
struct LocaleLowercase {
  private let locale: String

  init(_ locale: String) throws(UnicodeTextError) {
    try checkLocale(locale)
    self.locale = locale
  }

  /// The changes of a text.
  ///
  /// Only words with capitals go to ICU.
  func edits(_ text: RawSpan) throws(UnicodeTextError) -> [(Range<Int>, [UInt8])] {
    var received = ReceivedText()
    for part in capitalizedParts(of: text) {
      received.startPart(at: part.lowerBound)
      var isChanged = false
      let code = unsafe withUnsafeMutablePointer(to: &received) { context in
        unsafe text.extracting(part).withUnsafeBytes { buffer in
          unsafe icu_lowercase(
            locale,
            address(of: buffer),
            Int32(buffer.count),
            &isChanged,
            context,
            ReceivedText.takeBytes,
            ReceivedText.takeEdit
          )
        }
      }
      if code > 0 {
        throw .icu(
          operation: "make small letters",
          code: unsafe String(cString: icu_error_name(code))
        )
      }
    }
    return received.changes.map { ($0.source, Array(received.bytes[$0.target])) }
  }
}

/// The stretches of a text that hold all its capitals, from white space to white space.
///
/// What a small letter depends on, the letters and marks around it, never reaches beyond a space.
private func capitalizedParts(of text: RawSpan) -> [Range<Int>] {
  var stretches: [Range<Int>] = []
  CapitalTable.shared.forEachCapital(in: text) { _, range in
    // Stretches near each other are one: a call costs more than some bytes in it.
    let nearby = 64
    if let last = stretches.last, range.lowerBound - last.upperBound < nearby {
      stretches[stretches.count - 1] = last.lowerBound..<range.upperBound
    } else {
      stretches.append(range)
    }
  }
  let words = unsafe text.withUnsafeBytes { buffer in
    var words: [Range<Int>] = []
    for stretch in stretches {
      var end = stretch.upperBound
      while end < buffer.count, unsafe buffer[end] > 0x20 { end += 1 }
      if let last = words.last, stretch.lowerBound <= last.upperBound {
        words[words.count - 1] = last.lowerBound..<max(last.upperBound, end)
        continue
      }
      var start = stretch.lowerBound
      while start > 0, unsafe buffer[start - 1] > 0x20 { start -= 1 }
      words.append(start..<end)
    }
    return words
  }
  // ICU's positions are 32 bits.
  var parts: [Range<Int>] = []
  for word in words {
    for part in lineParts(of: text.extracting(word)) {
      parts.append(part.lowerBound + word.lowerBound..<part.upperBound + word.lowerBound)
    }
  }
  return parts
}

/// Checks that a text can be a BCP 47 tag.
func checkLocale(_ locale: String) throws(UnicodeTextError) {
  let isTag = locale.utf8.allSatisfy { byte in
    byte == UInt8(ascii: "-") || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
      || UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte | 0x20
  }
  if !isTag || locale.utf8.count > 32 { throw .locale(locale) }
}
