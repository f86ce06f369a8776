import Files
import Tables
import TestSupport
import Testing

@testable import Experiments

@Suite struct RunLedgerTests {
  func record(_ name: String, loss: Double = 4.123456789012345) -> RunRecord {
    RunRecord(
      name: name,
      identity: "abc",
      parameters: 90_112,
      totalParameters: 100_000,
      nonEmbeddingParameters: 25_000,
      tokens: 262_144,
      uniqueTokens: 300_000,
      flops: 1.5e11,
      loss: loss,
      bitsPerByte: 2.5,
      trainingLoss: 4,
      layers: 2,
      width: 32,
      heads: 2,
      vocabulary: 2048,
      context: 128,
      batch: 8,
      steps: 256,
      learningRate: 0.003,
      seed: 7,
      seconds: 1.25
    )
  }

  @Test func rowsSurviveTheFileToTheLastDigit() throws {
    try withTemporaryFolder { folder in
      let path = joined(folder, "runs.csv")
      var ledger = try RunLedger(path: path)
      #expect(ledger.records.isEmpty)
      try ledger.add(record("a"))
      try ledger.add(record("b"))
      let again = try RunLedger(path: path)
      #expect(again.records == [record("a"), record("b")])
      #expect(again.record(named: "a", identity: "abc") == record("a"))
      #expect(again.record(named: "a", identity: "abd") == nil)
    }
  }

  @Test func aRunDoneAgainReplacesItsRow() throws {
    try withTemporaryFolder { folder in
      var ledger = try RunLedger(path: joined(folder, "runs.csv"))
      try ledger.add(record("a"))
      try ledger.add(record("a", loss: 3))
      #expect(ledger.records.map(\.loss) == [3])
    }
  }

  @Test func aDamagedRowIsNamed() throws {
    try withTemporaryFolder { folder in
      let path = joined(folder, "runs.csv")
      var ledger = try RunLedger(path: path)
      try ledger.add(record("a"))
      let text = String(decoding: try readFile(path), as: UTF8.self)
      try writeFile(path, text.replacing("90112", with: "many"))
      let failure = #expect(throws: TablesError.self) { try RunLedger(path: path) }
      #expect(failure?.description.contains("“N”") == true)
    }
  }
}
