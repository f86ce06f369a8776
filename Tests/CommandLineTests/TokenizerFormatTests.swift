import Files
import Foundation
import TestSupport
import Testing

/// `isoflop tokenizer encode`, `decode` and `convert` with files of several formats, as a process.
@Suite struct TokenizerFormatTests {
  /// Merges of "the" and of "cat", and a special token.
  private static let json: String = {
    let alphabet = (0..<256).map { byte -> String in
      let others = Array(0...32) + Array(127...160) + [173]
      let value = others.firstIndex(of: byte).map { 256 + $0 } ?? byte
      return String(Unicode.Scalar(UInt32(value)) ?? " ")
    }
    var tokens = alphabet + ["th", "the", "ca", "cat", "<|end|>"]
    tokens = tokens.map { $0.replacingOccurrences(of: "\\", with: "\\\\") }
    tokens = tokens.map { $0.replacingOccurrences(of: "\"", with: "\\\"") }
    let vocabulary = tokens.enumerated().map { "\"\($1)\": \($0)" }.joined(separator: ", ")
    let flags = #""single_word": false, "lstrip": false, "rstrip": false, "normalized": false"#
    let byteLevel =
      #"{"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true}"#
    return """
      {"version": "1.0", "truncation": null, "padding": null, "normalizer": null,
      "added_tokens": [{"id": 260, "content": "<|end|>", \(flags), "special": true}],
      "pre_tokenizer": \(byteLevel), "post_processor": null, "decoder": \(byteLevel),
      "model": {"type": "BPE", "dropout": null, "unk_token": null,
      "continuing_subword_prefix": null, "end_of_word_suffix": null, "fuse_unk": false,
      "byte_fallback": false, "ignore_merges": false, "vocab": {\(vocabulary)},
      "merges": [["t", "h"], ["th", "e"], ["c", "a"], ["ca", "t"]]}}
      """
  }()

  /// Runs a body in a folder with a `t.json` and a `t.tiktoken` of the same tokenizer.
  private func withTokenizers(_ body: (String) throws -> Void) throws {
    try withTemporaryFolder { folder in
      try writeFile(joined(folder, "t.json"), Self.json)
      let run = try isoflop(
        ["tokenizer", "convert", "t.json", "-o", "t.tiktoken"],
        folder: folder
      )
      #expect(run.status == 0, "\(run.errors)")
      #expect(run.output.contains("t.tiktoken: 261 tokens"))
      #expect(run.errors.contains("<|end|>=260") || run.output.contains("<|end|>=260"))
      try body(folder)
    }
  }

  private let ranks = [
    "--tokenizer", "t.tiktoken", "--pre-tokenizer", "gpt2", "--special", "<|end|>=260",
  ]

  private func encode(_ folder: String, _ arguments: [String], input: String = "") throws
    -> CommandResult
  {
    try isoflop(["tokenizer", "encode"] + arguments, input: input, folder: folder)
  }

  @Test func specialTokensInTextsAreWhatTheFormatsLibrarySays() throws {
    try withTokenizers { folder in
      let found = try encode(folder, ["--tokenizer", "t.json", "the<|end|>"])
      #expect(found.output == "257 260\n", "\(found.errors)")
      let text = try encode(
        folder,
        ["--tokenizer", "t.json", "--special-in-text", "text", "the<|end|>"]
      )
      #expect(text.output.hasPrefix("257 60 124 "))
      let refused = try encode(folder, ranks + ["the<|end|>"])
      #expect(refused.status == 1 && refused.output.isEmpty)
      #expect(refused.errors.contains("<|end|> at byte 3"))
      #expect(refused.errors.contains("--special-in-text"))
      let recognized = try encode(folder, ranks + ["--special-in-text", "recognize", "the<|end|>"])
      #expect(recognized.output == "257 260\n")
    }
  }

