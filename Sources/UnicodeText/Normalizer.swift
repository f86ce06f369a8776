import CICU

/// Brings text to a normal form, in UTF-8 without a detour.
///
/// Text that is normal already is found by a quick check and not copied. Ill-formed bytes are
/// kept as they are. The normal forms are those of the ICU found at run time (``unicodeVersion``);
/// assigned code points keep their normal form in all later versions of Unicode.
public struct Normalizer: Sendable, Hashable {
  /// The form.
  public let form: NormalizationForm

  /// Creates a normalizer.
  public init(_ form: NormalizationForm) {
    self.form = form
  }

  /// Whether a text is in the form already.
  public func isNormal(_ text: RawSpan) throws(UnicodeTextError) -> Bool {
    guard let form = form.icu, !isPlain(text) else { return true }
    for part in parts(of: text, form) {
      var answer = false
      let code = unsafe text.extracting(part).withUnsafeBytes { buffer in
        unsafe icu_is_normalized(form, address(of: buffer), Int32(buffer.count), &answer)
      }
      try check(code, "look for normalization")
      if !answer { return false }
    }
    return true
  }

  /// The text in the form, or nil where it is in it already.
  public func normalized(_ text: RawSpan) throws(UnicodeTextError) -> [UInt8]? {
    if try isNormal(text) { return nil }
    return try run(text, withEdits: false).bytes
  }

  /// The text in the form with its alignment, or nil where it is in it already.
  public func aligned(
    _ text: RawSpan
  ) throws(UnicodeTextError) -> (text: [UInt8], alignment: Alignment)? {
    if try isNormal(text) { return nil }
    let received = try run(text, withEdits: true)
    return (received.bytes, Alignment(changes: received.changes))
  }

  /// The text in the form.
  ///
  /// Example: `"e\u{301}"` in NFC gives `"é"`.
  public func normalize(_ text: String) throws(UnicodeTextError) -> String {
    let utf8 = Array(text.utf8)
    guard let normal = try unsafe normalized(utf8.span.bytes) else { return text }
    return String(decoding: normal, as: UTF8.self)
  }

  /// Whether a cut before a character keeps the normal forms of both sides apart, whatever they are.
  public func hasBoundary(before scalar: Unicode.Scalar) -> Bool {
    guard let form = form.icu else { return true }
    var answer = false
    return unsafe icu_has_boundary_before(form, scalar.value, &answer) <= 0 && answer
  }

  /// Whether a character stays what it is and changes nothing around it, wherever it stands.
  public func isInert(_ scalar: Unicode.Scalar) -> Bool {
    guard let form = form.icu else { return true }
    var answer = false
    return unsafe icu_is_inert(form, scalar.value, &answer) <= 0 && answer
  }

  private func run(
    _ text: RawSpan,
    withEdits: Bool
  ) throws(UnicodeTextError) -> ReceivedText {
    var received = ReceivedText(capacity: text.byteCount + text.byteCount / 8)
    guard let form = form.icu else { return received }
    for part in parts(of: text, form) {
      received.startPart(at: part.lowerBound)
      let code = unsafe withUnsafeMutablePointer(to: &received) { context in
        unsafe text.extracting(part).withUnsafeBytes { buffer in
          unsafe icu_normalize(
            form,
            address(of: buffer),
            Int32(buffer.count),
            context,
            ReceivedText.takeBytes,
            withEdits ? ReceivedText.takeEdit : nil
          )
        }
      }
      try check(code, "normalize the text")
    }
    return received
  }

  /// ASCII is in every form, and without capitals in the case-folded one.
  private func isPlain(_ text: RawSpan) -> Bool {
    form == .nfkcCasefold ? isSmallASCII(text) : isASCII(text)
  }

  private func check(_ code: Int32, _ operation: String) throws(UnicodeTextError) {
    if code > 0 {
      throw .icu(operation: operation, code: unsafe String(cString: icu_error_name(code)))
    }
  }
}

extension NormalizationForm {
  /// ICU's name for the form; nil for none.
  fileprivate var icu: icu_form? {
    switch self {
    case .none: nil
    case .nfc: ICU_NFC
    case .nfd: ICU_NFD
    case .nfkc: ICU_NFKC
    case .nfkd: ICU_NFKD
    case .nfkcCasefold: ICU_NFKC_CASEFOLD
    }
  }
}

/// The longest part given to ICU at once, whose lengths are 32 bits and may grow eighteenfold.
private let longestPart = 64 << 20

/// Cuts a very long text at places where the parts' normal forms do not touch.
private func parts(of text: RawSpan, _ form: icu_form) -> [Range<Int>] {
  var parts: [Range<Int>] = []
  var start = 0
  while text.byteCount - start > longestPart {
    let limit = cut(text, form, start, start + longestPart)
    parts.append(start..<limit)
    start = limit
  }
  parts.append(start..<text.byteCount)
  return parts
}

/// The last place up to `limit` before which nothing composes; `limit` itself where there is none.
private func cut(_ text: RawSpan, _ form: icu_form, _ start: Int, _ limit: Int) -> Int {
  unsafe text.withUnsafeBytes { buffer in
    let text = unsafe address(of: buffer)
    var position = limit
    while position > start + 1 {
      if unsafe text[position] & 0xC0 != 0x80 {
        let scalar = unsafe UTF8Decoding.step(text, at: position, limit: buffer.count).scalar
        var answer = false
        if unsafe icu_has_boundary_before(form, scalar, &answer) <= 0, answer { return position }
      }
      position -= 1
    }
    return limit
  }
}

/// Whether all bytes are below 0x80.
func isASCII(_ text: RawSpan) -> Bool {
  unsafe text.withUnsafeBytes { buffer in
    var position = 0
    while position + 32 <= buffer.count {
      let word = unsafe buffer.loadUnaligned(fromByteOffset: position, as: SIMD4<UInt64>.self)
      if (word[0] | word[1] | word[2] | word[3]) & 0x8080_8080_8080_8080 != 0 { return false }
      position += 32
    }
    while position < buffer.count {
      if unsafe buffer[position] >= 0x80 { return false }
      position += 1
    }
    return true
  }
}
