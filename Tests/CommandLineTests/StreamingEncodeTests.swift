import Files
import Foundation
import TestSupport
import Testing

/// `isoflop tokenizer encode` of long texts without lines, as a process.
@Suite struct StreamingEncodeTests {
  /// Runs a body in a folder with a tokenizer trained on a few words.
  private func withTokenizer(_ body: (String) throws -> Void) throws {
    try withTemporaryFolder { folder in
      let text = String(repeating: "The lamp is lit, and the river rises.\n", count: 20)
      try writeFile(joined(folder, "c.txt"), text)
      let trained = try isoflop(
        ["tokenizer", "train", "--corpus", "c.txt", "--vocab-size", "300", "-q", "-o", "t.json"],
        folder: folder
      )
      #expect(trained.status == 0, "\(trained.errors)")
      try body(folder)
    }
  }

  private func encode(
    _ folder: String,
    _ arguments: [String],
    input: String
  ) throws -> CommandResult {
    try isoflop(
      ["tokenizer", "encode", "--tokenizer", "t.json"] + arguments,
      input: input,
      folder: folder
    )
  }

  @Test func aLongTextHasTheTokensOfItsParts() throws {
    let phrase = "the river, the lamp; é 1234 rises "
    let count = 40_000
    try withTokenizer { folder in
      let run = try encode(folder, [], input: String(repeating: phrase, count: count))
      #expect(run.status == 0, "\(run.errors)")
      let found = run.output.split(whereSeparator: \.isWhitespace)
      // A phrase behind another one, between a first that has no space before it and a last.
      let two = try encode(folder, [], input: phrase + phrase).output
      let three = try encode(folder, [], input: phrase + phrase + phrase).output
      let counts = [two, three].map { $0.split(whereSeparator: \.isWhitespace).count }
      #expect(found.count == counts[0] + (count - 2) * (counts[1] - counts[0]))
    }
  }

  @Test func offsetsGoOnThroughTheWholeText() throws {
    let text = String(repeating: "é lamp ", count: 150_000)
    try withTokenizer { folder in
      for unit in ["characters", "bytes"] {
        let run = try encode(folder, ["--json", "--offsets", unit], input: text)
        let object = try run.json()
        let offsets = try #require(object["offsets"] as? [[Int]])
        let tokens = try #require(object["tokens"] as? [String])
        #expect(offsets.count == tokens.count)
        #expect((object["ids"] as? [Int])?.count == tokens.count)
        let count = unit == "bytes" ? text.utf8.count : text.unicodeScalars.count
        #expect(offsets.last?.last == count)
        for (left, right) in zip(offsets, offsets.dropFirst()) {
          guard left[0] <= right[0] else {
            Issue.record("\(left) before \(right)")
            break
          }
        }
      }
    }
  }

  @Test func limitsKeepTheEndsOfALongText() throws {
    let text = String(repeating: "the lamp ", count: 120_000) + "river"
    try withTokenizer { folder in
      let whole = try encode(folder, [], input: text).output.split(whereSeparator: \.isWhitespace)
      let cut = try encode(folder, ["--max-length", "5"], input: text)
      #expect(cut.output.split(whereSeparator: \.isWhitespace) == Array(whole.prefix(5)))
      let filled = try encode(
        folder,
        ["--pad-to", "\(whole.count + 2)", "--pad-token", "a"],
        input: text
      )
      #expect(filled.output.split(whereSeparator: \.isWhitespace).count == whole.count + 2)
    }
  }

  /// Lines and records longer than a block are documents like others, from files and pipes.
  @Test(arguments: ["c.txt", "c.jsonl"])
  func longLinesAreDocuments(name: String) throws {
    let phrase = "the river, the lamp; é 1234 rises "
    let long = String(repeating: phrase, count: 140_000)
    try withTokenizer { folder in
      func ids(_ texts: [String], isPiped: Bool) throws -> (tokens: Int, documents: Int) {
        let isRecord = name.hasSuffix("l")
        let lines = texts.map { isRecord ? "{\"text\": \"\($0)\"}\n" : "\($0)\n" }.joined()
        if !isPiped { try writeFile(joined(folder, name), lines) }
        let run = try encode(
          folder,
          ["--corpus", isPiped ? "-" : name, "-o", "c.bin", "-q"] + (isRecord ? ["--jsonl"] : []),
          input: isPiped ? lines : ""
        )
        #expect(run.status == 0, "\(run.errors)")
        let counts = try #require(run.output.firstMatch(of: /: (\d+) tokens of (\d+) documents/))
        return (try #require(Int(counts.1)), try #require(Int(counts.2)))
      }
      let short = try ids(["one", phrase + "x", phrase + phrase + "x"], isPiped: true)
      let two = try ids(["one", phrase + "x", phrase + phrase + phrase + "x"], isPiped: true)
      let whole = short.tokens + (140_000 - 2) * (two.tokens - short.tokens)
      for isPiped in [false, true] {
        let found = try ids(["one", phrase + "x", long + "x"], isPiped: isPiped)
        #expect(found == (whole, 3))
      }
    }
  }

  @Test func wrongBytesAreNamedFarIntoTheText() throws {
    try withTokenizer { folder in
      var bytes = Array(String(repeating: "the lamp\n", count: 100_000).utf8)
      bytes += [0x61, 0xFF]
      try writeFile(joined(folder, "bad.txt"), bytes)
      let run = try encode(folder, ["--corpus", "bad.txt"], input: "")
      #expect(run.status == 1)
      #expect(run.errors.contains("byte 2 of line 100001"), "\(run.errors)")
    }
  }
}
