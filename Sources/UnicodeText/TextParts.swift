/// The longest part given to ICU at once where its positions are 32 bits.
private let longestPart = 16 << 20

/// Cuts a very long text after line ends, or where there are none between characters.
///
/// A text up to 16 MiB is one part.
func lineParts(of text: RawSpan) -> [Range<Int>] {
  var parts: [Range<Int>] = []
  var start = 0
  while text.byteCount - start > longestPart {
    let limit = cut(text, start, start + longestPart)
    parts.append(start..<limit)
    start = limit
  }
  parts.append(start..<text.byteCount)
  return parts
}

/// The place after the last line end up to `limit`, else the last start of a character.
private func cut(_ text: RawSpan, _ start: Int, _ limit: Int) -> Int {
  unsafe text.withUnsafeBytes { buffer in
    var position = limit
    while position > start {
      if unsafe buffer[position - 1] == 0x0A { return position }
      position -= 1
    }
    position = limit
    while position > start + 1, limit - position < 4, unsafe buffer[position] & 0xC0 == 0x80 {
      position -= 1
    }
    return position
  }
}

/// The address of a buffer's bytes; an empty buffer may have none, and then nothing is read.
func address(of buffer: UnsafeRawBufferPointer) -> UnsafePointer<UInt8> {
  unsafe (buffer.baseAddress ?? emptyText).assumingMemoryBound(to: UInt8.self)
}

private nonisolated(unsafe) let emptyText = UnsafeRawPointer(
  UnsafeMutableRawPointer.allocate(byteCount: 1, alignment: 1)
)
