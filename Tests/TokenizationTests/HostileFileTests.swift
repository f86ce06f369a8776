import Files
import Foundation
import Randomness
import TestSupport
import Testing

@testable import Tokenization

/// Files that are damaged or made to do harm: an error that says where, or a tokenizer that works.
@Suite struct HostileFileTests {
  private func recorded(_ library: String, _ name: String) throws -> FormatRecord.Case {
    let cases = try #require(FormatRecord.shared).cases
    return try #require(cases.first { $0.library == library && $0.name == name })
  }

  /// Changes some bytes of a file, preferably to such as numbers and lengths are made of.
  private func damaged(_ whole: [UInt8], _ random: inout Xoshiro256) -> [UInt8] {
    var bytes = whole
    for _ in 0..<1 + random.below(4) {
      if bytes.isEmpty { break }
      let place = random.below(bytes.count)
      switch random.below(6) {
      case 0: bytes[place] = UInt8(random.below(256))
      case 1: bytes.remove(at: place)
      case 2: bytes.insert(bytes[random.below(bytes.count)], at: place)
      case 3: bytes[place] = [0xFF, 0x00, 0x7F, 0x80, 0x39, 0x2D][random.below(6)]
      case 4: bytes.removeSubrange(place..<min(bytes.count, place + 1 + random.below(64)))
      default:
        let end = min(bytes.count, place + 1 + random.below(64))
        bytes.insert(contentsOf: bytes[place..<end], at: random.below(bytes.count))
      }
    }
    return bytes
  }

  private func use(_ tokenizer: Tokenizer) {
    for text in ["", "a cat  sat\n", "<s>Ünew<mask> 漢字 \u{0}\u{301}", "▁▁<0x41>"] {
      if let ids = try? tokenizer.encode(text) { _ = try? tokenizer.decode(ids) }
      _ = try? tokenizer.encodeWithOffsets(text)
    }
    _ = try? tokenizer.decode([0, 1, 2, TokenID(tokenizer.vocabularySize), .max])
    _ = tokenizer.json
  }

  @Test(arguments: [
    ("tokenizers", "qwen"), ("tokenizers", "gemma"), ("tokenizers", "both"),
    ("tokenizers", "precompiled"), ("sentencepiece", "rules"), ("sentencepiece", "bare"),
    ("tiktoken", "gpt2"),
  ])
  func damagedFilesNeverTrap(library: String, name: String) throws {
    let recorded = try recorded(library, name)
    var random = Seed(11).stream("\(library) \(name)")
    try withTemporaryFolder { folder in
      let path = joined(folder, recorded.fileName)
      for round in 0..<60 {
        let bytes =
          round % 4 == 0
          ? Array(recorded.file[..<random.below(recorded.file.count)])
          : damaged(recorded.file, &random)
        try writeFile(path, bytes)
        if let tokenizer = try? Tokenizer(contentsOf: path, missing: recorded.missing) {
          use(tokenizer)
        }
      }
    }
  }

