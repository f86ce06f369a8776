import Randomness
import TestSupport
import Testing

@testable import Files

/// Lines that come in parts have the documents of whole ones.
@Suite struct LongLineTests {
  private enum Outcome: Equatable {
    case documents([[UInt8]])
    case error(FilesError)
  }

  /// The documents of a file whose long lines come in parts, and how many did.
  private func parted(
    _ input: TextInput,
    _ policy: UTF8Stream.Policy,
    size: Int,
    longestLine: Int
  ) throws -> (documents: [[UInt8]], lineCount: Int) {
    let blocks = TextBlocks([input], size: size, longestLine: longestLine, splitsLines: true)
    var documents: [[UInt8]] = []
    var lineCount = 0
    var line: LongLine?
    var text: [UInt8] = []
    while let block = try blocks.next() {
      guard case .part(let isLast) = block.extent else {
        #expect(line == nil)
        try documents += wholeDocuments(of: block, policy)
        continue
      }
      var current = line ?? LongLine(input.form, policy)
      text += try current.text(of: block)
      line = isLast ? nil : current
      if isLast {
        if !text.isEmpty { documents.append(text) }
        text = []
        lineCount += 1
      }
    }
    #expect(line == nil)
    return (documents, lineCount)
  }

  private func wholeDocuments(
    of block: TextBlock,
    _ policy: UTF8Stream.Policy
  ) throws -> [[UInt8]] {
    if policy == .refuse || block.input.form != .lines { return try block.documents() }
    var documents: [[UInt8]] = []
    block.forEachLine { line in
      if line.isEmpty { return }
      let bytes = line.bytes
      documents.append(
        policy == .keep ? bytes : Array(String(decoding: bytes, as: UTF8.self).utf8)
      )
    }
    return documents
  }

  private func outcome(_ body: () throws -> [[UInt8]]) throws -> Outcome {
    do {
      return .documents(try body())
    } catch let error as FilesError {
      return .error(error)
    }
  }

  /// Bytes in many small frames of Zstandard, each of which is read on its own.
  private func frames(of bytes: [UInt8], _ random: inout Xoshiro256) -> [UInt8] {
    var frames: [UInt8] = []
    var start = 0
    while start < bytes.count {
      let part = bytes[start..<min(bytes.count, start + 1 + random.below(9))]
      frames += [0x28, 0xB5, 0x2F, 0xFD, 0x00, 0x58, UInt8(part.count << 3 | 1), 0, 0] + part
      start += part.count
    }
    return frames
  }

  private static let parts: [[UInt8]] =
    ["a", "bcd", " ", "é", "日本", "😀", "\n", "\r\n", "\r", "\u{FEFF}", "0123456789"].map {
      Array($0.utf8)
    } + [[0xFF], [0xC3], [0xE2, 0x82], [0x80], [0x80, 0x80, 0x80, 0x80], [0xF0, 0x9F, 0x98]]

  @Test(arguments: [UTF8Stream.Policy.refuse, .replace, .keep])
  func partsOfLinesAreTheLine(policy: UTF8Stream.Policy) throws {
    var random = Seed(5).stream("parts")
    var lineCount = 0
    try withTemporaryFolder { folder in
      let path = joined(folder, "a.txt")
      for round in 0..<150 {
        // Ill-formed bytes in a third of the files where they are an error.
        let count = policy == .refuse && round % 3 > 0 ? Self.parts.count - 6 : Self.parts.count
        var bytes = (0..<random.below(60)).flatMap { _ in Self.parts[random.below(count)] }
        if round % 4 == 0 { bytes = [0xEF, 0xBB, 0xBF] + bytes }
        try writeFile(path, round % 5 == 0 ? bytes : frames(of: bytes, &random))
        let input = try TextInput(path)
        let whole = try outcome {
          let blocks = TextBlocks([input])
          guard let block = try blocks.next() else { return [] }
          return try wholeDocuments(of: block, policy)
        }
        for (size, longest) in [(4, 4), (7, 7), (16, 20), (5, 40)] {
          let found = try outcome {
            let result = try parted(input, policy, size: size, longestLine: longest)
            lineCount += result.lineCount
            return result.documents
          }
          #expect(found == whole, "\(bytes) by \(size)")
        }
      }
    }
    #expect(lineCount > 500, "\(lineCount)")
  }

  @Test func aLongLineIsNeverHeldWhole() throws {
    try withTemporaryFolder { folder in
      let path = joined(folder, "a.zst")
      try writeFile(path, PackedText.repeated(0x61, times128KiB: 40))
      let blocks = TextBlocks(
        [try TextInput(path)],
        size: 1 << 20,
        longestLine: 1 << 20,
        splitsLines: true
      )
      var total = 0
      while let block = try blocks.next() {
        let count = block.withBytes { $0.byteCount }
        #expect(count <= 1 << 20 + 1 << 18)
        total += count
      }
      #expect(total == 40 << 17)
    }
  }

