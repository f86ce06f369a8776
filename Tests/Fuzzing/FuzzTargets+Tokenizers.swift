import Files
import Foundation
import Tokenization
import UnicodeText

/// What the tokenizers of these targets learn from, and encode.
private let text = "low lower lowest, new newer newest: 日本語 des Übermuts 123\n"

extension FuzzTarget {
  /// The files of tokenizers in all formats.
  static func tokenizers() throws -> [FuzzTarget] {
    let trained = try Tokenizer.sample()
    return [
      try FuzzTarget("tokenizer") { folder in
        try trained.save(to: joined(folder, "tokenizer.json"))
      } read: { folder in
        try use(Tokenizer(contentsOf: joined(folder, "tokenizer.json")))
      },
      FuzzTarget("tokenizer-fallback", [("tokenizer.json", fallbackTokenizer)]) { folder in
        try use(Tokenizer(contentsOf: joined(folder, "tokenizer.json")))
      },
      FuzzTarget("tokenizer-stages", [("tokenizer.json", Array(stagedTokenizer.utf8))]) { folder in
        try use(Tokenizer(contentsOf: joined(folder, "tokenizer.json")))
      },
      FuzzTarget(
        "vocab-merges",
        [
          ("vocab.json", Array(try json(of: spellings + ["lo", "low", "<|endoftext|>"]).utf8)),
          ("merges.txt", Array("#version: 0.2\nl o\nlo w\n".utf8)),
        ]
      ) { folder in
        try use(Tokenizer(contentsOf: folder))
      },
      FuzzTarget("tiktoken", [("cl100k.tiktoken", Array(ranks.utf8))]) { folder in
        try use(Tokenizer(contentsOf: joined(folder, "cl100k.tiktoken")))
      },
      FuzzTarget("sentencepiece", [("tokenizer.model", pieces)]) { folder in
        try use(Tokenizer(contentsOf: joined(folder, "tokenizer.model")))
      },
    ]
  }

  /// Files of counted words.
  static func counts() throws -> [FuzzTarget] {
    [
      try FuzzTarget("counts") { folder in
        let counter = WordCounter()
        try counter.add(text)
        try counter.write(to: joined(folder, "a.counts"))
      } read: { folder in
        let file = try CountFile(contentsOf: joined(folder, "a.counts"))
        let sum = try mergeCounts([(file, 2), (file, 1)], to: joined(folder, "sum.counts"))
        _ = try BPETrainer(vocabularySize: 270).train(on: sum)
      }
    ]
  }

  /// Files of token ids: with a description, with llm.c's header, and without anything.
  static func tokenIDs() throws -> [FuzzTarget] {
    let trained = try Tokenizer.sample()
    let ids: [UInt8] = (0..<40).flatMap { [UInt8($0), 0] }
    func header(_ mark: UInt32, _ version: UInt32, _ count: UInt32) -> [UInt8] {
      ([mark, version, count] + [UInt32](repeating: 0, count: 253)).flatMap { number in
        (0..<4).map { UInt8(truncatingIfNeeded: number >> UInt32(8 * $0)) }
      }
    }
    let read: @Sendable (String) throws -> Void = { folder in
      let file = try TokenIDFile(joined(folder, "a.bin"))
      if file.count > 0 { _ = file[file.count - 1] }
      _ = try TokenIDFile(joined(folder, "a.bin"), vocabularySize: 300, isWide: true).ids
    }
    return [
      try FuzzTarget("token-ids") { folder in
        var writer = try TokenIDWriter(joined(folder, "a.bin"), tokenizer: trained)
        writer.startPart(language: "en")
        for word in ["low lower", "newest"] {
          try writer.append(document: try trained.encode(word)[...], byteCount: word.utf8.count)
        }
        _ = try writer.finish()
      } read: { folder in
        _ = try TokenIDFile(joined(folder, "a.bin")).ids
      },
      FuzzTarget("nanogpt-ids", [("a.bin", ids.flatMap { [$0, 0] })], read: read),
      FuzzTarget("llmc-ids", [("a.bin", header(20_240_520, 1, 40) + ids)], read: read),
      FuzzTarget(
        "llmc-wide-ids",
        [("a.bin", header(20_240_801, 7, 20) + [UInt8](repeating: 0, count: 80))],
        read: read
      ),
      FuzzTarget("token-id-lines", [("a.jsonl", Array("{\"ids\": [1, 2, 250]}\n".utf8))]) {
        folder in
        let ids = try JSONLines(MappedFile(joined(folder, "a.jsonl"))).ids(field: "ids")
        for list in ids { _ = try trained.decodeBytes(list) }
      },
    ]
  }

