import Files
import Randomness
import TestSupport
import Testing
import UnicodeText

@testable import Tokenization

@Suite struct TokenizerFileTests {
  @Test func savedTokenizersAreReadAgain() throws {
    try withTemporaryFolder { folder in
      let path = joined(folder, "tokenizer.json")
      let tokenizer = try smallTokenizer(addedTokens: [
        AddedToken(id: 600, content: "<\"x\\\n>", stripsLeft: true, isSpecial: false)
      ])
      try tokenizer.save(to: path)
      let copy = try Tokenizer(contentsOf: path)
      #expect(copy.model == tokenizer.model)
      #expect(copy.configuration == tokenizer.configuration)
      #expect(copy.digest == tokenizer.digest)
      #expect(copy.digest == SHA256.hexadecimal(try readFile(path)))
      for text in smallTexts { #expect(try copy.encode(text) == tokenizer.encode(text)) }
    }
  }

  /// A tokenizer of a few tokens, in whose file one text is replaced.
  private func file(_ old: String, _ new: String) -> [UInt8] {
    let text = """
      {"version": "1.0", "truncation": null, "padding": null,
      "added_tokens": [{"id": 3, "content": "<x>", "special": true}],
      "normalizer": {"type": "NFC"}, "pre_tokenizer": {"type": "ByteLevel"},
      "post_processor": null, "decoder": {"type": "ByteLevel"},
      "model": {"type": "BPE", "unk_token": null, "vocab": {"a": 0, "b": 1, "ab": 2},
      "merges": [["a", "b"]]}}
      """
    return Array(text.replacing(old, with: new).utf8)
  }

  @Test(arguments: [
    ("", ""), (#"[["a", "b"]]"#, #"["a b"]"#), (#""type": "BPE", "#, ""),
    (#"{"a": 0, "b": 1, "ab": 2}"#, #"{"ab": 2, "b": 1, "\u0061": 0}"#),
    (#"{"type": "NFC"}"#, #"{"type": "Sequence", "normalizers": [{"type": "NFC"}]}"#),
    (#"{"a": 0, "b": 1, "ab": 2}"#, #"{"a": 0, "b": 1, "ab": 5, "c": 2, "<x>": 3}"#),
    (#""a": 0"#, #""a": 5"#), (#""unk_token": null"#, #""unk_token": "b""#),
    (#""unk_token": null"#, #""dropout": 0.0"#),
    (#""pre_tokenizer": {"type": "ByteLevel"}"#, #""pre_tokenizer": null"#),
    (#""pre_tokenizer": {"type": "ByteLevel"}"#, #""pre_tokenizer": {"type": "WhitespaceSplit"}"#),
  ])
  func otherSpellingsMeanTheSame(old: String, new: String) throws {
    let tokenizer = try Tokenizer(json: file(old, new), name: "test")
    #expect(try tokenizer.decode(tokenizer.encode("ab<x>")) == "ab<x>")
  }

  @Test(arguments: [
    (#""b": 1"#, #""b": 0"#, "a and b both"), (#""a": 0"#, #""a": 90000"#, "number 0"),
    (#""b": 1"#, #""a": 1"#, "twice"), (#""b": 1"#, #""b": -1"#, "no number"),
    (#""b": 1"#, #""b": 99999999999999999999"#, "too large"),
    (#"["a", "b"]"#, #"["a", "c"]"#, "not in the vocabulary"),
    (#"["a", "b"]"#, #"["b", "a"]"#, "not in the vocabulary"),
    (#"["a", "b"]"#, #"["a", "b", "a"]"#, "more than two"), (#"["a", "b"]"#, #"["a"]"#, "not two"),
    (#"["a", "b"]"#, #""ab""#, "space"), (#""type": "BPE""#, #""type": "Unigram""#, "Unigram"),
    (#""type": "NFC""#, #""type": "Nmt""#, "Nmt"),
    (
      #""post_processor": null"#, #""post_processor": {"type": "BertProcessing"}"#, "post_processor.cls"
    ),
    (
      #""post_processor": null"#,
      #""post_processor": {"type": "TemplateProcessing", "single": [], "pair": [], "special_tokens": {}}"#,
      "0 times"
    ),
    (
      #""post_processor": null"#,
      #""post_processor": {"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "<y>"}}]"#
        + #", "pair": [], "special_tokens": {}}"#, "<y> is not among"
    ),
    (
      #""post_processor": null"#,
      #""post_processor": {"type": "TemplateProcessing", "single": [{"Sequence": {"id": "A"}}]"#
        + #", "pair": [], "special_tokens": {"<y>": {"ids": [9], "tokens": ["<y>"]}}}"#,
      "token 9 does not exist"
    ),
    (#""padding": null"#, #""padding": {}"#, "padding"),
    (
      #""type": "NFC""#, #""type": "Replace", "pattern": {"String": ""}, "content": "x""#,
      "the pattern is empty"
    ),
    (
      #""type": "NFC""#, #""type": "Replace", "pattern": {"Regex": "a("}, "content": "x""#,
      "a( is wrong at position 2"
    ),
    (
      #""type": "NFC""#, #""type": "Replace", "pattern": {"Regex": "a{1,3}+"}, "content": "x""#,
      "+ after a repetition is not supported"
    ),
    (
      #""type": "NFC""#, #""type": "Replace", "pattern": {"Regex": "(?im:a)"}, "content": "x""#,
      "the flag m is not supported"
    ),
    (#""unk_token": null"#, #""unk_token": "q""#, "\"q\" is not in"),
    (#""unk_token": null"#, #""dropout": 1.5"#, "between 0 and 1"),
    (#""content": "<x>""#, #""content": """#, "empty"),
    (#""id": 3"#, #""id": 7"#, "but is token 3"), (#""id": 3"#, #""id": 1"#, "but is token 3"),
    (#""content": "<x>""#, #""content": "ab""#, "but is token 2"), (#""version""#, "version", "key"),
    (#""vocab""#, #""words""#, "missing"), (#""merges""#, #""rules""#, "missing"),
    (#""model""#, #""models""#, "no model"), ("]]}}", "]]}}}", "follows"),
    ("]]}}", "]]}", "too early"), (#""NFC""#, #""\ud800""#, "surrogate"),
    (#""NFC""#, #""\q""#, "backslash"), (#""NFC""#, "\"\n\"", "control"),
    (#""1.0""#, "1.0.0", "no number"), (#""1.0""#, "nul", "value"),
  ])
  func wrongFilesAreRefusedWithTheirPlace(old: String, new: String, says: String) throws {
    let failure = #expect(throws: TokenizationError.self) {
      try Tokenizer(json: file(old, new), name: "wrong.json")
    }
    #expect(failure?.description.contains("wrong.json") == true)
    #expect(failure?.description.contains(says) == true, "\(failure?.description ?? "none")")
  }

  @Test func deepNestingIsRefused() {
    let text = String(repeating: "[", count: 1_000_000)
    let object = "{\"normalizer\": \(text)"
    #expect(throws: TokenizationError.self) { try Tokenizer(json: Array(text.utf8), name: "deep") }
    #expect(throws: TokenizationError.self) {
      try Tokenizer(json: Array(object.utf8), name: "deep")
    }
  }

  /// Cut off or changed anywhere, a file gives an error or a tokenizer, and never a trap.
  @Test func damagedFilesNeverTrap() throws {
    let whole = file("", "")
    for count in 0..<whole.count {
      #expect(throws: TokenizationError.self) {
        try Tokenizer(json: Array(whole[..<count]), name: "cut")
      }
    }
    var random = Seed(8).stream("damage")
    for _ in 0..<3000 {
      var damaged = whole
      for _ in 0..<1 + random.below(3) {
        let place = random.below(damaged.count)
        switch random.below(3) {
        case 0: damaged[place] = UInt8(random.below(256))
        case 1: damaged.remove(at: place)
        default: damaged.insert(damaged[random.below(damaged.count)], at: place)
        }
      }
      if let tokenizer = try? Tokenizer(json: damaged, name: "damaged") {
        _ = try? tokenizer.decode(tokenizer.encode("ab<x> c"))
      }
    }
  }
}

@Suite struct TokenIDFileTests {
  @Test(arguments: [600, 70_000])
  func idsAreReadAsWritten(vocabularySize: Int) throws {
    try withTemporaryFolder { folder in
      let path = joined(folder, "ids.bin")
      let tokenizer = try smallTokenizer(
        addedTokens: (600..<max(600, vocabularySize)).map {
          AddedToken(id: TokenID($0), content: "<\($0)>")
        }
      )
      var writer = try TokenIDWriter(path, tokenizer: tokenizer)
      writer.startPart(language: "en")
      try writer.append(document: [5, 6, 7], byteCount: 9)
      try writer.append(document: [TokenID(tokenizer.vocabularySize - 1)], byteCount: 1)
      let written = try writer.finish()
      let file = try TokenIDFile(path)
      #expect(file.ids == [5, 6, 7, 0, TokenID(tokenizer.vocabularySize - 1), 0])
      #expect(file[4] == TokenID(tokenizer.vocabularySize - 1))
      #expect(file.description == written)
      #expect(written.tokens == 6 && written.documents == 2 && written.bytes == 10)
      #expect(written.parts.map(\.tokens) == [6])
      #expect(written.tokenizerDigest == tokenizer.digest)
      #expect(written.isWide == (vocabularySize > 65_536))
    }
  }

  @Test func wrongFilesAreRefused() throws {
    try withTemporaryFolder { folder in
      let path = joined(folder, "ids.bin")
      try writeFile(path, [1, 0, 2] as [UInt8])
      #expect(throws: TokenizationError.self) { try TokenIDFile(path) }
      try writeFile(path, [1, 0, 2, 0] as [UInt8])
      #expect(try TokenIDFile(path).ids == [1, 2])
      #expect(throws: TokenizationError.self) { try TokenIDFile(path, vocabularySize: 2) }
      #expect(throws: TokenizationError.self) { try TokenIDFile(joined(folder, "none")) }
      for description in ["{}", "[", #"{"format": "isoflop token ids", "version": 2}"#] {
        try writeFile(path + ".json", description)
        #expect(throws: TokenizationError.self) { try TokenIDFile(path) }
      }
      let tokenizer = try smallTokenizer()
      var writer = try TokenIDWriter(path, tokenizer: tokenizer)
      try writer.append(document: [1], byteCount: 1)
      _ = try writer.finish()
      try writeFile(path, [1, 0] as [UInt8])
      #expect(throws: TokenizationError.self) { try TokenIDFile(path) }
    }
  }
}

@Suite struct CorpusFileTests {
  @Test(arguments: [1, 2, 3])
  func filesAreCountedLineByLine(threads: Int) throws {
    try withTemporaryFolder { folder in
      let path = joined(folder, "a.txt")
      let text = smallTexts.joined(separator: "\n")
      try writeFile(path, text)
      let counter = try WordCounter.count(
        [TextInput(path), TextInput(path)],
        threads: threads
      )
      let expected = WordCounter()
      for _ in 0..<2 {
        for line in text.split(separator: "\n", omittingEmptySubsequences: false).dropLast() {
          try expected.add(line + "\n")
        }
        try expected.add(smallTexts.last?.split(separator: "\n").last.map(String.init) ?? "")
      }
      #expect(counter.counts == expected.counts)
    }
  }

  @Test func aBadByteIsNamedWithItsFile() throws {
    try withTemporaryFolder { folder in
      let path = joined(folder, "a.txt")
      try writeFile(path, Array("abc\nd".utf8) + [0xFF])
      let bad = FilesError.notUTF8(path: path, line: 2, byte: 2, value: 0xFF)
      #expect(throws: TokenizationError.file(bad)) {
        try WordCounter.count([TextInput(path)])
      }
    }
  }
}
