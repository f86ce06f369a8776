import Corpora
import Files
import TestSupport
import Tokenization

extension FuzzTarget {
  /// A target for every reader of files; a new reader is a new entry.
  public static func all() throws -> [FuzzTarget] {
    try texts() + tokenizers() + counts() + tokenIDs() + models() + runs() + tables()
  }

  private static func texts() -> [FuzzTarget] {
    let records = Array(#"{"id": 1, "text": "a\u00e9\ud83d\ude00\n", "m": [1, {"x": null}]}"#.utf8)
    return [
      FuzzTarget("text", [("a.txt", Array("one\r\n\u{FEFF}zwei\n\0日本\n".utf8))], read: readTexts),
      FuzzTarget("gzip", [("a.txt.gz", PackedText.gzip + PackedText.gzip)], read: readTexts),
      FuzzTarget("zstd", [("a.txt.zst", PackedText.zstd + PackedText.zstd)], read: readTexts),
      FuzzTarget("bomb", [("a.zst", PackedText.repeated(0x61, times128KiB: 30))]) { folder in
        let stream = try UTF8Stream(joined(folder, "a.zst"), .refuse)
        while try stream.next() != nil {}
      },
      FuzzTarget("jsonl", [("a.jsonl", records + [0x0A] + records)], read: readTexts),
      FuzzTarget(
        "manifest",
        [
          (
            "MANIFEST.json",
            Array(
              #"""
              {"version": 1, "name": "a", "description": "", "license": "CC0-1.0", "parallel": true,
              "split": {"every": 2, "remainder": 1}, "languages": [{"tag": "en", "name": "English",
              "script": "Latn", "file": "en.txt", "segments": 2, "bytes": 8,
              "sha256": "c3f9c8c283a2b1f2f1896f27a01cbe3cddc0c9d93f752e4639035a0f5b36f6e8"}]}
              """#.utf8
            )
          ), ("en.txt", Array("one\ntwo\n".utf8)),
        ]
      ) { folder in
        let corpus = try Corpus(path: folder)
        try corpus.validateSplit()
        _ = try CorpusListing.all(in: folder)
      },
    ]
  }

  /// Reads the texts of a folder in all the ways there are.
  private static let readTexts: @Sendable (String) throws -> Void = { folder in
    let inputs = try TextInput.inputs(at: [folder])
    var plan = CleaningPlan()
    plan.nearDuplicates = NearDuplicates.Parameters()
    plan.rules = DocumentRule.all
    plan.scriptShare = 0.5
    plan.invalidUTF8 = .repair
    _ = try CorpusCleaner(plan).clean(inputs, to: nil)
    _ = try TextStatistics.count(inputs)
    _ = try WordCounter.count(inputs)
    for input in inputs {
      let stream = try UTF8Stream(input.path, .refuse)
      while try stream.next() != nil {}
    }
  }
}
