/// The characters by which byte-level vocabularies spell bytes.
///
/// Printable bytes are spelled as themselves (0x21–0x7E, 0xA1–0xAC, 0xAE–0xFF), the other 68 as
/// U+0100 to U+0143 in the order of the bytes: a space is `Ġ`, a line feed `Ċ`.
///
/// - Source: Radford et al. 2019, the published encoder of GPT-2.
public enum ByteAlphabet {
  /// The character of each byte.
  public static let characters: [Unicode.Scalar] = {
    var next: UInt32 = 0x100
    return (0..<256).map { byte in
      if isPrintable(byte) { return Unicode.Scalar(UInt8(byte)) }
      defer { next += 1 }
      return Unicode.Scalar(next) ?? "\u{FFFD}"
    }
  }()

  /// The bytes in the order of their characters, which is the order of their token numbers.
  public static let bytesByCharacter: [UInt8] =
    (0..<256).sorted { characters[$0] < characters[$1] }.map { UInt8($0) }

  /// The bytes of the characters U+0100 to U+0143.
  private static let otherBytes: [UInt8] =
    (0..<256).filter { !isPrintable($0) }.map { UInt8($0) }

  /// The byte that a character spells, or nil.
  public static func byte(_ character: Unicode.Scalar) -> UInt8? {
    let value = character.value
    if value < 0x100 { return isPrintable(Int(value)) ? UInt8(value) : nil }
    return value - 0x100 < otherBytes.count ? otherBytes[Int(value - 0x100)] : nil
  }

  private static func isPrintable(_ byte: Int) -> Bool {
    (0x21...0x7E).contains(byte) || (0xA1...0xAC).contains(byte) || (0xAE...0xFF).contains(byte)
  }

  /// The spelling of some bytes in UTF-8.
  ///
  /// Example: the bytes of `" é"` are spelled `ĠÃ©`.
  public static func spelling(of bytes: some Sequence<UInt8>) -> [UInt8] {
    var spelling: [UInt8] = []
    for byte in bytes { spelling += spellings[Int(byte)] }
    return spelling
  }

  /// The spelling of one byte in UTF-8.
  static func spelling(of byte: UInt8) -> [UInt8] { spellings[Int(byte)] }

  private static let spellings: [[UInt8]] = characters.map { Array(String($0).utf8) }

  /// The bytes that a spelling stands for, or nil where a character spells none.
  public static func bytes(ofSpelling spelling: [UInt8]) -> [UInt8]? {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(spelling.count)
    for character in String(decoding: spelling, as: UTF8.self).unicodeScalars {
      guard let byte = byte(character) else { return nil }
      bytes.append(byte)
    }
    return bytes
  }
}
