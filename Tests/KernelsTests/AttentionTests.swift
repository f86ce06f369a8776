import Kernels
import Testing

@testable import Kernels

@Suite struct AttentionTests {
  struct Sizes: Sendable, CustomTestStringConvertible {
    var time, width: Int
    var causal: Bool
    var testDescription: String { "T \(time), w \(width), \(causal ? "causal" : "full")" }
  }

  static let sizes = [
    Sizes(time: 1, width: 1, causal: true), Sizes(time: 5, width: 3, causal: false),
    Sizes(time: 37, width: 12, causal: true), Sizes(time: 64, width: 16, causal: true),
    Sizes(time: 65, width: 20, causal: true), Sizes(time: 130, width: 32, causal: true),
    Sizes(time: 70, width: 25, causal: false), Sizes(time: 16, width: 64, causal: false),
  ]

  @Test(arguments: KernelLevel.available, sizes)
  func attendsLikeTheReference(level: KernelLevel, sizes: Sizes) throws {
    let kernels = Kernels(level: level)
    // Queries, keys and values side by side, as a block has them.
    let width = sizes.width
    let x = try Sample(rows: sizes.time, columns: 3 * width, seed: 1)
    let output = try Sample(rows: sizes.time, columns: width, seed: 2)
    let sums = try Sample(rows: 1, columns: sizes.time, seed: 3)
    let scratch = try FloatBuffer(
      count: kernels.attentionScratchCount(time: sizes.time, headWidth: width)
    )
    let scratchView = unsafe scratch.vector(0..<scratch.count)
    let head = AttentionHead(
      query: x.view.columns(0..<width),
      key: x.view.columns(width..<2 * width),
      value: x.view.columns(2 * width..<3 * width),
      output: output.view,
      logSumExp: sums.vector,
      scale: 0.4,
      causal: sizes.causal
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
      causal: sizes.causal
    )
    expectClose(output.view, expected)

    let gradient = try Sample(rows: sizes.time, columns: width, seed: 4)
    let result = try Sample(rows: sizes.time, columns: 3 * width, seed: 5)
    let backward = ReferenceKernels.attendBackward(
      query: query,
      key: key,
      value: value,
      scale: Double(head.scale),
      causal: sizes.causal,
      outputGradient: gradient.reference
    )
    // The second time it adds to keys and values, as another head of a group does.
    for times in [1.0, 2.0] {
      kernels.attendBackward(
        head,
        AttentionGradients(
          output: gradient.view,
          query: result.view.columns(0..<width),
          key: result.view.columns(width..<2 * width),
          value: result.view.columns(2 * width..<3 * width),
          addsToKeyAndValue: times == 2
        ),
        scratch: scratchView
      )
      let scaled = { (matrix: ReferenceMatrix) in matrix.values.map { times * $0 } }
      let keys = ReferenceMatrix(result.view.columns(width..<2 * width))
      let values = ReferenceMatrix(result.view.columns(2 * width..<3 * width))
      expectClose(result.view.columns(0..<width), backward.query, within: 1e-5, "query")
      #expect(relativeDifference(keys.values, scaled(backward.key)) < 1e-5)
      #expect(relativeDifference(values.values, scaled(backward.value)) < 1e-5)
    }
  }

  @Test(arguments: [true, false])
  func theReferenceAttentionHasTheGradientOfDifferences(causal: Bool) throws {
    let query = try Sample(rows: 4, columns: 3, seed: 1).reference
    let key = try Sample(rows: 4, columns: 3, seed: 2).reference
    let value = try Sample(rows: 4, columns: 3, seed: 3).reference
    let direction = try Sample(rows: 4, columns: 3, seed: 4).reference
    let attend = { (q: ReferenceMatrix, k: ReferenceMatrix, v: ReferenceMatrix) in
      ReferenceKernels.attend(query: q, key: k, value: v, scale: 0.7, causal: causal)
    }
    let gradient = ReferenceKernels.attendBackward(
      query: query,
      key: key,
      value: value,
      scale: 0.7,
      causal: causal,
      outputGradient: direction
    )
    let byQuery = differences(query, direction: direction) { attend($0, key, value) }
    let byKey = differences(key, direction: direction) { attend(query, $0, value) }
    let byValue = differences(value, direction: direction) { attend(query, key, $0) }
    #expect(relativeDifference(gradient.query.values, byQuery.values) < 1e-8)
    #expect(relativeDifference(gradient.key.values, byKey.values) < 1e-8)
    #expect(relativeDifference(gradient.value.values, byValue.values) < 1e-8)
  }

  @Test(arguments: KernelLevel.available)
  func survivesLargeScores(level: KernelLevel) throws {
    let kernels = Kernels(level: level)
    let x = try Sample(rows: 20, columns: 24, seed: 1, scale: 100)
    let output = try Sample(rows: 20, columns: 8, seed: 2)
    let sums = try Sample(rows: 1, columns: 20, seed: 3)
    let scratch = try FloatBuffer(count: kernels.attentionScratchCount(time: 20, headWidth: 8))
    let head = AttentionHead(
      query: x.view.columns(0..<8),
      key: x.view.columns(8..<16),
      value: x.view.columns(16..<24),
      output: output.view,
      logSumExp: sums.vector,
      scale: 1,
      causal: true
    )
    unsafe kernels.attend(head, scratch: scratch.vector(0..<scratch.count))
    let result = ReferenceMatrix(output.view)
    #expect(!result.values.contains { !$0.isFinite })
    #expect(result[0] == ReferenceMatrix(head.value)[0])
  }
}