  @Test func trainingFilesRefuseSpecialTokensByDocument() throws {
    try withTokenizers { folder in
      try writeFile(joined(folder, "c.txt"), "the cat\nthe\na <|end|> b\n")
      let arguments = ["--tokenizer", "t.json", "--corpus", "c.txt", "-o", "ids.bin"]
      let refused = try encode(folder, arguments)
      #expect(refused.status == 1)
      #expect(refused.errors.contains("Document 3 of c.txt"), "\(refused.errors)")
      #expect(refused.errors.contains("<|end|>") && refused.errors.contains("--special-in-text"))
      #expect(try !fileNames(in: folder).contains("ids.bin"))
      // The tokenizer's end of a text has another name than the usual ones.
      let text = try encode(folder, arguments + ["--special-in-text", "text"])
      #expect(text.status == 1 || text.output.contains("of 3 documents"), "\(text.errors)")
    }
  }

  @Test func lengthsAreCutAndFilled() throws {
    try withTokenizers { folder in
      let cut = try encode(folder, ["--tokenizer", "t.json", "--max-length", "2", "the cat the"])
      #expect(cut.output == "257 220\n" || cut.output.split(separator: " ").count == 2)
      let filled = try encode(
        folder,
        ["--tokenizer", "t.json", "--pad-to", "4", "--pad-token", "<|end|>", "the"]
      )
      #expect(filled.output == "257 260 260 260\n", "\(filled.errors)")
      let wrong = try encode(folder, ["--tokenizer", "t.json", "--max-length", "0", "the"])
      #expect(wrong.status == 64)
    }
  }

  @Test func dropoutDependsOnItsSeedAlone() throws {
    try withTokenizers { folder in
      let words = String(repeating: "the cat ", count: 40)
      func run(_ more: [String]) throws -> String {
        let run = try encode(folder, ["--tokenizer", "t.json"] + more + [words])
        #expect(run.status == 0, "\(run.errors)")
        return run.output
      }
      let plain = try run([])
      #expect(try run(["--dropout", "0"]) == plain)
      let some = try run(["--dropout", "0.5", "--seed", "3"])
      #expect(some != plain)
      #expect(try run(["--dropout", "0.5", "--seed", "3"]) == some)
      #expect(try run(["--dropout", "0.5", "--seed", "4"]) != some)
      #expect(try run(["--dropout", "1"]).split(separator: " ").count == words.utf8.count)
      let wrong = try encode(folder, ["--tokenizer", "t.json", "--dropout", "2", "the"])
      #expect(wrong.status == 64)
    }
  }

  @Test func offsetsCountCharactersOrBytes() throws {
    try withTokenizers { folder in
      let arguments = ["--tokenizer", "t.json", "--json"]
      let characters = try encode(folder, arguments + ["é the"]).json()["offsets"] as? [[Int]]
      #expect(characters?.last == [2, 5])
      let bytes = try encode(folder, arguments + ["--offsets", "bytes", "é the"]).json()
      #expect((bytes["offsets"] as? [[Int]])?.last == [3, 6])
    }
  }

  @Test func aRecordIsPrintedForEveryRecord() throws {
    try withTokenizers { folder in
      let input = "{\"text\": \"the\"}\n{\"text\": \"\"}\n\n{\"text\": \"cat\"}\n"
      let run = try encode(folder, ["--tokenizer", "t.json", "--jsonl"], input: input)
      #expect(run.output == "257\n\n259\n", "\(run.errors)")
    }
  }

  @Test func bytesThatAreNoUTF8FollowThePolicy() throws {
    try withTokenizers { folder in
      try writeFile(joined(folder, "bad.txt"), Array("the".utf8) + [0xFF] + Array("cat".utf8))
      let arguments = ["--tokenizer", "t.json", "--corpus", "bad.txt"]
      for more in [[], ["-o", "bad.bin"]] {
        let strict = try encode(folder, arguments + more)
        #expect(strict.status == 1 && strict.errors.contains("bad.txt is not UTF-8: byte 4"))
        #expect(strict.errors.contains("--invalid replace"), "\(strict.errors)")
      }
      #expect(try encode(folder, arguments + ["--invalid", "bytes"]).output == "257 255 259\n")
      let replaced = try encode(folder, arguments + ["--invalid", "replace"])
      #expect(replaced.output == "257 239 191 189 259\n", "\(replaced.errors)")
    }
  }

