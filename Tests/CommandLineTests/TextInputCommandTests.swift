import Files
import Foundation
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

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

  /// A command that reads text, and what stands before and behind the text; `OUT` is a file of its
  /// own, `TOKENIZER` a tokenizer.
  struct Reader: Sendable, CustomTestStringConvertible {
    let before: [String]
    let after: [String]

    var testDescription: String { before.prefix(2).joined(separator: " ") }

    init(_ before: [String], _ after: [String]) {
      self.before = before
      self.after = after
    }
  }

  static let readers = [
    Reader(["corpus", "stats"], ["--json", "-q"]),
    Reader(["corpus", "clean"], ["-n", "--json", "-q"]),
    Reader(["corpus", "mix"], ["-n", "--json", "-q"]),
    Reader(["tokenizer", "train", "--vocab-size", "280", "--corpus"], ["-o", "OUT", "-q"]),
    Reader(["tokenizer", "count"], ["-o", "OUT", "--json", "-q"]),
    Reader(
      ["tokenizer", "encode", "--tokenizer", "TOKENIZER", "--corpus"],
      ["--ids-output", "OUT", "-q"]
    ),
    Reader(["tokenizer", "evaluate", "--tokenizer", "TOKENIZER", "--corpus"], ["--json"]),
    Reader(["tokenizer", "compare", "TOKENIZER", "TOKENIZER", "--corpus"], ["--json"]),
  ]

  /// A text gives every command the same, packed, in a folder, or piped; records do among themselves.
  @Test(arguments: readers)
  func everyCommandReadsEveryKindOfText(reader: Reader) throws {
    let records = Array(
      ##"""
      {"x": "Gr\u00fc\u00dfe"}
      {"n": 1, "x": "zwei"}

      {"x": ""}
      {"x": "日本語"}
      """##.utf8
    )
    let lines: [(name: String, bytes: [UInt8])] = [
      ("en.txt", Array(PackedText.text.utf8)), ("en.txt.gz", PackedText.gzip),
      ("en.txt.zst", PackedText.zstd),
    ]
    try withTemporaryFolder { folder in
      let tokenizer = try tokenizer(in: folder)

      /// The digest of the file that is written, or the numbers that are printed.
      func result(_ path: String, _ options: [String] = [], input: String = "") throws -> String {
        let output = joined(folder, "out")
        try removeFile(output)
        let names = ["TOKENIZER": tokenizer, "OUT": output]
        let arguments = (reader.before + [path] + options + reader.after).map { names[$0] ?? $0 }
        let result = try isoflop(arguments, input: input)
        #expect(result.status == 0, "\(arguments): \(result.errors)")
        if reader.after.first == "-o" || reader.after.first == "--ids-output",
          !reader.after.contains("--json")
        {
          return SHA256.hexadecimal(try readFile(output))
        }
        // Paths have numbers too, and no two runs need the same memory.
        return result.output.replacingOccurrences(of: folder, with: "")
          .replacing(/"[a-z_]*(memory|peak|seconds)[a-z_]*": *[0-9.]+/, with: "")
          .split { !$0.isNumber && $0 != "." }.filter { $0.contains(where: \.isNumber) }
          .joined(separator: " ")
      }

      var found: [String] = []
      for (name, bytes) in lines {
        let texts = joined(folder, name + " alone")
        try createFolder(texts)
        try writeFile(joined(texts, name), bytes)
        found.append(try result(texts))
        found.append(try result(joined(texts, name)))
      }
      if !reader.before.contains("mix") {
        found.append(try result("-", input: PackedText.text))
      }
      #expect(Set(found).count == 1 && found[0].count > 3, "\(found)")

      for name in ["en.jsonl", "en.text"] { try writeFile(joined(folder, name), records) }
      let named = try result(joined(folder, "en.jsonl"), ["--field", "x"])
      let told = try result(joined(folder, "en.text"), ["--jsonl", "--field", "x"])
      #expect(named == told && named.count > 3, "\(named) \(told)")
    }
  }

  /// What is read several times cannot be piped.
  @Test func aPipeIsNoMixture() throws {
    let piped = try isoflop(["corpus", "mix", "-", "-n"], input: PackedText.text)
    #expect(piped.status == 64 && piped.errors.contains("standard input cannot be"))
  }

  private func tokenizer(in folder: String) throws -> String {
    let path = joined(folder, "tokenizer.json")
    let text = joined(folder, "first.txt")
    try writeFile(text, PackedText.text + "\nBytes und Wörter\n")
    let made = try isoflop(
      ["tokenizer", "train", "--vocab-size", "262", "--corpus", text, "-o", path, "-q"]
    )
    #expect(made.status == 0, "\(made.errors)")
    return path
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

  /// A text that is sound but for one byte far inside is refused with the place of that byte.
  @Test func aBadByteInTheMiddleIsNamed() throws {
    try withTemporaryFolder { folder in
      let path = joined(folder, "en.txt")
      let line = Array("words and words\n".utf8)
      let half = Array(repeatElement(line, count: 100_000).joined())
      try writeFile(path, half + [0x61, 0xE9, 0x0A] + half)
      for arguments in [
        ["corpus", "stats", path], ["corpus", "mix", path, "-n"],
        ["tokenizer", "count", path, "-o", joined(folder, "a.counts")],
      ] {
        let result = try isoflop(arguments)
        #expect(result.status == 1, "\(arguments): \(result.output)")
        #expect(result.errors.contains("byte 2 of line 100001 is 0xE9"), "\(result.errors)")
      }
      let facts = try isoflop(["corpus", "clean", path, "-n", "--json"]).json()
      let files = try #require(facts["files"] as? [[String: Any]])
      let dropped = try #require(files.first?["dropped"] as? [String: Int])
      #expect(dropped == ["invalid-utf-8": 1, "duplicate": 199_999])
    }
  }

  /// What is missing, may not be read, or holds no text is named, and nothing is written.
  @Test func placesWithoutTextAreNamed() throws {
    try withTemporaryFolder { folder in
      let hidden = joined(folder, "hidden.txt")
      try writeFile(hidden, "text\n")
      try FileManager.default.setAttributes([.posixPermissions: 0], ofItemAtPath: hidden)
      let empty = joined(folder, "empty")
      try createFolder(empty)
      try writeFile(joined(empty, "notes.md"), "x")
      var cases = [(joined(folder, "none.txt"), "does not exist"), (empty, "holds no text")]
      // The superuser reads everything.
      if geteuid() != 0 { cases.append((hidden, "Permission denied")) }
      for (path, message) in cases {
        for command in ["stats", "clean", "mix"] {
          let options = command == "stats" ? [] : ["-o", joined(folder, "out")]
          let result = try isoflop(["corpus", command, path] + options)
          #expect(result.status == 1, "\(command) \(path): \(result.output)")
          #expect(result.errors.contains(message), "\(result.errors)")
          #expect(try fileKind(joined(folder, "out")) == nil)
        }
      }
    }
  }

  /// A disk that is full, and places where nothing can be written.
  @Test func whatCannotBeWrittenIsNamed() throws {
    try withTemporaryFolder { folder in
      let text = joined(folder, "en.txt")
      try writeFile(text, "one\ntwo\nthree\n")
      let file = joined(text, "out")
      let cases: [(arguments: [String], message: String)] = [
        (["corpus", "mix", text, "-f", "-o", "/dev/full"], "No space left on device"),
        (["corpus", "mix", text, "-o", "/proc/out.txt"], "/proc/out.txt"),
        (["corpus", "mix", text, "--separate", "-o", "/proc/out"], "/proc/out"),
        (["corpus", "clean", text, "-o", "/proc/out"], "/proc/out"),
        (["corpus", "clean", text, "-o", file], "not a folder"),
        (["tokenizer", "count", text, "-o", "/proc/a.counts"], "/proc/a.counts"),
        (
          ["tokenizer", "train", "--corpus", text, "--vocab-size", "258", "-o", "/dev/full"],
          "No space left on device"
        ),
        (
          ["tokenizer", "train", "--corpus", text, "--vocab-size", "258", "-o", "/proc/t.json"],
          "/proc/t.json"
        ),
      ]
      for (arguments, message) in cases {
        let result = try isoflop(arguments)
        #expect(result.status == 1, "\(arguments): \(result.output)")
        #expect(result.errors.contains(message), "\(arguments): \(result.errors)")
      }
      #expect(try fileNames(in: folder) == ["en.txt"])
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
