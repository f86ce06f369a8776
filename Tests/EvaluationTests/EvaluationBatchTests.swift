import Testing

@testable import Evaluation

@Suite struct EvaluationBatchTests {
  /// Two languages with segments of many lengths.
  let set = EvaluationSet(
    languages: ["en", "th"].enumerated().map { position, tag in
      EvaluationSet.Language(
        tag: tag,
        segments: (0..<30).map { index in
          EvaluationSet.Segment(
            index: index,
            ids: (0..<Int32(index * (position + 2))).map { $0 + 1 },
            bytes: 10
          )
        }
      )
    },
    endOfText: 0
  )

  @Test(arguments: [16, 20, 64, 1024])
  func everyTokenOfEverySegmentIsPredictedOnce(context: Int) {
    let batches = EvaluationBatch.batches(of: set, context: context)
    let predicted = batches.reduce(0) { sum, batch in
      sum + batch.padded(with: 0).targets.reduce(0) { $0 + ($1 >= 0 ? 1 : 0) }
    }
    let expected = set.languages.flatMap(\.segments).reduce(0) { $0 + $1.ids.count + 1 }
    #expect(predicted == expected)
    for batch in batches {
      #expect(batch.context <= context && batch.rows.count <= batch.capacity)
      #expect(batch.rows.allSatisfy { $0.inputs.count <= batch.context })
    }
  }

  @Test(arguments: [(35, 16, 12), (16, 16, 16), (17, 16, 9), (48, 16, 16), (1, 16, 1), (0, 16, 1)])
  func batchesAreOfEvenSize(rows: Int, most: Int, expected: Int) {
    #expect(EvaluationBatch.evenCapacity(for: rows, most: most) == expected)
  }
}