  @Test func decodingFollowsThePolicyToo() throws {
    try withTokenizers { folder in
      func decode(_ arguments: [String], input: String = "") throws -> CommandResult {
        try isoflop(
          ["tokenizer", "decode", "--tokenizer", "t.json"] + arguments,
          input: input,
          folder: folder
        )
      }
      #expect(try decode(["257", "260", "259"]).output == "the<|end|>cat\n")
      #expect(try decode(["--skip-special", "257", "260", "259"]).output == "thecat\n")
      #expect(try decode(["--invalid", "replace", "257", "255"]).output == "the\u{FFFD}\n")
      let strict = try decode(["--invalid", "strict", "257", "255"])
      #expect(strict.status == 1 && strict.errors.contains("not UTF-8 at byte 3"))
      #expect(try decode([], input: "257\n\n259 257\n").output == "the\ncatthe\n")
      #expect(try decode(["--stream"], input: "257,195\n169 259 ").output == "theécat\n")
      #expect(try decode(["--stream"], input: "195").output == "\u{FFFD}\n")
      let lines = try decode(["--jsonl"], input: "{\"ids\": [257]}\n{\"ids\": []}\n")
      #expect(lines.output == "{\"text\": \"the\"}\n{\"text\": \"\"}\n")
      let wrong = try decode([], input: "257\nx\n")
      #expect(wrong.status == 1 && wrong.errors.contains("x in line 2"), "\(wrong.errors)")
      #expect(try decode(["999"]).status == 1)
    }
  }

  @Test func theFormatCanBeSaid() throws {
    try withTokenizers { folder in
      try writeFile(joined(folder, "tokens"), try readFile(joined(folder, "t.tiktoken")))
      let unknown = try encode(folder, ["--tokenizer", "tokens", "the"])
      #expect(unknown.status == 1 && unknown.errors.contains("tokens"))
      let said = try encode(
        folder,
        ["--tokenizer", "tokens", "--format", "tiktoken", "--pre-tokenizer", "gpt2", "the"]
      )
      #expect(said.output == "257\n", "\(said.errors)")
      let wrong = try encode(folder, ["--tokenizer", "t.json", "--format", "sentencepiece", "the"])
      #expect(wrong.status == 1 && wrong.errors.contains("t.json"))
      let useless = try encode(folder, ["--tokenizer", "t.json", "--pre-tokenizer", "gpt2", "the"])
      #expect(useless.status == 64)
    }
  }

  @Test func conversionsComeBackOrAreRefusedByName() throws {
    try withTokenizers { folder in
      func convert(_ arguments: [String]) throws -> CommandResult {
        try isoflop(["tokenizer", "convert"] + arguments, folder: folder)
      }
      let reading = ["--pre-tokenizer", "gpt2", "--special", "<|end|>=260"]
      let back = try convert(["t.tiktoken", "-o", "back.json"] + reading)
      #expect(back.status == 0, "\(back.errors)")
      let text = "the cat, the <|end|> thé"
      let same = try encode(folder, ["--tokenizer", "back.json", text])
      #expect(try same.output == encode(folder, ["--tokenizer", "t.json", text]).output)
      let folderRun = try convert(["t.json", "-o", "model", "--to", "transformers"])
      #expect(folderRun.status == 0, "\(folderRun.errors)")
      let names = try fileNames(in: joined(folder, "model"))
      #expect(Set(names) == ["tokenizer.json", "tokenizer_config.json"])
      let refused = try convert(["t.json", "-o", "t.model"])
      #expect(refused.status == 1 && refused.errors.contains("SentencePiece"), "\(refused.errors)")
      #expect(try !fileNames(in: folder).contains("t.model"))
      let exists = try convert(["t.json", "-o", "t.tiktoken"])
      #expect(exists.status == 1 && exists.errors.contains("t.tiktoken"))
      #expect(try convert(["t.json", "-o", "t.unknown"]).status == 64)
    }
  }
}
