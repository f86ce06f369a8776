import TestSupport
import Testing

@testable import Files

/// All blocks of a text, joined, and how many there were.
private func joinedBlocks(
  _ inputs: [TextInput],
  size: Int = 1 << 20,
  longestLine: Int = 1 << 20
) throws -> (bytes: [UInt8], count: Int) {
  let blocks = TextBlocks(inputs, size: size, longestLine: longestLine)
  var bytes: [UInt8] = []
  var count = 0
  while let block = try blocks.next() {
    #expect(block.index == count)
    block.withBytes { text in bytes += unsafe text.withUnsafeBytes { unsafe Array($0) } }
    count += 1
  }
  return (bytes, count)
}

/// A file with some bytes, in a folder of its own.
private func withFile(
  _ name: String,
  _ bytes: [UInt8],
  _ body: (String) throws -> Void
) throws {
  try withTemporaryFolder { folder in
    let path = joined(folder, name)
    try writeFile(path, bytes)
    try body(path)
  }
}

@Suite struct TextInputTests {
  private let text = Array(PackedText.text.utf8)

  @Test(arguments: [
    ("a.txt", Array(PackedText.text.utf8)), ("a.txt.gz", PackedText.gzip),
    ("a.txt.zst", PackedText.zstd), ("a.txt", PackedText.gzip), ("a.gz", PackedText.zstd),
    ("a.txt.gz", Array(PackedText.text.utf8)),
  ])
  func theFirstBytesTellThePacking(name: String, bytes: [UInt8]) throws {
    try withFile(name, bytes) { path in
      let input = try TextInput(path)
      #expect(try wholeText(path) == text)
      #expect(try joinedBlocks([input]).bytes == text)
      let documents = try input.documents().map { String(decoding: $0, as: UTF8.self) }
      #expect(documents == ["Grüße", "zwei", "日本語"])
    }
  }

  @Test(arguments: [PackedText.gzip, PackedText.zstd])
  func membersAndFramesFollowEachOther(packed: [UInt8]) throws {
    try withFile("a", packed + packed + packed) { (path) throws in
      #expect(try wholeText(path) == text + text + text)
    }
  }

  @Test func framesOfOtherDataAndPaddingAreReadOver() throws {
    let skipped: [UInt8] = [0x50, 0x2A, 0x4D, 0x18, 3, 0, 0, 0, 1, 2, 3]
    try withFile("a", skipped + PackedText.zstd + skipped) { (path) throws in
      #expect(try wholeText(path) == text)
    }
    try withFile("a", PackedText.gzip + [0, 0, 0]) { (path) throws in
      #expect(try wholeText(path) == text)
    }
  }

  @Test(arguments: [("a.gz", PackedText.gzip), ("a.zst", PackedText.zstd)])
  func aFileCutAnywhereIsAnError(name: String, packed: [UInt8]) throws {
    for count in 0..<packed.count {
      try withFile(name, Array(packed[..<count])) { path in
        #expect(throws: FilesError.self, "\(count) bytes") { try wholeText(path) }
      }
    }
  }

  @Test func aDamagedFileIsNamedWithThePlace() throws {
    var bytes = PackedText.gzip
    bytes[bytes.count - 6] ^= 1
    try withFile("a.gz", bytes) { path in
      let error = #expect(throws: FilesError.self) { try wholeText(path) }
      #expect(error?.description.contains("incorrect data check") == true)
      #expect(error?.description.contains(path) == true)
    }
    try withFile("a.gz", PackedText.gzip + Array("more".utf8)) { path in
      #expect(throws: FilesError.self) { try wholeText(path) }
    }
  }

