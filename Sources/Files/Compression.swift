/// How the bytes of a file are packed.
public enum Compression: String, Sendable {
  /// As they are.
  case none
  /// gzip, one member or several in a row.
  case gzip
  /// Zstandard, one frame or several in a row.
  case zstd

  /// The endings of names that promise a packing.
  private static let endings: [(ending: String, compression: Compression)] = [
    (".gz", .gzip), (".zst", .zstd), (".zstd", .zstd),
  ]

  /// The packing that a name promises, and the name without that promise.
  ///
  /// Example: `en.jsonl.gz` gives gzip and `en.jsonl`.
  static func promised(by name: String) -> (compression: Compression, name: String) {
    for (ending, compression) in endings where name.hasSuffix(ending) {
      return (compression, String(name.dropLast(ending.count)))
    }
    return (.none, name)
  }
}

/// What the first bytes of a file say about the rest.
enum FileSignature {
  /// How many bytes are looked at.
  static let length = 4096

  /// How a file is packed.
  ///
  /// - Parameters:
  ///   - start: The first ``length`` bytes, or all where there are fewer.
  ///   - path: The file's path, for errors and for what its ending promises.
  /// - Returns: The packing, none for text.
  /// - Throws: ``FilesError/wrongFormat(path:found:remedy:)`` where the bytes are surely no text in
  ///   UTF-8, ``FilesError/truncated(path:format:offset:)`` for a packed file without any byte.
  static func compression(of start: [UInt8], path: String) throws(FilesError) -> Compression {
    if start.starts(with: [0x1F, 0x8B]) { return .gzip }
    if isZstd(start) { return .zstd }
    for (magic, found, remedy) in foreign where start.starts(with: magic) {
      throw .wrongFormat(path: path, found: found, remedy: remedy)
    }
    let promised = Compression.promised(by: path).compression
    if promised != .none {
      if start.count < 4 {
        throw .truncated(path: path, format: promised.rawValue, offset: start.count)
      }
      if !looksLikeText(start) {
        throw .wrongFormat(
          path: path,
          found: "named as \(promised.rawValue) but holds other bytes",
          remedy: "Copy or pack it again"
        )
      }
    }
    if let found = wideText(start) {
      throw .wrongFormat(path: path, found: found, remedy: iconv("UTF-16"))
    }
    return .none
  }

  /// The magic number of a frame, or of one of the sixteen kinds of frames to be skipped.
  private static func isZstd(_ start: [UInt8]) -> Bool {
    start.starts(with: [0x28, 0xB5, 0x2F, 0xFD])
      || start.count >= 4 && start[0] & 0xF0 == 0x50 && start[1...3] == [0x2A, 0x4D, 0x18]
  }

  private static func iconv(_ encoding: String) -> String {
    "Convert it first: iconv -f \(encoding) -t UTF-8 FILE"
  }

  private static let foreign: [([UInt8], found: String, remedy: String)] = [
    ([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00], "an xz file", "Unpack it first: xz -d FILE"),
    ([0x42, 0x5A, 0x68, 0x31], "a bzip2 file", "Unpack it first: bzip2 -d FILE"),
    ([0x42, 0x5A, 0x68, 0x39], "a bzip2 file", "Unpack it first: bzip2 -d FILE"),
    ([0x04, 0x22, 0x4D, 0x18], "an lz4 file", "Unpack it first: lz4 -d FILE"),
    ([0x50, 0x4B, 0x03, 0x04], "a zip file", "Unpack it first: unzip FILE"),
    ([0xFF, 0xFE, 0x00, 0x00], "text in UTF-32", iconv("UTF-32")),
    ([0x00, 0x00, 0xFE, 0xFF], "text in UTF-32", iconv("UTF-32")),
    ([0xFF, 0xFE], "text in UTF-16", iconv("UTF-16")),
    ([0xFE, 0xFF], "text in UTF-16", iconv("UTF-16")),
    ([0x50, 0x41, 0x52, 0x31], "a Parquet file", "Write its texts as JSON Lines first"),
    ([0x7F, 0x45, 0x4C, 0x46], "a program", "Name a file with text"),
  ]

  /// Whether the bytes are UTF-8, up to a character cut off at their end, and mostly printable.
  private static func looksLikeText(_ start: [UInt8]) -> Bool {
    let controls = start.reduce(0) { $0 + ($1 < 0x09 || (0x0E..<0x20).contains($1) ? 1 : 0) }
    guard controls * 20 <= start.count else { return false }
    do {
      _ = try UTF8Span(validating: start.span)
      return true
    } catch {
      return error.byteOffsets.lowerBound + 4 > start.count && start.count > 4
    }
  }

  /// What the bytes are if they look like ASCII with NUL bytes between: UTF-16 or UTF-32 without a
  /// mark.
  private static func wideText(_ start: [UInt8]) -> String? {
    guard start.count >= 8 else { return nil }
    var zeros = [0, 0, 0, 0]
    for (index, byte) in start.enumerated() where byte == 0 { zeros[index % 4] += 1 }
    let quarter = start.count / 4
    let isFull = zeros.map { $0 * 10 >= quarter * 7 }
    let isBare = zeros.map { $0 * 20 <= quarter }
    switch (isFull, isBare) {
    case ([false, true, false, true], [true, false, true, false]): return "text in UTF-16LE"
    case ([true, false, true, false], [false, true, false, true]): return "text in UTF-16BE"
    case ([false, true, true, true], [true, false, false, false]): return "text in UTF-32LE"
    case ([true, true, true, false], [false, false, false, true]): return "text in UTF-32BE"
    default: return nil
    }
  }
}
