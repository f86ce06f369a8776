/// The text of a file from its start to its end in UTF-8, unpacked where it is packed, in constant
/// memory whatever its lines.
public final class UTF8Stream {
  /// What becomes of bytes that are not UTF-8.
  public enum Policy: Sendable {
    /// They are an error.
    case refuse
    /// Each ill-formed part becomes U+FFFD.
    case replace
    /// They stay what they are.
    case keep
  }

  private let stream: ByteStream
  private let policy: Policy
  /// The bytes of a character that is not whole yet.
  private var held: [UInt8] = []
  private var isOpen = true
  /// Where the next byte stands, both counted from 1.
  private var line = 1
  private var byte = 1

  /// Opens a file; `-` is standard input.
  ///
  /// - Throws: ``FilesError`` when the path names no readable file.
  public init(_ path: String, _ policy: Policy) throws(FilesError) {
    stream = try ByteStream(path)
    self.policy = policy
  }

  /// The next bytes, at most about a quarter of a megabyte; nil at the end.
  ///
  /// - Throws: ``FilesError/notUTF8(path:line:byte:value:)`` where that is refused, or ``FilesError``
  ///   for a file that cannot be read, is damaged or ends too early.
  public func next() throws(FilesError) -> [UInt8]? {
    guard isOpen else { return nil }
    var bytes = held
    held = []
    isOpen = try stream.read(into: &bytes)
    if policy == .keep { return isOpen ? bytes : nil }
    if isOpen {
      held = Array(bytes.suffix(Self.unfinishedCount(bytes)))
      bytes.removeLast(held.count)
    } else if bytes.isEmpty {
      return nil
    }
    if policy == .replace { return Array(String(decoding: bytes, as: UTF8.self).utf8) }
    do throws(UTF8.ValidationError) {
      _ = try UTF8Span(validating: bytes.span)
    } catch {
      let offset = error.byteOffsets.lowerBound
      advance(over: bytes[..<offset])
      throw .notUTF8(path: stream.path, line: line, byte: byte, value: bytes[offset])
    }
    advance(over: bytes[...])
    return bytes
  }

  private func advance(over bytes: ArraySlice<UInt8>) {
    guard let last = bytes.lastIndex(of: 0x0A) else {
      byte += bytes.count
      return
    }
    line += bytes.reduce(0) { $0 + ($1 == 0x0A ? 1 : 0) }
    byte = bytes.endIndex - last
  }

  /// How many bytes at the end may begin a character that goes on.
  private static func unfinishedCount(_ bytes: [UInt8]) -> Int {
    for count in 1..<4 where count <= bytes.count {
      switch bytes[bytes.count - count] {
      case 0x80...0xBF: continue
      case 0xC2...0xDF: return count < 2 ? count : 0
      case 0xE0...0xEF: return count < 3 ? count : 0
      case 0xF0...0xF4: return count
      default: return 0
      }
    }
    return 0
  }
}
