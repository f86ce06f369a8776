import CICU

/// A transform of ICU, such as `Any-Latin; Latin-ASCII`: from script to script, or rules of its kind.
///
/// Ill-formed bytes are kept as they are and end the text that a rule sees. One value is used by one
/// thread at a time, hence not `Sendable`.
@safe public final class TextTransform {
  private let handle: OpaquePointer
  private let keepsASCII: Bool

  /// Compiles a transform.
  ///
  /// - Throws: ``UnicodeTextError/transform(_:code:)`` for an identifier that ICU does not know.
  public init(_ identifier: String) throws(UnicodeTextError) {
    let utf8 = Array(identifier.utf8)
    guard !utf8.isEmpty, utf8.count < 10_000 else {
      throw .transform(identifier, code: "it is empty or too long")
    }
    var code: Int32 = 0
    var place: Int32 = 0
    guard let handle = unsafe icu_transform_open(utf8, Int32(utf8.count), &code, &place) else {
      let name = unsafe String(cString: icu_error_name(code))
      throw .transform(identifier, code: name)
    }
    unsafe self.handle = handle
    keepsASCII = identifier.utf8.split(separator: UInt8(ascii: ";")).allSatisfy { step in
      Self.keepingASCII.contains(String(decoding: step.filter { $0 != 0x20 }, as: UTF8.self))
    }
  }

  /// Steps, without their spaces, that leave texts in ASCII as they are.
  private static let keepingASCII: Set<String> = [
    "NFC", "NFD", "NFKC", "NFKD", "Any-NFC", "Any-NFD", "Any-NFKC", "Any-NFKD", "Null", "Any-Null",
    "Any-Latin", "Latin-ASCII", "[:NonspacingMark:]Remove", "[:Nonspacing_Mark:]Remove",
    "[:Mn:]Remove", "[:M:]Remove", "[:Mark:]Remove",
  ]

  deinit {
    unsafe icu_transform_close(handle)
  }

  /// The identifiers of the transforms that ICU brings along, sorted.
  public static var available: [String] {
    var names: [String] = []
    while let name = unsafe icu_transform_name(Int32(names.count)) {
      unsafe names.append(String(cString: name))
    }
    return names.sorted()
  }

  /// The changes of a text from left to right: ranges of its bytes and what replaces them.
  ///
  /// - Complexity: One pass for each step of the transform.
  func edits(_ text: RawSpan) throws(UnicodeTextError) -> [(Range<Int>, [UInt8])] {
    var collected = CollectedChanges()
    if keepsASCII, isASCII(text) { return [] }
    for part in wellFormedParts(of: text) where !part.isEmpty {
      collected.start = part.lowerBound
      let code = unsafe withUnsafeMutablePointer(to: &collected) { context in
        unsafe text.extracting(part).withUnsafeBytes { buffer in
          unsafe icu_transform_run(
            handle,
            address(of: buffer),
            Int32(buffer.count),
            context,
            receiveChange
          )
        }
      }
      if code > 0 {
        throw .icu(
          operation: "transform the text",
          code: unsafe String(cString: icu_error_name(code))
        )
      }
    }
    return collected.edits
  }

  /// The stretches of well-formed text, none longer than ICU can take.
  private func wellFormedParts(of text: RawSpan) -> [Range<Int>] {
    var parts: [Range<Int>] = []
    for part in lineParts(of: text) {
      var start = part.lowerBound
      while start < part.upperBound {
        let rest = text.extracting(start..<part.upperBound)
        let bad = firstInvalidUTF8(in: rest) ?? rest.byteCount
        parts.append(start..<start + bad)
        start += bad + 1
      }
    }
    return parts
  }
}

private struct CollectedChanges {
  var edits: [(Range<Int>, [UInt8])] = []
  var start = 0
}

private let receiveChange:
  @convention(c) (UnsafeMutableRawPointer?, Int32, Int32, UnsafePointer<UInt8>?, Int32) -> Void = {
    context,
    source,
    sourceLength,
    bytes,
    count in
    guard let context = unsafe context else { return }
    let collected = unsafe context.assumingMemoryBound(to: CollectedChanges.self)
    let buffer = unsafe UnsafeBufferPointer(start: bytes, count: Int(count))
    let from = unsafe Int(source) + collected.pointee.start
    let content = unsafe bytes == nil ? [] : Array(buffer)
    unsafe collected.pointee.edits.append((from..<from + Int(sourceLength), content))
  }
