import Files
import UnicodeText

/// Writes a ``CountFile``, which appears when it is whole.
struct CountFileWriter: ~Copyable {
  private var file: AtomicFile
  private var buffer: [UInt8] = []
  private var previous: [UInt8] = []
  private var check = CRC64()
  private var uniqueCount = 0
  private var uniqueByteCount = 0
  private var total: UInt64 = 0
  private var characterCount = 0

  /// Starts a file.
  ///
  /// - Parameters:
  ///   - path: Where it will lie.
  ///   - settings: How the words were made, ``TokenizerConfiguration/countingSettings()``.
  ///   - note: Which parts of a text the words are from.
  /// - Throws: ``TokenizationError/file(_:)`` where it can not be written.
  init(_ path: String, settings: [UInt8], note: String = "") throws(TokenizationError) {
    do {
      file = try AtomicFile(path)
    } catch {
      throw .file(error)
    }
    buffer.reserveCapacity(1 << 18)
    buffer += CountFile.magic
    append32(CountFile.version)
    for text in [settings, Array(unicodeVersion.utf8), Array(note.utf8)] {
      append32(UInt32(text.count))
      buffer += text
    }
  }

  /// Adds a word, which comes after all before in the order of bytes.
  mutating func append(_ word: ByteView, count: UInt64) throws(TokenizationError) {
    var shared = 0
    let limit = min(word.count, previous.count)
    while shared < limit, word[shared] == previous[shared] { shared += 1 }
    append(UInt64(shared))
    append(UInt64(word.count - shared))
    previous.removeSubrange(shared...)
    for index in shared..<word.count {
      previous.append(word[index])
      buffer.append(word[index])
    }
    append(count)
    uniqueCount += 1
    uniqueByteCount += word.count
    total &+= count
    var characters = 0
    for index in 0..<word.count where word[index] & 0xC0 != 0x80 { characters += 1 }
    characterCount &+= characters &* Int(truncatingIfNeeded: count)
    if buffer.count >= 1 << 18 - 1 << 10 { try flush() }
  }

  /// Adds a word, which comes after all before in the order of bytes.
  mutating func append(_ word: [UInt8], count: UInt64) throws(TokenizationError) {
    try unsafe word.span.bytes.withByteView { (word) throws(TokenizationError) in
      try append(word, count: count)
    }
  }

  /// Ends the file and gives it its name.
  ///
  /// - Parameter byteCount: How many bytes of text were counted.
  /// - Throws: ``TokenizationError/file(_:)`` where it can not be written.
  consuming func finish(byteCount: Int) throws(TokenizationError) {
    for number in [uniqueCount, uniqueByteCount, Int(truncatingIfNeeded: total)] {
      append64(UInt64(number))
    }
    for number in [byteCount, characterCount, 0] { append64(UInt64(number)) }
    try flush()
    append64(check.value)
    buffer += CountFile.endMagic
    try flush()
    do {
      try file.commit()
    } catch {
      throw .file(error)
    }
  }

  private mutating func append(_ number: UInt64) {
    var rest = number
    while rest >= 0x80 {
      buffer.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    buffer.append(UInt8(truncatingIfNeeded: rest))
  }

  private mutating func append32(_ number: UInt32) {
    for shift in 0..<4 { buffer.append(UInt8(truncatingIfNeeded: number >> UInt32(8 * shift))) }
  }

  private mutating func append64(_ number: UInt64) {
    for shift in 0..<8 { buffer.append(UInt8(truncatingIfNeeded: number >> UInt64(8 * shift))) }
  }

  private mutating func flush() throws(TokenizationError) {
    // subtle: taken out of the structure, so that the file may be changed while it is read.
    var bytes: [UInt8] = []
    swap(&bytes, &buffer)
    bytes.withByteView { check.update($0) }
    do {
      try unsafe file.write(bytes.span.bytes)
    } catch {
      throw .file(error)
    }
    bytes.removeAll(keepingCapacity: true)
    swap(&bytes, &buffer)
  }
}
