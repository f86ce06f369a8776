import Files
import Tokenization

/// Token ids on standard input, as they come in: numbers with spaces, commas or line ends between.
struct TokenIDWords {
  /// The number of the line that is read, counted from 1.
  private var line = 0

  private static let longestLine = 1 << 30

  /// Visits the ids of each line that has any, in constant memory beside the longest line.
  mutating func readLines(_ body: (_ ids: [TokenID], _ line: Int) throws -> Void) throws {
    let stream = try ByteStream("-")
    var bytes: [UInt8] = []
    var isOpen = true
    while isOpen {
      // Where the search for the end of a line goes on.
      var searched = bytes.count
      isOpen = try stream.read(into: &bytes)
      if bytes.count > Self.longestLine {
        throw FilesError.tooLarge(path: "-", limit: Self.longestLine)
      }
      if !isOpen, !bytes.isEmpty { bytes.append(0x0A) }
      var start = 0
      while let end = bytes[searched...].firstIndex(of: 0x0A) {
        line += 1
        let ids = try ids(in: bytes[start..<end])
        if !ids.isEmpty { try body(ids, line) }
        start = end + 1
        searched = start
      }
      bytes.removeFirst(start)
    }
  }

  /// Visits the ids that are whole after each read, whatever the lines, in constant memory.
  mutating func read(_ body: ([TokenID]) throws -> Void) throws {
    let stream = try ByteStream("-")
    var bytes: [UInt8] = []
    line = 1
    var isOpen = true
    while isOpen {
      isOpen = try stream.read(into: &bytes)
      if !isOpen { bytes.append(0x20) }
      guard let end = bytes.lastIndex(where: Self.separates) else {
        if bytes.count > 64 { _ = try ids(in: bytes[...]) }
        continue
      }
      try body(ids(in: bytes[...end]))
      line += bytes[...end].count { $0 == 0x0A }
      bytes.removeFirst(end + 1)
    }
  }

  private static func separates(_ byte: UInt8) -> Bool { byte <= 0x20 || byte == 0x2C }

  private func ids(in bytes: ArraySlice<UInt8>) throws -> [TokenID] {
    try bytes.split(whereSeparator: Self.separates).map { word in
      guard word.count <= 20, let id = TokenID(String(decoding: word, as: UTF8.self)) else {
        throw WrongTokenID(word: String(decoding: word.prefix(40), as: UTF8.self), line: line)
      }
      return id
    }
  }
}

/// A word that is no token id.
struct WrongTokenID: Error, CustomStringConvertible {
  let word: String
  let line: Int

  var description: String { "\(word) in line \(line) of standard input is no token id." }
}
