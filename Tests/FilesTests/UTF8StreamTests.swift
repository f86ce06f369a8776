import Files
import TestSupport
import Testing

/// All of a text, read in parts.
func wholeText(_ path: String, _ policy: UTF8Stream.Policy = .refuse) throws -> [UInt8] {
  let stream = try UTF8Stream(path, policy)
  var bytes: [UInt8] = []
  while let part = try stream.next() { bytes += part }
  return bytes
}

@Suite struct UTF8StreamTests {
  /// Characters of all lengths across the borders of what is read at once.
  @Test(arguments: 0..<4)
  func charactersAtTheBordersStayWhole(shift: Int) throws {
    let text = String(repeating: "x", count: shift) + String(repeating: "é日👩", count: 60_000)
    try withTemporaryFolder { folder in
      let path = joined(folder, "a.txt")
      try writeFile(path, text)
      let stream = try UTF8Stream(path, .refuse)
      var parts: [[UInt8]] = []
      while let part = try stream.next() { parts.append(part) }
      #expect(parts.count > 3)
      for part in parts { #expect(String(validating: part, as: UTF8.self) != nil) }
      #expect(Array(parts.joined()) == Array(text.utf8))
      #expect(try wholeText(path, .replace) == Array(text.utf8))
    }
  }

  @Test(arguments: [[0xFF], [0xE2, 0x82], [0xC3, 0x28], [0xF0, 0x9F, 0x98], [0xED, 0xA0, 0x80]])
  func whatIsNoUTF8FollowsThePolicy(bad: [UInt8]) throws {
    try withTemporaryFolder { folder in
      let path = joined(folder, "a.txt")
      // In the middle of what is read at once, at its border, and at the end of the text.
      for count in [10, 131_071, 131_072 - 1 - bad.count] {
        for tail in ["", "b"] {
          let start = [UInt8](repeating: 0x61, count: count - 3) + Array("\né".utf8)
          let text = start + bad + Array(tail.utf8)
          try writeFile(path, text)
          #expect(try wholeText(path, .keep) == text)
          let replaced = Array(String(decoding: text, as: UTF8.self).utf8)
          #expect(try wholeText(path, .replace) == replaced)
          #expect(throws: FilesError.notUTF8(path: path, line: 2, byte: 3, value: bad[0])) {
            try wholeText(path)
          }
        }
      }
    }
  }
}
