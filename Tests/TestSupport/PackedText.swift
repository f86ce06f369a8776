import Foundation

/// A text and what `gzip -9n` 1.12 and `zstd -19` 1.5.4 made of it.
public enum PackedText {
  /// The text.
  public static let text = "Grüße\nzwei\r\n\n日本語"
  /// The text as a gzip member.
  public static let gzip = decoded("H4sIAAAAAAACA3MvOrzn8PxUrqry1ExeLq5n05c+m7Pmxap5AO7jQCIYAAAA")
  /// The text as a Zstandard frame.
  public static let zstd = decoded("KLUv/SQYwQAAR3LDvMOfZQp6d2VpDQoK5pel5pys6Kqe0ErlGw==")

  /// A Zstandard frame of many equal bytes, four stored ones for each 128 KiB.
  public static func repeated(_ byte: UInt8, times128KiB count: Int) -> [UInt8] {
    var frame: [UInt8] = [0x28, 0xB5, 0x2F, 0xFD, 0x00, 0x58]
    for block in 1...count {
      let header = 131_072 << 3 | 1 << 1 | (block == count ? 1 : 0)
      frame += [0, 8, 16].map { UInt8(truncatingIfNeeded: header >> $0) } + [byte]
    }
    return frame
  }

  private static func decoded(_ base64: String) -> [UInt8] {
    Array(Data(base64Encoded: base64) ?? Data())
  }
}
