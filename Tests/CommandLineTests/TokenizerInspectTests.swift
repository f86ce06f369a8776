import Files
import Foundation
import TestSupport
import Testing

/// `isoflop tokenizer inspect` as a process, on a tokenizer small enough to know by heart.
@Suite struct TokenizerInspectTests {
  /// Learned from "aab aab ab": `a b` three times, then `Ġ a`…; written by hand here so that nothing
  /// depends on training.
  private func writeTokenizers(_ folder: String) throws {
    let bytes = (0..<256).filter { (0x21...0x7E).contains($0) }.map { UInt8($0) }
    var vocabulary = bytes.map { "\(json(String(UnicodeScalar($0)))): \($0)" }
    // Ids 0x21 to 0x7E are the bytes; those below belong to what is no letter.
    let others = (0..<33).map {
      "\"\(UnicodeScalar(UInt32(0x100 + $0)).map(String.init) ?? "")\": \($0)"
    }
    vocabulary += others
    vocabulary += ["\"ab\": 127", "\"Ġa\": 128", "\"Ġab\": 129", "\"Ã\": 130", "\"©\": 131"]
    vocabulary += ["\"Ã©\": 132", "\"<|end|>\": 133"]
    let merges = [["a", "b"], ["Ġ", "a"], ["Ġ", "ab"], ["Ã", "©"]]
    let added =
      #"[{"id": 133, "content": "<|end|>", "single_word": false, "lstrip": false, "#
      + #""rstrip": false, "normalized": false, "special": true}]"#
    try writeFile(
      joined(folder, "bytes.json"),
      """
      {"version": "1.0", "added_tokens": \(added), "normalizer": null,
       "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false, "use_regex": true},
       "post_processor": null, "decoder": {"type": "ByteLevel"},
       "model": {"type": "BPE", "vocab": {\(vocabulary.joined(separator: ", "))},
        "merges": \(json(merges))}}
      """
    )
    try writeFile(
      joined(folder, "characters.json"),
      """
      {"version": "1.0", "added_tokens": [], "normalizer": null,
       "pre_tokenizer": {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always",
        "split": true}, "post_processor": null, "decoder": {"type": "Metaspace", "replacement": "▁",
        "prepend_scheme": "always", "split": true},
       "model": {"type": "BPE", "unk_token": "<unk>", "byte_fallback": true,
        "vocab": {"<unk>": 0, "<0xC3>": 1, "<0xA9>": 2, "▁": 3, "a": 4, "b": 5, "ab": 6, "▁ab": 7},
        "merges": [["a", "b"], ["▁", "ab"]]}}
      """
    )
  }

  private func json(_ value: Any) -> String {
    let data = try? JSONSerialization.data(withJSONObject: value, options: .fragmentsAllowed)
    return data.map { String(decoding: $0, as: UTF8.self) } ?? ""
  }

  private func inspect(_ arguments: String...) throws -> CommandResult {
    try withTemporaryFolder { folder in
      try writeTokenizers(folder)
      return try isoflop(["tokenizer", "inspect"] + arguments, folder: folder)
    }
  }

  @Test func aTextBecomesItsTokensMergeByMerge() throws {
    let run = try inspect("bytes.json", "--text", "ab ab<|end|>é")
    #expect(run.status == 0, "\(run.errors)")
    #expect(
      run.output == """
        "ab" 127
                  a b
               0  ab
        " ab" 129
                  ␣ a b
               0  ␣ ab
               2  ␣ab
        "<|end|>" 133
        "é" 132
                  <C3> <A9>
               3  é

        """
    )
    // The same by the other spellings.
    #expect(try inspect("bytes.json", "ab ab<|end|>é").output == run.output)
    #expect(try inspect("--tokenizer", "bytes.json", "ab ab<|end|>é").output == run.output)
  }

  @Test func charactersFallBackToBytes() throws {
    let run = try inspect("characters.json", "--text", "ab é", "--json")
    #expect(run.status == 0, "\(run.errors)")
    let lines = run.output.split(separator: "\n").map(String.init)
    #expect(lines.count == 2)
    #expect(
      lines.first
        == #"{"piece": "▁ab", "steps": [["▁", "a", "b"], ["▁", "ab"], ["▁ab"]], "#
        + #""ranks": [null, 0, 1], "ids": [7]}"#
    )
    #expect(
      lines.last
        == #"{"piece": "▁é", "steps": [["▁", "<0xC3>", "<0xA9>"]], "ranks": [null], "#
        + #""ids": [3, 1, 2]}"#
    )
  }

  @Test func tokensAreListedByRankLengthAndScript() throws {
    let ranked = try inspect("bytes.json", "--rank", "0-2")
    #expect(
      ranked.output == """
         id  rank  token  bytes  script  made of
        127     0  ab         2  Latin   a + b
        128     1  ␣a         2  Latin   ␣ + a
        129     2  ␣ab        3  Latin   ␣ + ab

        """
    )
    let long = try inspect("bytes.json", "--length", "3-", "--json")
    #expect(long.output.contains("\"id\": 129") && long.output.contains("\"id\": 133"))
    #expect(long.output.split(separator: "\n").count == 2)
    let latin = try inspect("bytes.json", "--script", "latin", "--length", "2")
    #expect(latin.output.split(separator: "\n").count == 4)
    let few = try inspect("bytes.json", "--ids", "0-", "--limit", "2")
    #expect(few.output.contains("2 of 134 tokens; --limit 134 shows all."))
  }

  @Test func theVocabularyIsCounted() throws {
    let run = try inspect("characters.json", "--json")
    let object = try run.json()
    #expect(object["vocabulary_size"] as? Int == 8)
    #expect(object["model"] as? String == "character BPE with byte fallback")
    let ranks = try #require(object["ranks"] as? [[String: Any]])
    #expect(ranks.compactMap { $0["tokens"] as? Int }.reduce(0, +) == 2)
    let text = try inspect("bytes.json").output
    #expect(text.contains("bytes.json: 134 tokens, byte-level BPE"))
    #expect(text.contains("rank                     tokens   mean bytes   scripts"))
  }

  @Test(arguments: [
    ([], "Name a tokenizer's file."), (["bytes.json", "a", "b"], "quote a text with spaces"),
    (["bytes.json", "a", "--rank", "0-3"], "not both"),
    (["bytes.json", "--rank", "3-1"], "--rank"), (["bytes.json", "--limit", "0"], "--limit"),
    (["bytes.json", "--script", "Thai"], "No token has the script Thai. There are: Common, Latin"),
  ])
  func mistakesAreNamed(arguments: [String], message: String) throws {
    let run = try withTemporaryFolder { folder in
      try writeTokenizers(folder)
      return try isoflop(["tokenizer", "inspect"] + arguments, folder: folder)
    }
    #expect(run.status == 64, "\(run.errors)")
    #expect(run.errors.contains(message), "\(run.errors)")
  }
}