  /// The settings alone, where every change tells.
  @Test func damagedSettingsNeverTrap() throws {
    var random = Seed(12).stream("settings")
    for recorded in try #require(FormatRecord.shared).cases where recorded.library == "tokenizers" {
      let text = String(decoding: recorded.file, as: UTF8.self)
      let start = try #require(text.range(of: "\"vocab\":"))
      let model =
        ###""vocab":{"<unk>":0,"<s>":1,"</s>":2,"a":3,"▁":4,"Ġ":5,"##a":6},"merges":[]}}"###
      var tokens = ""
      if let from = text.range(of: "\"added_tokens\":"), let to = text.range(of: ",\"normalizer\"")
      {
        tokens = String(text[from.lowerBound..<to.lowerBound])
      }
      var head = String(text[..<start.lowerBound])
      if !tokens.isEmpty { head = head.replacing(tokens, with: "\"added_tokens\":[]") }
      let small = Array((head + model).utf8)
      for _ in 0..<40 {
        if let tokenizer = try? Tokenizer(json: damaged(small, &random), name: "damaged") {
          use(tokenizer)
        }
      }
    }
  }

  private func reason(_ name: String, _ bytes: [UInt8]) throws -> String {
    try withTemporaryFolder { folder in
      let path = joined(folder, name)
      try writeFile(path, bytes)
      let missing = MissingSettings(pattern: .gpt2, specialTokens: [])
      let error = #expect(throws: TokenizationError.self) {
        try Tokenizer(contentsOf: path, missing: missing)
      }
      return error?.description ?? ""
    }
  }

  private let ranks = (0..<256).map {
    "\(String(decoding: Base64.encode([UInt8($0)]), as: UTF8.self)) \($0)\n"
  }

  @Test func wrongRanksAreNamed() throws {
    let whole = ranks.joined()
    #expect(try reason("a.tiktoken", []).contains("no ranks"))
    #expect(try reason("a.tiktoken", Array("hello\n".utf8)).contains("line 1"))
    #expect(
      try reason("a.tiktoken", Array((whole + "YWI= 255\n").utf8)).contains(
        "255 stands there twice"
      )
    )
    #expect(try reason("a.tiktoken", Array((whole + "YQ== 256\n").utf8)).contains("twice"))
    #expect(try reason("a.tiktoken", Array((whole + "YWI= 99999999\n").utf8)).contains("line 257"))
    #expect(
      try reason("a.tiktoken", Array((whole + "YWI= 9000000000000000000000\n").utf8)).contains(
        "line 257"
      )
    )
    #expect(try reason("a.tiktoken", Array((whole + "YWI= 900000\n").utf8)).contains("only 257"))
    #expect(try reason("a.tiktoken", Array((whole + "Y?I= 256\n").utf8)).contains("Base64"))
    let lacking = ranks.dropLast().joined()
    #expect(try reason("a.tiktoken", Array(lacking.utf8)).contains("the byte 255"))
  }

  @Test func wrongMessagesAreNamed() throws {
    func piece(_ text: String, _ kind: UInt8 = 1) -> [UInt8] {
      let body = [0x0A, UInt8(text.utf8.count)] + Array(text.utf8) + [0x18, kind]
      return [0x0A, UInt8(body.count)] + body
    }
    let trainer: [UInt8] = [0x12, 0x02, 0x18, 0x02]
    let unknown = piece("<unk>", 2)
    // A message whose length says more than the file has, up to the largest number there is.
    let endless: [UInt8] = [0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F]
    for bytes in [endless, unknown + endless, [0x0A], [0x0A, 0x80], [0x0F], [0x0C, 0x01]] {
      #expect(try reason("a.model", bytes).contains("a.model"))
    }
    #expect(try reason("a.model", []).contains("a.model"))
    #expect(try reason("a.model", Array("{\"model\": {}}".utf8)).contains("a.model"))
    #expect(try reason("a.model", piece("a") + trainer).contains("unknown"))
    #expect(try reason("a.model", unknown + unknown + trainer).contains("piece"))
    #expect(try reason("a.model", unknown + piece("a") + piece("a") + trainer).contains("a.model"))
    #expect(try reason("a.model", unknown + piece("") + trainer).contains("a.model"))
    #expect(try reason("a.model", unknown + piece("a")).contains("Unigram"))
  }

  @Test func wrongMergesAreNamed() throws {
    let model = #"{"a": 0, "b": 1, "ab": 2}"#
    func reason(_ vocabulary: String, _ merges: String) throws -> String {
      try withTemporaryFolder { folder in
        try writeFile(joined(folder, "vocab.json"), vocabulary)
        try writeFile(joined(folder, "merges.txt"), merges)
        let error = #expect(throws: TokenizationError.self) {
          try Tokenizer(contentsOf: joined(folder, "vocab.json"))
        }
        return error?.description ?? ""
      }
    }
    #expect(try reason(model, "#version: 0.2\na c\n").contains("line 2"))
    #expect(try reason(model, "b a\n").contains("not in the vocabulary"))
    #expect(try reason(model, "a b a\n").contains("two tokens"))
    #expect(try reason(#"{"a": 0, "b": 0}"#, "").contains("both have the number 0"))
    #expect(try reason(#"{"a": 0, "a": 1}"#, "").contains("twice"))
    #expect(try reason(#"["a"]"#, "").contains("vocab.json"))
    #expect(try reason(#"{"a": 0, "b": 1000000}"#, "").contains("number 1"))
    #expect(try reason(model + "}", "").contains("follows"))
    // A file beside it that is not there.
    try withTemporaryFolder { folder in
      try writeFile(joined(folder, "vocab.json"), model)
      let error = #expect(throws: TokenizationError.self) { try Tokenizer(contentsOf: folder) }
      #expect(error?.description.contains("merges.txt") == true)
    }
  }

  /// Merges that lead back to where they came from end, for each makes one token of two.
  @Test func mergesThatMakeTheirOwnPartEnd() throws {
    let text = """
      {"pre_tokenizer": null, "model": {"type": "BPE", "continuing_subword_prefix": "##",
      "vocab": {"a": 0, "##": 1, "##a": 2}, "merges": [["a", "##"], ["##a", "##"], ["a", "##"]]}}
      """
    let tokenizer = try Tokenizer(json: Array(text.utf8), name: "cycle")
    #expect(try tokenizer.encode(String(repeating: "a", count: 1000)).count <= 1000)
    let long = String(repeating: "##", count: 5000)
    _ = try tokenizer.encode(long)
  }

  /// Rules that make a text endless, and patterns that never come to an end, give up.
  @Test(arguments: [false, true])
  func rulesWithoutEndGiveUp(isPattern: Bool) throws {
    let long = String(repeating: "a", count: 1000)
    let replace = #"{"type": "Replace", "pattern": {"String": "a"}, "content": "\#(long)"}"#
    let pattern = #"{"type": "Replace", "pattern": {"Regex": "(a+)+$"}, "content": ""}"#
    let steps = Array(repeating: isPattern ? pattern : replace, count: isPattern ? 1 : 8)
    let text = """
      {"normalizer": {"type": "Sequence", "normalizers": [\(steps.joined(separator: ", "))]},
      "model": {"type": "BPE", "vocab": {"a": 0}, "merges": []}}
      """
    let tokenizer = try Tokenizer(json: Array(text.utf8), name: "endless")
    let hard = String(repeating: "a", count: 40) + "!"
    #expect(throws: TokenizationError.self) { try tokenizer.encode(hard) }
    #expect(throws: TokenizationError.self) { try tokenizer.encodeWithOffsets(hard) }
  }
}
