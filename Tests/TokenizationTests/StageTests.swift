import Foundation
import Testing

@testable import Tokenization

/// What Hugging Face's `tokenizers` does in each stage, recorded by `Fixtures/record-stages.py`.
struct StageRecord: Sendable {
  struct Case: Sendable, CustomTestStringConvertible {
    /// The whole `tokenizer.json` of the case.
    let file: [UInt8]
    let ids: [[TokenID]]
    let withSpecial: [[TokenID]]
    let offsets: [[Int]]?
    let testDescription: String
  }

  let texts: [String]
  let cases: [Case]

  static let shared: StageRecord? = try? StageRecord()

  init() throws {
    let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("Fixtures/stages.json")
    let data = try Data(contentsOf: path)
    let record = try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
    texts = try #require(record["texts"] as? [String])
    let text = try #require(record["file"] as? String)
    let file = try #require(
      JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
    )
    cases = try #require(record["cases"] as? [[String: Any]]).map { recorded in
      let stages = try #require(recorded["stages"] as? [String: Any])
      let ids = try #require(recorded["ids"] as? [[Int]]).map { $0.map { TokenID($0) } }
      let special = (recorded["with_special"] as? [[Int]])?.map { $0.map { TokenID($0) } }
      let whole = file.merging(stages) { _, new in new }
      return Case(
        file: Array(try JSONSerialization.data(withJSONObject: whole)),
        ids: ids,
        withSpecial: special ?? ids,
        offsets: recorded["offsets"] as? [[Int]],
        testDescription: String(
          decoding: try JSONSerialization.data(withJSONObject: stages, options: [.sortedKeys]),
          as: UTF8.self
        )
      )
    }
  }
}

/// The stages around a model, against `tokenizers` 0.23.3.
@Suite struct StageTests {
  @Test func theRecordIsThere() throws {
    #expect(try StageRecord().cases.count == 43)
  }

  @Test(arguments: StageRecord.shared?.cases ?? [])
  func everyStageDoesTheSame(recorded: StageRecord.Case) throws {
    let texts = try #require(StageRecord.shared).texts
    let tokenizer = try Tokenizer(json: recorded.file, name: "recorded")
    // Written and read again, it is the same.
    let copy = try Tokenizer(json: tokenizer.json, name: "copy")
    #expect(copy.configuration == tokenizer.configuration)
    #expect(copy.model == tokenizer.model)
    for (index, text) in texts.enumerated() {
      let name = Comment(rawValue: text.debugDescription)
      let ids = try copy.encode(text)
      #expect(ids == recorded.ids[index], name)
      #expect(copy.addingSpecialTokens(ids) == recorded.withSpecial[index], name)
      let encoding = copy.addingSpecialTokens(try copy.encodeWithOffsets(text))
      #expect(encoding.ids == recorded.withSpecial[index], name)
      if let offsets = recorded.offsets {
        let utf8 = Array(text.utf8)
        let found = unsafe encoding.codePointOffsets(in: utf8.span.bytes)
        #expect(found.flatMap { [$0.lowerBound, $0.upperBound] } == offsets[index], name)
      }
      // Every range lies in the text and begins and ends with whole characters or parts of one.
      #expect(encoding.offsets.allSatisfy { $0.upperBound <= text.utf8.count }, name)
    }
  }
}