  /// Does with a tokenizer what commands do.
  private static func use(_ tokenizer: Tokenizer) throws {
    let encoding = try tokenizer.encodeWithOffsets(text + "<s> <|endoftext|>\u{0}é ﬁ▁")
    _ = try tokenizer.decodeBytes(encoding.ids)
    _ = try tokenizer.decode(encoding.ids, skipsSpecialTokens: true)
    _ = try tokenizer.encode([Array(text.utf8), [0xFF, 0x20]], threads: 1)
    _ = try tokenizer.explain(text)
    _ = tokenizer.vocabularySummary()
    _ = tokenizer.digest
    // What a format cannot express is an error like others, and no reason to leave out the next.
    for format in TokenizerFormat.allCases { _ = try? tokenizer.files(as: format) }
  }

  // MARK: - Sound files

  /// The spelling of each byte in vocabularies of the GPT-2 family, in the order of its ids.
  private static let spellings: [String] = {
    let printed = [33...126, 161...172, 174...255].flatMap { Array($0) }
    let shifted = (0...255).filter { !printed.contains($0) }
    let scalars = printed + (0..<shifted.count).map { 256 + $0 }
    return scalars.compactMap { Unicode.Scalar(UInt32($0)).map { String($0) } }
  }()

  private static func json(of vocabulary: [String]) throws -> String {
    let members = try vocabulary.enumerated().map { id, token in
      String(decoding: try JSONEncoder().encode(token), as: UTF8.self) + ": \(id)"
    }
    return "{" + members.joined(separator: ", ") + "}"
  }

  private static let ranks: String = {
    let tokens = (0...255).map { [UInt8($0)] } + ["lo", "low", " low"].map { Array($0.utf8) }
    return tokens.enumerated().map { rank, token in
      "\(Data(token).base64EncodedString()) \(rank)\n"
    }.joined()
  }()

