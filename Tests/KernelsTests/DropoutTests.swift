import Kernels
import Testing

@testable import Kernels

@Suite struct DropoutTests {
  static let mask = DropoutMask(key: 0x0123_4567_89ab_cdef, probability: 0.3)

  @Test(arguments: KernelLevel.available, RowKernelTests.widths)
  func dropsLikeTheReference(level: KernelLevel, width: Int) throws {
    let kernels = Kernels(level: level)
    let mask = Self.mask.rows(from: 1_000_000_007)
    let x = try Sample(rows: 9, columns: width, seed: 1)
    let y = try Sample(rows: 9, columns: width, seed: 2)
    let expected = ReferenceKernels.drop(x.reference, mask)
    kernels.drop(x.view, mask, into: y.view)
    expectClose(y.view, expected, within: 1e-7)
    // The same numbers are zero, not only nearly so.
    #expect(
      ReferenceMatrix(y.view).values.map { $0 == 0 } == expected.values.map { $0 == 0 }
    )

    let residual = try Sample(rows: 9, columns: width, seed: 3)
    var sum = expected
    for index in sum.values.indices { sum.values[index] += residual.reference.values[index] }
    kernels.drop(x.view, mask, adding: residual.view, into: x.view)
    expectClose(x.view, sum, within: 1e-7, "in place")
  }

  @Test(arguments: [0, 0.01, 0.1, 0.5, 0.9])
  func dropsTheShareAskedFor(probability: Double) {
    let mask = DropoutMask(key: 99, probability: probability)
    let (rows, columns) = (300, 200)
    var inColumns = [Int](repeating: 0, count: columns)
    var repeated = 0
    for row in 0..<rows {
      for column in 0..<columns {
        let isDropped = !mask.keeps(row: row, column: column)
        if isDropped { inColumns[column] += 1 }
        if isDropped, !mask.keeps(row: row + 1, column: column) { repeated += 1 }
      }
    }
    // Five standard deviations of a binomial count.
    func expectCount(_ count: Int, of total: Int, _ share: Double, deviations: Double = 5) {
      let width = deviations * (Double(total) * share * (1 - share)).squareRoot()
      #expect(abs(Double(count) - Double(total) * share) <= width, "\(count) of \(total)")
    }
    expectCount(inColumns.reduce(0, +), of: rows * columns, probability)
    for count in inColumns { expectCount(count, of: rows, probability) }
    expectCount(repeated, of: rows * columns, probability * probability)
    #expect(abs(mask.scale - Float(1 / (1 - probability))) < 1e-6 * mask.scale)
  }

  @Test func masksOfOtherKeysAndRowsAreOthers() {
    func words(_ mask: DropoutMask) -> [Bool] {
      (0..<8).flatMap { row in (0..<32).map { mask.keeps(row: row, column: $0) } }
    }
    let one = words(Self.mask)
    #expect(one != words(DropoutMask(key: Self.mask.key + 1, probability: 0.3)))
    #expect(one != words(Self.mask.rows(from: 1)))
    #expect(Array(one[64...]) == Array(words(Self.mask.rows(from: 2))[..<192]))
  }

  @Test(arguments: KernelLevel.available, AttentionTests.sizes)
  func attendsLikeTheReferenceWithWeightsDropped(
    level: KernelLevel,
    sizes: AttentionTests.Sizes
  ) throws {
    let kernels = Kernels(level: level)
    let width = sizes.width
    let x = try Sample(rows: sizes.time, columns: 3 * width, seed: 1)
    let output = try Sample(rows: sizes.time, columns: width, seed: 2)
    let sums = try Sample(rows: 1, columns: sizes.time, seed: 3)
    let scratch = try FloatBuffer(
      count: kernels.attentionScratchCount(time: sizes.time, headWidth: width)
    )
    let scratchView = unsafe scratch.vector(0..<scratch.count)
    let mask = Self.mask.rows(from: 77)
    let head = AttentionHead(
      query: x.view.columns(0..<width),
      key: x.view.columns(width..<2 * width),
      value: x.view.columns(2 * width..<3 * width),
      output: output.view,
      logSumExp: sums.vector,
      scale: 0.4,
      causal: sizes.causal,
      dropout: mask
    )
    let query = ReferenceMatrix(head.query)
    let key = ReferenceMatrix(head.key)
    let value = ReferenceMatrix(head.value)
    kernels.attend(head, scratch: scratchView)
    let expected = ReferenceKernels.attend(
      query: query,
      key: key,
      value: value,
      scale: Double(head.scale),
      causal: sizes.causal,
      dropout: mask
    )
    expectClose(output.view, expected, within: 5e-6)

    let gradient = try Sample(rows: sizes.time, columns: width, seed: 4)
    let result = try Sample(rows: sizes.time, columns: 3 * width, seed: 5)
    let backward = ReferenceKernels.attendBackward(
      query: query,
      key: key,
      value: value,
      scale: Double(head.scale),
      causal: sizes.causal,
      dropout: mask,
      outputGradient: gradient.reference
    )
    kernels.attendBackward(
      head,
      AttentionGradients(
        output: gradient.view,
        query: result.view.columns(0..<width),
        key: result.view.columns(width..<2 * width),
        value: result.view.columns(2 * width..<3 * width),
        addsToKeyAndValue: false
      ),
      scratch: scratchView
    )
    expectClose(result.view.columns(0..<width), backward.query, within: 2e-5, "query")
    expectClose(result.view.columns(width..<2 * width), backward.key, within: 2e-5, "key")
    expectClose(result.view.columns(2 * width..<3 * width), backward.value, within: 2e-5, "value")
  }

  @Test(arguments: [true, false])
  func theReferenceHasTheGradientOfDifferencesAtAFixedMask(causal: Bool) throws {
    let query = try Sample(rows: 6, columns: 3, seed: 1).reference
    let key = try Sample(rows: 6, columns: 3, seed: 2).reference
    let value = try Sample(rows: 6, columns: 3, seed: 3).reference
    let direction = try Sample(rows: 6, columns: 3, seed: 4).reference
    let attend = { (q: ReferenceMatrix, k: ReferenceMatrix, v: ReferenceMatrix) in
      ReferenceKernels.attend(
        query: q,
        key: k,
        value: v,
        scale: 0.7,
        causal: causal,
        dropout: Self.mask
      )
    }
    let gradient = ReferenceKernels.attendBackward(
      query: query,
      key: key,
      value: value,
      scale: 0.7,
      causal: causal,
      dropout: Self.mask,
      outputGradient: direction
    )
    let byQuery = differences(query, direction: direction) { attend($0, key, value) }
    let byKey = differences(key, direction: direction) { attend(query, $0, value) }
    let byValue = differences(value, direction: direction) { attend(query, key, $0) }
    #expect(relativeDifference(gradient.query.values, byQuery.values) < 1e-8)
    #expect(relativeDifference(gradient.key.values, byKey.values) < 1e-8)
    #expect(relativeDifference(gradient.value.values, byValue.values) < 1e-8)
  }
}
