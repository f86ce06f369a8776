import Testing

@testable import Tokenization

/// Strings are read eight bytes at a time, whatever stands where in them.
@Suite struct JSONReaderTests {
  private func read(_ json: [UInt8]) throws -> [UInt8] {
    try json.withByteView { (bytes) throws(TokenizationError) in
      var reader = JSONReader(bytes, path: "test")
      let text = try reader.copy(reader.readText())
      try reader.expectEnd()
      return text
    }
  }

  @Test(arguments: 0..<20)
  func stringsOfEveryLengthAreReadToTheirEnd(length: Int) throws {
    let quote: [UInt8] = [0x22]
    for byte: UInt8 in [0x20, 0x21, 0x23, 0x5B, 0x5D, 0x7F, 0x61] {
      let text = [UInt8](repeating: byte, count: length)
      #expect(try read(quote + text + quote) == text)
    }
    for place in 0...length {
      let start = [UInt8](repeating: 0x61, count: place)
      let end = Array("é\u{80}\u{FFFF}\u{1F469}".utf8) + [UInt8](repeating: 0x7A, count: length)
      for (escape, character) in [
        (#"\""#, "\""), (#"\\"#, "\\"), (#"\n"#, "\n"), (#"\u00e9"#, "é"),
      ] {
        let json = quote + start + Array(escape.utf8) + end + quote
        #expect(try read(json) == start + Array(character.utf8) + end)
      }
      for wrong: UInt8 in [0x00, 0x09, 0x0A, 0x1F] {
        #expect(throws: TokenizationError.self) { try read(quote + start + [wrong] + end + quote) }
      }
      #expect(throws: TokenizationError.self) { try read(quote + start) }
    }
  }

  /// The place is that in the file, not that in the string.
  @Test(arguments: [
    (##"  "a\x""##, 6, "wrong letter"), (##""\u00e9\ud800""##, 10, "surrogate"),
    (##""\u0e""##, 6, "hexadecimal"),
  ])
  func wrongEscapesAreNamedWithThePlace(json: String, byte: Int, problem: String) throws {
    let error = #expect(throws: TokenizationError.self) { try read(Array(json.utf8)) }
    let text = error?.description ?? ""
    #expect(text.contains("line 1, byte \(byte)") && text.contains(problem), "\(text)")
  }

  @Test func indentationOfAnyLengthIsSkipped() throws {
    for count in 0..<40 {
      let space = "\n" + String(repeating: " ", count: count)
      #expect(try read(Array("\(space)\"a\"\(space)\t\(space)".utf8)) == [0x61])
    }
  }
}
