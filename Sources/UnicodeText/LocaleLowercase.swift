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
    var collected = CollectedEdits()
    for part in capitalizedParts(of: text) {
      collected.start(at: part.lowerBound)
      var isChanged = false
      let code = unsafe withUnsafeMutablePointer(to: &collected) { context in
        unsafe text.extracting(part).withUnsafeBytes { buffer in
          unsafe icu_lowercase(
            locale,
            address(of: buffer),
            Int32(buffer.count),
            &isChanged,
            context,
            receiveBytes,
            receiveEdit
          )
        }
      }
      if code > 0 {
        throw .icu(
          operation: "make small letters",
          code: unsafe String(cString: icu_error_name(code))
        )
      }
      collected.takeEdits()
    }
    return collected.edits
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

/// Collects what ICU hands over for one part of a text after the other.
private struct CollectedEdits {
  var edits: [(Range<Int>, [UInt8])] = []
  var bytes: [UInt8] = []
  var places: [(source: Range<Int>, target: Range<Int>)] = []
  private var start = 0

  mutating func start(at start: Int) {
    self.start = start
    bytes.removeAll(keepingCapacity: true)
    places.removeAll(keepingCapacity: true)
  }

  mutating func takeEdits() {
    for (source, target) in places {
      edits.append((source.lowerBound + start..<source.upperBound + start, Array(bytes[target])))
    }
  }
}

private let receiveBytes:
  @convention(c) (UnsafeMutableRawPointer?, UnsafePointer<UInt8>?, Int32) -> Void = {
    context,
    bytes,
    count in
    guard let context = unsafe context, let bytes = unsafe bytes else { return }
    let collected = unsafe context.assumingMemoryBound(to: CollectedEdits.self)
    let buffer = unsafe UnsafeBufferPointer(start: bytes, count: Int(count))
    unsafe collected.pointee.bytes.append(contentsOf: buffer)
  }

private let receiveEdit:
  @convention(c) (UnsafeMutableRawPointer?, Int32, Int32, Int32, Int32) -> Void = {
    context,
    source,
    sourceLength,
    target,
    targetLength in
    guard let context = unsafe context else { return }
    let collected = unsafe context.assumingMemoryBound(to: CollectedEdits.self)
    unsafe collected.pointee.places.append(
      (
        source: Int(source)..<Int(source) + Int(sourceLength),
        target: Int(target)..<Int(target) + Int(targetLength)
      )
    )
  }
