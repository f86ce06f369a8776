import Files
import Foundation
import TestSupport
import Testing

@testable import Tokenization

/// What `tokenizers`, `tiktoken` and `sentencepiece` make of texts with tokenizers of many kinds,
/// recorded by `Scripts/reference/formats.py`; `Fixtures/README.md` names the versions.
struct FormatRecord: Sendable {
  struct Case: Sendable, CustomTestStringConvertible {
    let library: String
    let name: String
    /// The name and the bytes of the tokenizer's file.
    let fileName: String
    let file: [UInt8]
    let missing: MissingSettings
    let ids: [[TokenID]]
    /// For each text, the starts and ends of the tokens; of `tiktoken`, the starts alone.
    let offsets: [[Int]]
    let decoded: [String]

    var testDescription: String { "\(library): \(name)" }

    /// The tokenizer, read from a file.
    func tokenizer() throws -> Tokenizer {
      try withTemporaryFolder { folder in
        let path = joined(folder, fileName)
        try writeFile(path, file)
        return try Tokenizer(contentsOf: path, missing: missing)
      }
    }

    /// The offsets as the library counts them.
    func places(_ encoding: Encoding, of text: String) -> [Int] {
      let utf8 = Array(text.utf8)
      switch library {
      case "sentencepiece":
        return encoding.offsets.flatMap { [$0.lowerBound, $0.upperBound] }
      case "tiktoken":
        return unsafe encoding.codePointOffsets(in: utf8.span.bytes).map(\.lowerBound)
      default:
        let found = unsafe encoding.codePointOffsets(in: utf8.span.bytes)
        return found.flatMap { [$0.lowerBound, $0.upperBound] }
      }
    }
  }

  let texts: [String]
  let cases: [Case]

  static let shared: FormatRecord? = try? FormatRecord()

  init() throws {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("Fixtures")
    let data = try Data(contentsOf: folder.appendingPathComponent("formats.json"))
    let record = try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
    let texts = try #require(record["texts"] as? [String])
    let models = try #require(record["models"] as? [String: String])
    let ranks = try #require(record["ranks"] as? String)
    self.texts = texts
    cases = try #require(record["cases"] as? [[String: Any]]).map { recorded in
      func numbers(_ key: String) throws -> [[Int]] {
        try #require(recorded[key] as? [String]).map {
          $0.split(separator: " ").compactMap { Int($0) }
        }
      }
      let library = try #require(recorded["library"] as? String)
      var missing = MissingSettings()
      let fileName: String
      let file: [UInt8]
      switch library {
      case "tokenizers":
        let model = try #require(models[recorded["base"] as? String ?? ""])
        let short = try #require(recorded["file"] as? String)
        fileName = "tokenizer.json"
        // Text, for a dictionary of Swift would take tokens that are canonically equal for one.
        file = Array(short.replacingOccurrences(of: "\"@\":0", with: model).utf8)
      case "sentencepiece":
        fileName = "tokenizer.model"
        let base64 = try #require(recorded["file"] as? String)
        file = Array(try #require(Data(base64Encoded: base64)))
      default:
        fileName = "tokenizer.tiktoken"
        file = Array(ranks.utf8)
        missing.pattern = SplitPattern(rawValue: recorded["pattern"] as? String ?? "")
        missing.specialTokens = (recorded["special"] as? [String: Int])?
          .map { AddedToken(id: TokenID($1), content: $0) }.sorted { $0.id < $1.id }
      }
      return Case(
        library: library,
        name: try #require(recorded["name"] as? String),
        fileName: fileName,
        file: file,
        missing: missing,
        ids: try numbers("ids").map { $0.map { TokenID($0) } },
        offsets: try numbers("offsets"),
        decoded: zip(try #require(recorded["decoded"] as? [Any]), texts)
          .map { $0 as? String ?? $1 }
      )
    }
  }
}