  @Test func anEndlessLineIsNoEndlessMemory() throws {
    let bomb = PackedText.repeated(0x61, times128KiB: 400)
    try withFile("a.zst", bomb) { path in
      let input = try TextInput(path)
      #expect(throws: FilesError.lineTooLong(path: path, line: 1, limit: 1 << 20)) {
        try joinedBlocks([input])
      }
      let stream = try UTF8Stream(path, .refuse)
      for _ in 0..<4 { #expect(try stream.next().map { $0.count <= 1 << 18 } == true) }
    }
    try withFile("a", Array("one\n".utf8) + [UInt8](repeating: 0x61, count: 5000)) { path in
      let input = try TextInput(path)
      #expect(throws: FilesError.lineTooLong(path: path, line: 2, limit: 1000)) {
        try joinedBlocks([input], size: 3, longestLine: 1000)
      }
    }
  }

  @Test func aWindowBeyondMeasureIsRefused() throws {
    let frame: [UInt8] = [0x28, 0xB5, 0x2F, 0xFD, 0x00, 0xA8, 0x09, 0, 0, 0x61]
    try withFile("a.zst", frame) { path in
      let error = #expect(throws: FilesError.self) { try wholeText(path) }
      #expect(error?.description.contains("128 MiB") == true)
    }
  }

  @Test(arguments: [
    ([0xFF, 0xFE, 0x61, 0x00], "UTF-16"), ([0xFE, 0xFF, 0x00, 0x61], "UTF-16"),
    ([0x61, 0, 0x62, 0, 0x63, 0, 0x64, 0, 0x0A, 0], "UTF-16LE"),
    ([0, 0x61, 0, 0x62, 0, 0x63, 0, 0x64, 0, 0x0A], "UTF-16BE"),
    ([0x50, 0x4B, 0x03, 0x04, 0], "zip"), ([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00], "xz"),
  ])
  func otherKindsOfFilesAreNamed(bytes: [UInt8], kind: String) throws {
    try withFile("a.txt", bytes) { path in
      let error = #expect(throws: FilesError.self) { try TextInput(path) }
      #expect(error?.description.contains(kind) == true)
    }
  }

  @Test func aPackedNameWithOtherBytesIsAnError() throws {
    try withFile("a.txt.gz", (0..<200).map { UInt8($0) }) { path in
      let error = #expect(throws: FilesError.self) { try TextInput(path) }
      #expect(error?.description.contains("named as gzip") == true)
    }
  }

  @Test func foldersGiveTheirTextsByName() throws {
    try withTemporaryFolder { folder in
      for name in ["b.txt", "a.jsonl.gz", "c.ndjson", "d.md", "e.txt.zst", "MANIFEST.json"] {
        try writeFile(joined(folder, name), "x")
      }
      try writeFile(joined(folder, "a.jsonl.gz"), PackedText.gzip)
      try writeFile(joined(folder, "e.txt.zst"), PackedText.zstd)
      let inputs = try TextInput.inputs(at: [folder], field: "t")
      #expect(inputs.map(\.stem) == ["a", "b", "c", "e"])
      #expect(inputs.map(\.form) == [.records(field: "t"), .lines, .records(field: "t"), .lines])
      try createFolder(joined(folder, "none"))
      #expect(throws: FilesError.noTexts(folder: joined(folder, "none"))) {
        try TextInput.inputs(at: [joined(folder, "none")])
      }
    }
  }
}

@Suite struct TextBlocksTests {
  @Test(arguments: [1, 2, 7, 64, 1000], [false, true])
  func blocksAreWholeLinesAndNothingIsLost(size: Int, isStreamed: Bool) throws {
    let lines = (0..<100).map { String(repeating: "x", count: $0 * 7 % 23) + "\n" }
    let text = Array(lines.joined().utf8) + Array("end".utf8)
    // A skippable frame makes a stream of one raw block.
    let size3 = [0, 8, 16].map { UInt8(truncatingIfNeeded: (text.count << 3 | 1) >> $0) }
    let stored = isStreamed ? [0x28, 0xB5, 0x2F, 0xFD, 0x00, 0x58] + size3 + text : text
    try withFile("a", stored) { path in
      let input = try TextInput(path)
      let result = try joinedBlocks([input, input], size: size)
      #expect(result.bytes == text + text)
      #expect(result.count > 2 || size == 1000)
      let blocks = TextBlocks([input], size: size)
      var starts: [Int] = []
      while let block = try blocks.next() { starts.append(block.place(of: 0).byte) }
      #expect(starts.allSatisfy { $0 == 1 })
    }
  }

