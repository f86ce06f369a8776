import Files
import Foundation
import TestSupport
import Testing

/// `isoflop tokenizer evaluate` and `compare` as processes, against the measures that
/// `Scripts/reference/tokenizer_measures.py` took with Hugging Face's `tokenizers`, the `regex` module
/// and formulas of its own.
@Suite struct TokenizerMeasureTests {
  private struct Record: Decodable {
    struct Case: Decodable {
      let file: String
      let measures: Measures
    }

    struct Measures: Decodable {
      let unreachable: [Int]
      let partsOfCharacters: Int
      let unseenTokens: Int
      let rareTokens: Int
      let gini: Double
      let languages: [String: [String: Measure]]

      enum CodingKeys: String, CodingKey {
        case unreachable, gini, languages
        case partsOfCharacters = "parts_of_characters"
        case unseenTokens = "unseen_tokens"
        case rareTokens = "rare_tokens"
      }
    }

    /// A number; lists have none.
    struct Measure: Decodable {
      let number: Double?

      init(from decoder: any Decoder) throws {
        number = try? decoder.singleValueContainer().decode(Double.self)
      }
    }

    let texts: [String: [String]]
    let cases: [Case]

    init() throws {
      let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../EvaluationTests/Fixtures/tokenizer-measures.json")
      self = try JSONDecoder().decode(Record.self, from: Data(contentsOf: path))
    }

    /// Writes the texts to `texts/LANGUAGE.txt` and the tokenizers to `0.json`, `1.json`, ….
    func write(to folder: String) throws {
      try FileManager.default.createDirectory(
        atPath: joined(folder, "texts"),
        withIntermediateDirectories: true
      )
      for (tag, lines) in texts {
        try writeFile(joined(folder, "texts/\(tag).txt"), lines.map { $0 + "\n" }.joined())
      }
      for (number, recorded) in cases.enumerated() {
        try writeFile(joined(folder, "\(number).json"), recorded.file)
      }
    }
  }

  private func isClose(_ found: Double?, _ expected: Double) -> Bool {
    found.map { abs($0 - expected) <= 1e-12 * max(1, abs(expected)) } ?? false
  }

