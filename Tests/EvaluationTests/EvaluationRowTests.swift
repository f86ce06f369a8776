import Testing

@testable import Evaluation

@Suite struct EvaluationRowTests {
  @Test func aShortSegmentIsOneRowBetweenTwoEnds() {
    let rows = EvaluationRow.rows(of: [5, 6], endOfText: 9, context: 8, language: 0, segment: 3)
    #expect(rows.map(\.inputs) == [[9, 5, 6]])
    #expect(rows.map(\.targets) == [[5, 6, 9]])
  }

  @Test func aLongSegmentIsReadInOverlappingWindows() {
    let rows = EvaluationRow.rows(
      of: [1, 2, 3, 4, 5, 6],
      endOfText: 0,
      context: 4,
      language: 0,
      segment: 0
    )
    #expect(rows.map(\.inputs) == [[0, 1, 2, 3], [2, 3, 4, 5], [3, 4, 5, 6]])
    #expect(rows.map(\.targets) == [[1, 2, 3, 4], [-1, -1, 5, 6], [-1, -1, -1, 0]])
  }

  @Test(arguments: 1...40, [2, 3, 4, 7, 16])
  func everyTokenIsPredictedOnceInItsOwnContext(length: Int, context: Int) {
    let ids = (1...Int32(length)).map { $0 }
    let rows = EvaluationRow.rows(
      of: ids,
      endOfText: 0,
      context: context,
      language: 0,
      segment: 0
    )
    #expect(rows.flatMap(\.targets).filter { $0 >= 0 } == ids + [0])
    for row in rows {
      #expect(row.inputs.count <= context)
      for (input, target) in zip(row.inputs, row.targets) where target > 0 {
        #expect(target == input + 1)
      }
    }
  }
}
