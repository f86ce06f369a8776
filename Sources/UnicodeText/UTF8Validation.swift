/// The offset of the first byte that begins no well-formed UTF-8 sequence, or nil.
///
/// Example: `61 FF 62` gives 1; a character cut off at the end gives the offset of its first byte.
///
/// - Complexity: One pass, eight bytes at a time where the text is ASCII.
public func firstInvalidUTF8(in text: RawSpan) -> Int? {
  unsafe text.withUnsafeBytes { buffer in
    guard let start = unsafe buffer.baseAddress?.assumingMemoryBound(to: UInt8.self) else {
      return nil
    }
    let limit = buffer.count
    var position = 0
    while position < limit {
      if unsafe start[position] < 0x80 {
        position += 1
        while position + 8 <= limit {
          let word = unsafe buffer.loadUnaligned(fromByteOffset: position, as: UInt64.self)
          if word & 0x8080_8080_8080_8080 != 0 { break }
          position += 8
        }
        continue
      }
      let step = unsafe UTF8Decoding.step(start, at: position, limit: limit)
      if !step.isWellFormed { return position }
      position += step.length
    }
    return nil
  }
}

/// Checks that a text is well-formed UTF-8.
///
/// - Throws: ``UnicodeTextError/invalidUTF8(offset:byte:)`` with the first bad byte.
public func validateUTF8(_ text: RawSpan) throws(UnicodeTextError) {
  guard let offset = firstInvalidUTF8(in: text) else { return }
  let byte = text.unsafeByte(offset)
  throw .invalidUTF8(offset: offset, byte: byte)
}

/// The text with each maximal ill-formed part replaced by U+FFFD.
public func repairedUTF8(_ text: RawSpan) -> [UInt8] {
  unsafe text.withUnsafeBytes { buffer in
    unsafe Array(String(decoding: buffer, as: UTF8.self).utf8)
  }
}

extension RawSpan {
  /// A byte whose offset was found by looking at it.
  fileprivate func unsafeByte(_ offset: Int) -> UInt8 {
    precondition(offset < byteCount, "offset \(offset) in \(byteCount) bytes")
    return unsafe unsafeLoad(fromByteOffset: offset, as: UInt8.self)
  }
}