  @Test func evaluationAsJSONIsThatOfAnIndependentProgram() throws {
    let record = try Record()
    try withTemporaryFolder { folder in
      try record.write(to: folder)
      for (number, recorded) in record.cases.enumerated() {
        let run = try isoflop(
          [
            "tokenizer", "evaluate", "--tokenizer", "\(number).json", "--corpus", "texts",
            "--rare-under", "3", "--json",
          ],
          folder: folder
        )
        #expect(run.status == 0 && run.errors.isEmpty, "\(run.errors)")
        let object = try run.json()
        let expected = recorded.measures
        #expect(object["corpus"] as? String == "texts")
        #expect(object["parallel"] as? Bool == true && object["reference"] as? String == "en")
        #expect(object["unreachable_tokens"] as? [Int] == expected.unreachable)
        #expect(object["parts_of_characters"] as? Int == expected.partsOfCharacters)
        #expect(object["unseen_tokens"] as? Int == expected.unseenTokens)
        #expect(object["rare_tokens"] as? Int == expected.rareTokens)
        #expect(isClose(object["gini"] as? Double, expected.gini))
        let rows = try #require(object["languages"] as? [[String: Any]])
        #expect(rows.count == expected.languages.count)
        for row in rows {
          let language = try #require(row["language"] as? String)
          for (measure, recorded) in try #require(expected.languages[language]) {
            guard let value = recorded.number else { continue }
            let found = (row[measure] as? NSNumber)?.doubleValue
            #expect(isClose(found, value), "\(measure) of \(language), tokenizer \(number)")
          }
        }
      }
    }
  }

  /// Several tokenizers by several languages: each cell of the table against the record.
  @Test func comparisonAsCSVHasARowForEachTokenizerAndLanguage() throws {
    let record = try Record()
    try withTemporaryFolder { folder in
      try record.write(to: folder)
      let run = try isoflop(
        ["tokenizer", "compare", "0.json", "1.json", "2.json", "3.json"]
          + ["--corpus", "texts", "--languages", "hi,en,ru", "--csv"],
        folder: folder
      )
      #expect(run.status == 0 && run.errors.isEmpty, "\(run.errors)")
      let lines = run.output.split(separator: "\n").map {
        $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
      }
      let names = try #require(lines.first)
      #expect(lines.count == 1 + 4 * 4)
      for (number, recorded) in record.cases.enumerated() {
        let rows = lines[(1 + 4 * number)..<(5 + 4 * number)]
        #expect(rows.map { $0[0] } == Array(repeating: "\(number).json", count: 4))
        #expect(rows.map { $0[1] } == ["hi", "en", "ru", "all"])
        for row in rows.dropLast() {
          for (measure, recorded) in try #require(recorded.measures.languages[row[1]]) {
            guard let value = recorded.number else { continue }
            let column = try #require(names.firstIndex(of: measure), "\(measure)")
            #expect(isClose(Double(row[column]), value), "\(measure) of \(row[1]), \(number)")
          }
        }
        // The row of all languages sums up, and compares with nothing.
        let column = try #require(names.firstIndex(of: "tokens"))
        let sum = rows.dropLast().compactMap { Int($0[column]) }.reduce(0, +)
        #expect(Int(rows.last?[column] ?? "") == sum)
        #expect(rows.last?[try #require(names.firstIndex(of: "premium"))] == "")
      }
    }
  }

  @Test func comparisonShowsTokenizersBesideEachOther() throws {
    let record = try Record()
    try withTemporaryFolder { folder in
      try record.write(to: folder)
      let arguments = ["tokenizer", "compare", "0.json", "2.json", "--corpus", "texts"]
      let run = try isoflop(arguments, folder: folder)
      #expect(run.status == 0 && run.errors.isEmpty, "\(run.errors)")
      for heading in ["de", "en", "hi", "ru", "all languages"] {
        #expect(run.output.split(separator: "\n").contains { $0 == heading }, "\(heading)")
      }
      let tokens = try #require(record.cases[2].measures.languages["hi"]?["tokens"]?.number)
      let rows = run.output.split(separator: "\n").drop { $0 != "hi" }
      #expect(rows.dropFirst(2).first?.hasPrefix("2.json") == true)
      #expect(rows.dropFirst(2).first?.contains(" \(Int(tokens)) ") == true)
      // As JSON a list of tokenizers, each with all languages.
      let object = try isoflop(arguments + ["--json"], folder: folder).json()
      let tokenizers = try #require(object["tokenizers"] as? [[String: Any]])
      #expect(tokenizers.map { $0["tokenizer"] as? String } == ["0.json", "2.json"])
      #expect(tokenizers.allSatisfy { ($0["languages"] as? [Any])?.count == 4 })
    }
  }

  @Test func textsThatAreNotParallelHaveNoPremium() throws {
    try withTemporaryFolder { folder in
      try Record().write(to: folder)
      try writeFile(joined(folder, "texts/en.txt"), "one line only\n")
      let run = try isoflop(
        ["tokenizer", "evaluate", "--tokenizer", "0.json", "--json", "--corpus"]
          + ["texts/en.txt", "texts/hi.txt"],
        folder: folder
      )
      let object = try run.json()
      #expect(object["parallel"] as? Bool == false)
      #expect(object["gini"] is NSNull && object["reference"] is NSNull)
      let rows = try #require(object["languages"] as? [[String: Any]])
      #expect(rows.count == 2 && rows.allSatisfy { $0["premium"] is NSNull })
    }
  }

  @Test(arguments: [
    (["evaluate", "--tokenizer", "0.json", "--corpus", "texts", "--json", "--csv"], 64, "exclude"),
    (["evaluate", "--tokenizer", "0.json"], 64, "--corpus"),
    (["evaluate", "--corpus", "texts"], 64, "--tokenizer"),
    (
      ["evaluate", "--tokenizer", "0.json", "--corpus", "texts", "--rare-under", "0"], 64,
      "--rare-under"
    ),
    (
      ["evaluate", "--tokenizer", "0.json", "--corpus", "texts", "--threads", "0"], 64, "--threads"
    ),
    (["evaluate", "--tokenizer", "none.json", "--corpus", "texts"], 1, "none.json"),
    (["evaluate", "--tokenizer", "0.json", "--corpus", "nowhere"], 1, "nowhere"),
    (["evaluate", "--tokenizer", "0.json", "--corpus", "texts", "--reference", "xx"], 1, "xx"),
    (["evaluate", "--tokenizer", "0.json", "--corpus", "texts", "--languages", "xx"], 1, "xx"),
    (["evaluate", "--tokenizer", "texts/en.txt", "--corpus", "texts"], 1, "en.txt"),
    (["evaluate", "--tokenizer", "0.json", "--corpus", "empty.txt"], 1, "empty.txt"),
    (["compare", "0.json", "--corpus", "texts"], 64, "two"),
    (["compare", "0.json", "1.json"], 64, "--corpus"),
    (
      ["compare", "0.json", "1.json", "--corpus", "texts/en.txt", "texts/en.txt"], 64,
      "same language"
    ),
  ])
  func mistakesAreNamed(arguments: [String], status: Int, word: String) throws {
    try withTemporaryFolder { folder in
      try Record().write(to: folder)
      try writeFile(joined(folder, "empty.txt"), "")
      let run = try isoflop(["tokenizer"] + arguments, folder: folder)
      #expect(run.status == Int32(status), "\(run.errors)")
      #expect(run.output.isEmpty)
      #expect(run.errors.contains(word), "\(run.errors)")
    }
  }
}
