import Files
import TestSupport
import Testing

@testable import Evaluation

@Suite struct LossTableTests {
  let table = LossTable(languages: [
    LanguageLosses(
      language: "en",
      segments: [
        SegmentLoss(segment: 4, nats: 10.5, tokens: 5, bytes: 20),
        SegmentLoss(segment: 0, nats: 4.25, tokens: 3, bytes: 12),
      ]
    ),
    LanguageLosses(
      language: "th",
      segments: [SegmentLoss(segment: 0, nats: 0.1 + 0.2, tokens: 9, bytes: 40)]
    ),
  ])

  /// Three segments' worth of arithmetic, by hand.
  @Test func unitsFollowTheirDefinitions() {
    let english = table.languages[0]
    #expect(english.natsPerToken == 14.75 / 8)
    #expect(abs(english.bitsPerByte - 14.75 / 32 / 0.6931471805599453) < 1e-15)
    #expect(abs(english.bitsPerSegment - 14.75 / 2 / 0.6931471805599453) < 1e-14)
    #expect(table.total.tokens == 17)
  }

  @Test func aWrittenTableIsReadBackToTheLastDigit() throws {
    try withTemporaryFolder { folder in
      let path = joined(folder, "losses.csv")
      try table.write(to: path)
      let read = try LossTable(contentsOf: path)
      #expect(read == table)
    }
  }

  @Test func columnsMayBeReorderedQuotedAndEndInCRLF() throws {
    let csv = "\u{FEFF}bytes,tokens,\"nats\",segment,language,x\r\n20,5,10.5,4,\"en\",?\r\n"
    let read = try LossTable(csv: Array(csv.utf8), path: "a.csv")
    #expect(
      read.languages[0].segments == [SegmentLoss(segment: 4, nats: 10.5, tokens: 5, bytes: 20)]
    )
  }

  @Test(arguments: [
    ("", 1), ("language,segment,nats,tokens\n", 1), ("language,segment,nats,tokens,bytes\n", 1),
    ("language,segment,nats,tokens,bytes\nen,0,nan,1,1\n", 2),
    ("language,segment,nats,tokens,bytes\nen,0,1,0,1\n", 2),
    ("language,segment,nats,tokens,bytes\nen,0,1,1,1\nen,0,1,1,1\n", 3),
    ("language,segment,nats,tokens,bytes\nen,-1,1,1,1\n", 2),
    ("language,segment,nats,tokens,bytes\nen,1\n", 2),
    ("language,segment,nats,tokens,bytes\nen,99999999999999999999,1,1,1\n", 2),
  ])
  func aBadRowIsNamed(csv: String, line: Int) {
    let failure = #expect(throws: EvaluationError.self) {
      try LossTable(csv: Array(csv.utf8), path: "losses.csv")
    }
    #expect(failure?.description.contains("losses.csv") == true)
    if line > 1 { #expect(failure?.description.contains(" \(line)") == true) }
  }
}
