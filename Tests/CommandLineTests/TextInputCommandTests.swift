import Files
import Foundation
import TestSupport
import Testing

/// What commands make of texts that are packed, damaged or strange.
@Suite struct TextInputCommandTests {
  private func train(_ arguments: [String], _ folder: String, input: String = "") throws
    -> CommandResult
  {
    try isoflop(
      ["tokenizer", "train", "--vocab-size", "300", "-o", joined(folder, "t.json")] + arguments,
      input: input
    )
  }

  /// A text gives the same tokenizer however it comes.
  @Test func packedAndPlainTextsAndRecordsTrainTheSame() throws {
    try withTemporaryFolder { folder in
      let records = ##"""
        {"x": "Gr\u00fc\u00dfe\n"}
        {"n": 1, "x": "zwei\r\n"}

        {"x": "\n"}
        {"x": "日本語"}
        """##
      let files: [(name: String, bytes: [UInt8], options: [String])] = [
        ("a.txt", Array(PackedText.text.utf8), []),
        ("a.txt.gz", PackedText.gzip, []),
        ("a.txt.zst", PackedText.zstd, []),
        ("a.jsonl", Array(records.utf8), ["--field", "x"]),
      ]
      var outputs: [[UInt8]] = []
      for (name, bytes, options) in files {
        let path = joined(folder, name)
        try writeFile(path, bytes)
        let result = try train(["--corpus", path] + options, folder)
        #expect(result.status == 0, "\(name): \(result.errors)")
        outputs.append(try readFile(joined(folder, "t.json")))
      }
      #expect(Set(outputs).count == 1)
      let piped = try train(["--corpus", "-"], folder, input: PackedText.text)
      #expect(piped.status == 0, "\(piped.errors)")
      #expect(try readFile(joined(folder, "t.json")) == outputs[0])
    }
  }

  /// A file that is no text, and what is said of it.
  struct BadText: Sendable, CustomTestStringConvertible {
    let name: String
    let bytes: [UInt8]
    let message: String

    var testDescription: String { name + ": " + message }

    init(_ name: String, _ bytes: [UInt8], _ message: String) {
      self.name = name
      self.bytes = bytes
      self.message = message
    }
  }

  static let badTexts: [BadText] = [
    BadText("cut.gz", Array(PackedText.gzip.dropLast(9)), "ends too early"),
    BadText("cut.zst", Array(PackedText.zstd.dropLast(3)), "ends too early"),
    BadText("wide.txt", [0xFF, 0xFE, 0x61, 0, 0x62, 0], "UTF-16"),
    BadText("bare.txt", [0x61, 0, 0x62, 0, 0x0A, 0, 0x63, 0, 0x64, 0], "UTF-16LE"),
    BadText("latin.txt", [0x61, 0x0A, 0x47, 0x72, 0xFC, 0xDF, 0x65], "byte 3 of line 2"),
    BadText("empty.txt", [], "no text"),
    BadText("mark.txt", [0xEF, 0xBB, 0xBF], "no text"),
    BadText("other.gz", (0..<99).map { UInt8($0) }, "named as gzip"),
    BadText("a.jsonl", Array(#"{"text": 1}"#.utf8), "line 1, byte 10"),
    BadText("a.zip", [0x50, 0x4B, 3, 4, 0], "zip"),
  ]

  @Test(arguments: badTexts)
  func aTextThatIsNoneIsAClearError(text: BadText) throws {
    let (name, bytes, message) = (text.name, text.bytes, text.message)
    try withTemporaryFolder { folder in
      let path = joined(folder, name)
      try writeFile(path, bytes)
      for arguments in [["corpus", "stats", path], ["corpus", "mix", path, "-n"]] {
        let result = try isoflop(arguments)
        #expect(result.status == 1, "\(arguments): \(result.output)")
        #expect(result.errors.contains(message), "\(result.errors)")
      }
      let trained = try train(["--corpus", path], folder)
      #expect(trained.status == 1 && trained.errors.contains(message), "\(trained.errors)")
      #expect(try fileKind(joined(folder, "t.json")) == nil)
    }
  }

  /// A line without end comes out of a small file; memory stays below what the line would need.
  @Test func anEndlessLineIsRefused() throws {
    try withTemporaryFolder { folder in
      let path = joined(folder, "bomb.zst")
      try writeFile(path, PackedText.repeated(0x61, times128KiB: 2100))
      let result = try isoflop(["corpus", "clean", path, "-n"])
      #expect(result.status == 1)
      #expect(result.errors.contains("more than 256 MiB in line 1"), "\(result.errors)")
    }
  }

  @Test func marksNulBytesAndLineEndsAreRead() throws {
    try withTemporaryFolder { folder in
      let path = joined(folder, "en.txt")
      try writeFile(path, [0xEF, 0xBB, 0xBF] + Array("one\r\ntwo\0\r\none".utf8))
      let facts = try isoflop(["corpus", "stats", path, "--json"]).json()
      let total = try #require(facts["total"] as? [String: Any])
      #expect(total["documents"] as? Int == 3)
      #expect(total["bytes"] as? Int == 10)
      #expect(total["duplicate_documents"] as? Int == 1)
      #expect(total["control_characters"] as? Int == 1)
      #expect(total["is_nfc"] as? Bool == true)
      let out = joined(folder, "out")
      let cleaned = try isoflop(["corpus", "clean", path, "-o", out])
      #expect(cleaned.status == 0, "\(cleaned.errors)")
      #expect(try readFile(joined(out, "en.txt")) == Array("one\ntwo\n".utf8))
      #expect(try fileNames(in: out) == ["dropped.jsonl", "en.txt"])
    }
  }
}