  @Test func theEndOfTheLineIsWhereItsLastPartEnds() throws {
    try withTemporaryFolder { folder in
      let path = joined(folder, "a.txt")
      for end in ["", "\n", "\r\n", "\r\n\n", "\r"] {
        try writeFile(path, String(repeating: "x", count: 64) + end)
        let found = try parted(try TextInput(path), .refuse, size: 16, longestLine: 16)
        #expect(found.documents == [[UInt8](repeating: 0x78, count: 64)], "\(end.debugDescription)")
      }
    }
  }

  // MARK: - Records

  private func streamed(
    _ line: [UInt8],
    _ random: inout Xoshiro256
  ) -> Result<[UInt8], JSONRecord.Fault> {
    var record = JSONRecordStream(field: Array("text".utf8))
    var text: [UInt8] = []
    var start = 0
    do throws(JSONRecord.Fault) {
      while start < line.count {
        let end = min(line.count, start + 1 + random.below(6))
        text += try record.next(Array(line[start..<end]))
        start = end
      }
      try record.finish()
      return .success(text)
    } catch {
      return .failure(error)
    }
  }

  private func whole(_ line: [UInt8]) -> Result<[UInt8], JSONRecord.Fault> {
    do throws(JSONRecord.Fault) {
      return .success(
        try unsafe JSONRecord.text(of: Array("text".utf8), in: line.span.bytes)?.text ?? []
      )
    } catch {
      return .failure(error)
    }
  }

  private static let lines = [
    #"{"text": "one"}"#, #"{"text": ""}"#, "  ", "[1]", "{}", #"{"text": 1}"#,
    #"{ "n" : [1, -2.5e3, {"text": "no"}], "text":"t\u0077o\n\ud83d\ude00 é", "z": null }"#,
    #"{"t\u0065xt": "a\"\\\/\b\f\r\t", "text": "second"}"#, #"{"text": "a"} x"#,
    #"{"a": {"b": [[], {}, [{}, "\q"]]}, "text2": "no", "text": "日本語"}"#, #"{"text": "\ud800"}"#,
    #"{"text": "\ud800\u0061"}"#, #"{"text": "\u00g0"}"#, #"{"text" "a"}"#,
    #"{"a": , "text": "b"}"#,
    #"{"text": "\"#, #"{"text": "\x"}"#, #"{"text": true}"#, #"{"a": 1"#, #"{"a": 1, }"#, #"{"a"#,
    "{\"text\": \"a\tb\"}", #"{"a": [1 2]}"#, #"{"a": [1}"#, #"{"a": tru]}"#,
    #"{"text": "\udc00"}"#,
  ]

  @Test func recordsInPartsAreThoseOfTheLine() throws {
    var random = Seed(5).stream("records")
    let signs = Array(#"{}[]":,\ u0dtext1"#.utf8)
    var successes = 0
    for line in Self.lines {
      for round in 0..<120 {
        var bytes = Array(line.utf8)
        for _ in 0..<(round == 0 ? 0 : random.below(3)) where !bytes.isEmpty {
          let place = random.below(bytes.count)
          switch random.below(3) {
          case 0: bytes[place] = signs[random.below(signs.count)]
          case 1: bytes.insert(signs[random.below(signs.count)], at: place)
          default: bytes.remove(at: place)
          }
        }
        let said = String(decoding: bytes, as: UTF8.self)
        switch (whole(bytes), streamed(bytes, &random)) {
        case (.success(let wanted), .success(let found)):
          successes += 1
          #expect(found == wanted, "\(said)")
        case (.failure(let wanted), .failure(let found)):
          // A line with two faults may be refused for the other one.
          if round == 0 {
            #expect(found.problem == wanted.problem, "\(said)")
            #expect(found.offset == wanted.offset, "\(said)")
          }
        case (let wanted, let found): Issue.record("\(said): \(found), not \(wanted)")
        }
      }
    }
    #expect(successes > 300, "\(successes)")
  }

  @Test func longRecordsAreReadAndNamed() throws {
    try withTemporaryFolder { folder in
      let path = joined(folder, "a.jsonl")
      let text = String(repeating: "wort ", count: 40)
      try writeFile(
        path,
        "{\"text\": \"a\"}\n{\"text\": \"\(text)\"}\n{\"text\": \"\", \"z\": \"\(text)\"}"
      )
      let input = try TextInput(path, form: .records(field: "text"))
      let found = try parted(input, .keep, size: 16, longestLine: 16)
      #expect(found.documents == [Array("a".utf8), Array(text.utf8)])
      #expect(found.lineCount == 1)

      try writeFile(path, "{\"text\": \"a\"}\n{\"text\": \"\(text)\"]")
      let wrong = try TextInput(path, form: .records(field: "text"))
      #expect(
        throws: FilesError.wrongRecord(
          path: path,
          line: 2,
          byte: 212,
          problem: "a comma is missing"
        )
      ) {
        try parted(wrong, .keep, size: 16, longestLine: 16)
      }
    }
  }

  @Test func deepNestingIsRefused() throws {
    let line = Array(("{\"a\": " + String(repeating: "[", count: 100_000)).utf8)
    var random = Seed(5).stream("deep")
    guard case .failure(let fault) = streamed(line, &random) else {
      Issue.record("not refused")
      return
    }
    #expect(fault.problem.contains("too deep"))
  }
}
