import Files
import Tokenization
import UnicodeText

extension MappedFile {
  /// All bytes.
  func contents() -> [UInt8] {
    withBytes { bytes in unsafe bytes.withUnsafeBytes { unsafe Array($0) } }
  }

  /// The lines without their ends; empty ones are left out.
  func lines() -> [[UInt8]] {
    contents().split(separator: 0x0A).compactMap { line in
      let line = line.last == 0x0D ? line.dropLast() : line
      return line.isEmpty ? nil : Array(line)
    }
  }

  /// The name without folder and extension, which in a folder of `LANGUAGE.txt` is the language.
  var language: String {
    let name = split(path).name
    guard let dot = name.lastIndex(of: "."), dot > name.startIndex else { return name }
    return String(name[..<dot])
  }

  /// Checks that the file is UTF-8.
  func checkUTF8() throws(TokenizationError) {
    let bad: (Int, UInt8)? = withBytes { bytes in
      guard let offset = firstInvalidUTF8(in: bytes) else { return nil }
      return (offset, unsafe bytes.unsafeLoad(fromByteOffset: offset, as: UInt8.self))
    }
    if let (offset, byte) = bad { throw .invalidUTF8(path: path, offset: offset, byte: byte) }
  }
}