  /// A tokenizer as those of Llama 2, which falls back on bytes.
  private static let fallbackTokenizer: [UInt8] = {
    let bytes = (0...255).map { String(format: "<0x%02X>", $0) }
    let vocabulary = ["<unk>", "<s>", "</s>"] + bytes + ["▁", "l", "o", "w", "lo", "low", "▁low"]
    let members = vocabulary.enumerated().map { "\"\($1)\": \($0)" }.joined(separator: ", ")
    return Array(
      #"""
      {"version": "1.0",
      "truncation": {"direction": "Right", "max_length": 9, "strategy": "LongestFirst", "stride": 2},
      "padding": {"strategy": {"Fixed": 12}, "direction": "Left", "pad_to_multiple_of": 5,
      "pad_id": 2, "pad_type_id": 0, "pad_token": "</s>"},
      "added_tokens": [{"id": 0, "content": "<unk>", "single_word": false, "lstrip": false,
      "rstrip": false, "normalized": false, "special": true}, {"id": 1, "content": "<s>",
      "single_word": true, "lstrip": true, "rstrip": true, "normalized": true, "special": true}],
      "normalizer": {"type": "Sequence", "normalizers": [{"type": "Precompiled",
      "precompiled_charsmap": "\#(Data(characterMap).base64EncodedString())"},
      {"type": "Prepend", "prepend": "▁"},
      {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}]},
      "pre_tokenizer": null,
      "post_processor": {"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "<s>",
      "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}], "pair": [{"Sequence": {"id": "A",
      "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}], "special_tokens": {"<s>": {"id":
      "<s>", "ids": [1], "tokens": ["<s>"]}}},
      "decoder": {"type": "Sequence", "decoders": [{"type": "Replace", "pattern": {"String": "▁"},
      "content": " "}, {"type": "ByteFallback"}, {"type": "Fuse"}, {"type": "Strip", "content":
      " ", "start": 1, "stop": 0}]},
      "model": {"type": "BPE", "dropout": null, "unk_token": "<unk>", "continuing_subword_prefix":
      null, "end_of_word_suffix": null, "fuse_unk": true, "byte_fallback": true,
      "ignore_merges": false, "vocab": {\#(members)},
      "merges": [["l", "o"], ["lo", "w"], ["▁", "low"]]}}
      """#.utf8
    )
  }()

  /// A tokenizer with one of nearly every stage.
  private static let stagedTokenizer = #"""
    {"version": "1.0", "truncation": null, "padding": {"strategy": "BatchLongest", "direction":
    "Right", "pad_to_multiple_of": null, "pad_id": 0, "pad_type_id": 0, "pad_token": "?"},
    "added_tokens": [{"id": 12, "content": "New", "single_word": false, "lstrip": true,
    "rstrip": false, "normalized": true, "special": false}],
    "normalizer": {"type": "Sequence", "normalizers": [{"type": "NFKC"}, {"type": "Lowercase"},
    {"type": "NFD"}, {"type": "StripAccents"}, {"type": "Strip", "strip_left": true, "strip_right":
    true}, {"type": "Replace", "pattern": {"Regex": "[0-9]+(?=\\s)"}, "content": "no"},
    {"type": "NFC"}]},
    "pre_tokenizer": {"type": "Sequence", "pretokenizers": [{"type": "Split", "pattern": {"Regex":
    "\\p{L}+|\\s"}, "behavior": "MergedWithPrevious", "invert": true}, {"type": "Digits",
    "individual_digits": true}, {"type": "Punctuation", "behavior": "Contiguous"},
    {"type": "UnicodeScripts"}, {"type": "WhitespaceSplit"}, {"type": "Whitespace"}]},
    "post_processor": {"type": "Sequence", "processors": [{"type": "BertProcessing", "sep": ["?",
    0], "cls": ["l</w>", 1]}, {"type": "RobertaProcessing", "sep": ["?", 0], "cls": ["l</w>", 1],
    "trim_offsets": true, "add_prefix_space": false}]},
    "decoder": {"type": "BPEDecoder", "suffix": "</w>"},
    "model": {"type": "BPE", "dropout": 0.1, "unk_token": "?", "continuing_subword_prefix": "##",
    "end_of_word_suffix": "</w>", "fuse_unk": false, "byte_fallback": false, "ignore_merges": true,
    "vocab": {"?": 0, "##l</w>": 1, "l": 2, "##o": 3, "##w": 4, "##w</w>": 5, "lo": 6, "low</w>": 7,
    "n": 8, "##e": 9, "ne": 10, "new</w>": 11, "New": 12},
    "merges": ["l ##o", "lo ##w</w>", "n ##e", "ne ##w</w>"]}}
    """#

  /// A map of one key, as SentencePiece compiles it: sizes, units, a text.
  private static let characterMap: [UInt8] = {
    let units: [UInt32] = [0x400, 0x461, 0x8000_0000, 0x61] + [UInt32](repeating: 0x462, count: 12)
    let trie = units.flatMap { unit in
      (0..<4).map { UInt8(truncatingIfNeeded: unit >> UInt32(8 * $0)) }
    }
    return [UInt8(trie.count), 0, 0, 0] + trie + Array("b\0".utf8)
  }()

  /// A model of SentencePiece.
  private static let pieces: [UInt8] = {
    var message = WireMessage()
    func piece(_ text: String, _ score: Float, _ kind: UInt64) {
      var piece = WireMessage()
      piece.append(1, Array(text.utf8))
      piece.append(2, score)
      piece.append(3, kind)
      message.append(1, piece.bytes)
    }
    piece("<unk>", 0, 2)
    piece("<s>", 0, 3)
    for byte in 0...255 { piece(String(format: "<0x%02X>", byte), 0, 6) }
    piece("new", 0, 4)
    for (rank, text) in ["lo", "low", "▁low", "▁", "l", "o", "w"].enumerated() {
      piece(text, -Float(rank), 1)
    }
    var trainer = WireMessage()
    trainer.append(3, 2 as UInt64)
    trainer.append(35, 1 as UInt64)
    message.append(2, trainer.bytes)
    var normalizer = WireMessage()
    normalizer.append(1, Array("nmt_nfkc".utf8))
    normalizer.append(2, characterMap)
    normalizer.append(3, 1 as UInt64)
    message.append(3, normalizer.bytes)
    return message.bytes
  }()
}

extension Tokenizer {
  /// A tokenizer of a few tokens.
  fileprivate static func sample() throws -> Tokenizer {
    var configuration = TokenizerConfiguration()
    configuration.addedTokens = [AddedToken(id: 0, content: "<|endoftext|>")]
    configuration.normalization = .nfc
    configuration.splits = [TextSplit(.o200k)]
    let counter = try WordCounter(configuration)
    try counter.add(text)
    let trainer = BPETrainer(vocabularySize: 280, specialTokens: ["<|endoftext|>"])
    return try Tokenizer.train(trainer, on: counter, like: configuration)
  }
}
