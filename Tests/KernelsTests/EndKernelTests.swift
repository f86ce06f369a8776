import Kernels
import Testing

@testable import Kernels

@Suite struct EndKernelTests {
  static let vocabularies = [1, 2, 16, 37, 100, 257]

  @Test(arguments: KernelLevel.available, vocabularies)
  func computesLossesAndTheirGradient(level: KernelLevel, vocabulary: Int) throws {
    let kernels = Kernels(level: level)
    let logits = try Sample(rows: 5, columns: vocabulary, seed: 1, scale: 3)
    let before = logits.reference
    let targets = [0, vocabulary - 1, -1, vocabulary / 2, 0]
    let tokens = TokenBuffer(count: 5)
    tokens.replace(with: targets.map(Int32.init))
    let losses = try Sample(rows: 1, columns: 5, seed: 2)
    unsafe kernels.crossEntropy(
      logits.view,
      targets: tokens.tokens,
      gradientScale: nil,
      losses: losses.vector
    )
    let expected = ReferenceKernels.crossEntropy(before, targets: targets)
    expectClose(losses.vector, expected, within: 1e-6)
    #expect(logits.reference == before)
    unsafe kernels.crossEntropy(
      logits.view,
      targets: tokens.tokens,
      gradientScale: 0.25,
      losses: losses.vector
    )
    expectClose(losses.vector, expected, within: 1e-6)
    expectClose(
      logits.view,
      ReferenceKernels.crossEntropyBackward(before, targets: targets, scale: 0.25),
      within: 1e-6
    )
  }

  @Test func theReferenceLossHasTheGradientOfDifferences() throws {
    let logits = try Sample(rows: 3, columns: 5, seed: 1).reference
    let direction = ReferenceMatrix(rows: 1, columns: 3, values: [0.5, 0.5, 0.5])
    let expected = differences(logits, direction: direction) {
      ReferenceMatrix(
        rows: 1,
        columns: 3,
        values: ReferenceKernels.crossEntropy($0, targets: [4, -1, 2])
      )
    }
    let gradient = ReferenceKernels.crossEntropyBackward(
      logits,
      targets: [4, -1, 2],
      scale: 0.5
    )
    #expect(relativeDifference(gradient.values, expected.values) < 1e-8)
  }

  @Test(arguments: KernelLevel.available)
  func aLossOfWhatIsNoNumberIsNoNumber(level: KernelLevel) throws {
    let kernels = Kernels(level: level)
    let logits = try Sample(rows: 1, columns: 40, seed: 1)
    logits.vector[7] = .nan
    let tokens = TokenBuffer(count: 1)
    let losses = try Sample(rows: 1, columns: 1, seed: 2)
    losses.vector[0] = 0
    unsafe kernels.crossEntropy(
      logits.view,
      targets: tokens.tokens,
      gradientScale: nil,
      losses: losses.vector
    )
    #expect(!losses.vector[0].isFinite)
  }

  @Test(arguments: KernelLevel.available, [1, 16, 35])
  func looksUpAndScattersRows(level: KernelLevel, width: Int) throws {
    let kernels = Kernels(level: level)
    let table = try Sample(rows: 6, columns: width, seed: 1)
    let positions = try Sample(rows: 4, columns: width, seed: 2)
    let x = try Sample(rows: 4, columns: width, seed: 3)
    let ids = [5, 0, 5, 2]
    let tokens = TokenBuffer(count: 4)
    tokens.replace(with: ids.map(Int32.init))
    unsafe kernels.embed(
      tokens.tokens,
      table.view,
      positions: positions.view,
      into: x.view
    )
    var expected = positions.reference
    var scattered = table.reference
    for (row, id) in ids.enumerated() {
      expected[row] = zip(expected[row], table.reference[id]).map { $0 + $1 }
    }
    expectClose(x.view, expected, within: 1e-7)
    for (row, id) in ids.enumerated() {
      scattered[id] = zip(scattered[id], ReferenceMatrix(x.view)[row]).map { $0 + $1 }
    }
    unsafe kernels.embedBackward(tokens.tokens, x.view, into: table.view)
    expectClose(table.view, scattered, within: 1e-6)
  }

  @Test(arguments: [1, 2, 3], [nil, 0.5])
  func adamWFollowsItsFormula(threads: Int, clip: Double?) throws {
    let count = 200
    let team = try ThreadTeam(count: threads)
    let kernels = try Kernels()
    let parameters = try FloatBuffer(count: count)
    let gradients = try FloatBuffer(count: count)
    let moments = try AdamW.Moments(count: count)
    let optimizer = AdamW(weightDecay: 0.3, clip: clip)
    let sample = try Sample(rows: 4, columns: count, seed: 1)
    parameters.replace(at: 0, with: sample.view.row(0).numbers)
    var reference = sample.reference[0]
    var first = [Double](repeating: 0, count: count)
    var second = first
    for step in 1...3 {
      gradients.replace(at: 0, with: sample.view.row(step).numbers)
      let norm = optimizer.step(
        parameters: parameters,
        gradients: gradients,
        moments: moments,
        decaying: [0..<50, 70..<130],
        step: step,
        learningRate: 0.01,
        team: team,
        kernels: kernels
      )
      let row = sample.reference[step]
      let expectedNorm = row.reduce(0) { $0 + $1 * $1 }.squareRoot()
      #expect(abs(norm - expectedNorm) < 1e-6 * expectedNorm)
      for index in 0..<count {
        ReferenceKernels.adamW(
          optimizer,
          parameter: &reference[index],
          gradient: row[index],
          first: &first[index],
          second: &second[index],
          step: step,
          learningRate: 0.01,
          decays: index < 50 || (70..<130).contains(index),
          norm: expectedNorm
        )
      }
    }
    #expect(relativeDifference(parameters[0..<count].map(Double.init), reference) < 1e-6)
  }
}

extension VectorView {
  var numbers: [Float] { (0..<count).map { self[$0] } }
}