  @Test func aByteOrderMarkIsNoText() throws {
    try withFile("a", [0xEF, 0xBB, 0xBF] + Array("one\n\u{FEFF}two".utf8)) { (path) throws in
      #expect(try joinedBlocks([TextInput(path)], size: 1).bytes == Array("one\n\u{FEFF}two".utf8))
    }
    try withFile("a", [0xEF, 0xBB, 0xBF]) { (path) throws in
      #expect(try joinedBlocks([TextInput(path)]).count == 0)
    }
  }

  @Test(arguments: [false, true])
  func aBadByteIsNamedWithLineAndByte(isStreamed: Bool) throws {
    let text = Array("one\ntwo\nthr".utf8) + [0xFF] + Array("e\n".utf8)
    let header: [UInt8] = [0x28, 0xB5, 0x2F, 0xFD, 0x00, 0x58, UInt8(text.count << 3 | 1), 0, 0]
    try withFile("a", isStreamed ? header + text : text) { path in
      let bad = FilesError.notUTF8(path: path, line: 3, byte: 4, value: 0xFF)
      for size in [1, 1000] {
        #expect(throws: bad) {
          let blocks = TextBlocks([try TextInput(path)], size: size)
          while let block = try blocks.next() { _ = try block.documents() }
        }
      }
      #expect(throws: bad) { try wholeText(path) }
    }
  }

  @Test func nothingFollowsAnError() throws {
    try withFile("a.gz", Array(PackedText.gzip.dropLast(3))) { path in
      let blocks = TextBlocks([try TextInput(path), try TextInput(path)])
      #expect(throws: FilesError.self) { try blocks.next() }
      #expect(try blocks.next() == nil)
    }
  }
}

@Suite struct JSONRecordTests {
  private func texts(_ lines: String, field: String = "text") throws -> [String] {
    var texts: [String] = []
    try withFile("a.jsonl", Array(lines.utf8)) { path in
      let input = try TextInput(path, form: .promised(by: path, field: field))
      texts = try input.documents().map { String(decoding: $0, as: UTF8.self) }
    }
    return texts
  }

  @Test func textsAreFoundBesideOtherValues() throws {
    let lines = """
      {"text": "one"}
      { "n" : [1, -2.5e3, {"text": "no"}], "text":"t\\u0077o\\n\\ud83d\\ude00", "z": null }\r

      {"text": "a\\"\\\\\\/\\b\\f\\r\\t"}
      {"text": ""}
      """
    #expect(try texts(lines) == ["one", "two\n😀", "a\"\\/\u{8}\u{C}\r\t"])
    #expect(try texts(#"{"inh\u0061lt": "ja"}"#, field: "inhalt") == ["ja"])
  }

  @Test(arguments: [
    ("[1]", 1, "no JSON object"), ("{}", 1, "has no \"text\""), (#"{"text": 1}"#, 10, "is no text"),
    (#"{"text": "a"} x"#, 15, "follows"), (#"{"text": "a"#, 11, "ends inside"),
    (#"{"text": "a" "b": 1}"#, 14, "comma"), (#"{"text": "\ud800"}"#, 13, "surrogate"),
    (#"{"text": "\ud800\u0061"}"#, 13, "surrogate"), (#"{"text": "\u00g0"}"#, 15, "hexadecimal"),
    (#"{"text": "\udc00\ud800"}"#, 13, "surrogate"), (#"{"text": "\ud83d"}"#, 13, "surrogate"),
    (#"{"text": "ab\u12"}"#, 17, "hexadecimal"),
    (#"{"text": "\x"}"#, 12, "backslash"), (#"{"text" "a"}"#, 9, "colon"),
    (#"{"a": , "text": "b"}"#, 7, "value"), ("\"text\"", 1, "no JSON object"),
    ("{\"text\": \"a\tb\"}", 12, "control"), (#"{"text": "\"#, 11, "ends inside"),
  ])
  func aWrongRecordIsNamedWithThePlace(line: String, byte: Int, problem: String) throws {
    let error = #expect(throws: FilesError.self) { try texts("{\"text\": \"a\"}\n" + line) }
    guard case .wrongRecord(_, let number, let place, let said) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(number == 2)
    #expect(place == byte)
    #expect(said.contains(problem))
  }

  @Test func deepNestingIsRefused() throws {
    let deep = String(repeating: "[", count: 100_000)
    #expect(throws: FilesError.self) { try texts("{\"a\": \(deep)") }
  }
}
