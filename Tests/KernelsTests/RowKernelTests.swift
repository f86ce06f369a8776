import Kernels
import Testing

@testable import Kernels

@Suite struct RowKernelTests {
  static let widths = [1, 5, 16, 33, 100]

  @Test(arguments: KernelLevel.available, widths)
  func normalizesLikeTheReference(level: KernelLevel, width: Int) throws {
    let kernels = Kernels(level: level)
    for centered in [true, false] {
      let x = try Sample(rows: 7, columns: width, seed: 1, scale: 3)
      let weight = try Sample(rows: 1, columns: width, seed: 2)
      let bias = try Sample(rows: 1, columns: width, seed: 3)
      let y = try Sample(rows: 7, columns: width, seed: 4)
      let statistics = try Sample(rows: 1, columns: 14, seed: 5)
      kernels.normalize(
        x.view,
        weight: weight.vector,
        bias: centered ? bias.vector : nil,
        centered: centered,
        epsilon: 1e-5,
        into: y.view,
        statistics: statistics.vector
      )
      let expected = ReferenceKernels.normalize(
        x.reference,
        weight: weight.reference.values,
        bias: centered ? bias.reference.values : nil,
        centered: centered,
        epsilon: 1e-5
      )
      expectClose(y.view, expected, within: 3e-6)

      let gradient = try Sample(rows: 7, columns: width, seed: 6)
      let residual = try Sample(rows: 7, columns: width, seed: 7)
      let result = try Sample(rows: 7, columns: width, seed: 8)
      let weightGradient = try Sample(rows: 1, columns: width, seed: 9)
      let biasGradient = try Sample(rows: 1, columns: width, seed: 10)
      weightGradient.vector.clear()
      biasGradient.vector.clear()
      kernels.normalizeBackward(
        x.view,
        statistics: statistics.vector,
        weight: weight.vector,
        centered: centered,
        outputGradient: gradient.view,
        adding: residual.view,
        into: result.view,
        weightGradient: weightGradient.vector,
        biasGradient: biasGradient.vector
      )
      let backward = ReferenceKernels.normalizeBackward(
        x.reference,
        weight: weight.reference.values,
        centered: centered,
        epsilon: 1e-5,
        outputGradient: gradient.reference
      )
      expectClose(result.view, backward.input + residual.reference, within: 1e-5, "input")
      expectClose(weightGradient.vector, backward.weight, within: 1e-5, "weight")
      expectClose(biasGradient.vector, backward.bias, within: 1e-5, "bias")
    }
  }

  @Test(arguments: [true, false])
  func theReferenceNormalizationHasTheGradientOfDifferences(centered: Bool) throws {
    let x = try Sample(rows: 3, columns: 6, seed: 1).reference
    let weight = try Sample(rows: 1, columns: 6, seed: 2).reference.values
    let direction = try Sample(rows: 3, columns: 6, seed: 3).reference
    let expected = differences(x, direction: direction) {
      ReferenceKernels.normalize(
        $0,
        weight: weight,
        bias: nil,
        centered: centered,
        epsilon: 1e-5
      )
    }
    let gradient = ReferenceKernels.normalizeBackward(
      x,
      weight: weight,
      centered: centered,
      epsilon: 1e-5,
      outputGradient: direction
    )
    #expect(relativeDifference(gradient.input.values, expected.values) < 1e-8)
  }

  @Test(arguments: KernelLevel.available, ActivationFunction.allCases)
  func activatesLikeTheReference(level: KernelLevel, function: ActivationFunction) throws {
    let kernels = Kernels(level: level)
    for width in Self.widths {
      let x = try Sample(
        rows: 9,
        columns: function == .swiGLU ? 2 * width : width,
        seed: 1,
        scale: 4
      )
      let y = try Sample(rows: 9, columns: width, seed: 2)
      kernels.activate(function, x.view, into: y.view)
      let expected = ReferenceKernels.activate(function, x.reference)
      expectClose(y.view, expected, within: 1e-6)

      let gradient = try Sample(rows: 9, columns: width, seed: 3)
      let result = try Sample(rows: 9, columns: x.view.columns, seed: 4)
      let value = try Sample(rows: 9, columns: width, seed: 5)
      kernels.activateBackward(
        function,
        x.view,
        outputGradient: gradient.view,
        into: result.view,
        value: value.view
      )
      let backward = ReferenceKernels.activateBackward(
        function,
        x.reference,
        outputGradient: gradient.reference
      )
      expectClose(result.view, backward, within: 2e-6)
      #expect(value.reference == y.reference)
    }
  }

  @Test(arguments: KernelLevel.available)
  func activationsSurviveLargeNumbers(level: KernelLevel) throws {
    let kernels = Kernels(level: level)
    let x = try Sample(rows: 1, columns: 6, seed: 1)
    for (index, value) in [-1e30, -100, -20, 20, 100, 1e5].enumerated() {
      x.vector[index] = Float(value)
    }
    let y = try Sample(rows: 1, columns: 6, seed: 2)
    for function in [ActivationFunction.relu, .gelu, .geluTanh] {
      kernels.activate(function, x.view, into: y.view)
      for index in 0..<3 { #expect(abs(y.vector[index]) < 1e-3, "\(function) \(x.vector[index])") }
      for index in 3..<6 { #expect(y.vector[index] == x.vector[index]) }
    }
  }

  @Test(arguments: ActivationFunction.allCases)
  func theReferenceActivationHasTheGradientOfDifferences(function: ActivationFunction) throws {
    let x = try Sample(rows: 3, columns: 8, seed: 1).reference
    let width = function == .swiGLU ? 4 : 8
    let direction = try Sample(rows: 3, columns: width, seed: 2).reference
    let expected = differences(x, direction: direction) {
      ReferenceKernels.activate(function, $0)
    }
    let gradient = ReferenceKernels.activateBackward(function, x, outputGradient: direction)
    #expect(relativeDifference(gradient.values, expected.values) < 1e-8)
  }

  @Test(arguments: KernelLevel.available, [2, 6, 16, 34])
  func turnsPairsAndBack(level: KernelLevel, headWidth: Int) throws {
    let kernels = Kernels(level: level)
    let x = try Sample(rows: 11, columns: 3 * headWidth, seed: 1)
    let before = x.reference
    let cosines = try Sample(rows: 11, columns: headWidth / 2, seed: 2)
    let sines = try Sample(rows: 11, columns: headWidth / 2, seed: 3)
    let unit = ReferenceMatrix(
      rows: 11,
      columns: headWidth,
      values: (0..<11).flatMap { _ in
        (0..<headWidth).map { $0 < headWidth / 2 ? 1.0 : 0.0 }
      }
    )
    // Turning (1, 0) by each angle gives its cosine and sine.
    let angles = ReferenceKernels.rotate(unit, headWidth: headWidth, base: 100, direction: 1)
    for row in 0..<11 {
      for pair in 0..<headWidth / 2 {
        cosines.view.row(row)[pair] = Float(angles[row, pair])
        sines.view.row(row)[pair] = Float(angles[row, pair + headWidth / 2])
      }
    }
    kernels.rotate(x.view, headWidth: headWidth, cosines: cosines.view, sines: sines.view)
    let turned = ReferenceKernels.rotate(before, headWidth: headWidth, base: 100, direction: 1)
    expectClose(x.view, turned)
    kernels.rotate(
      x.view,
      headWidth: headWidth,
      cosines: cosines.view,
      sines: sines.view,
      inverse: true
    )
    expectClose(x.view, before)
  }

  @Test(arguments: KernelLevel.available, [1, 16, 63, 64, 130])
  func sumsColumnsAndAddsRows(level: KernelLevel, width: Int) throws {
    let kernels = Kernels(level: level)
    let x = try Sample(rows: 21, columns: width, seed: 1)
    let sums = try Sample(rows: 1, columns: width, seed: 2)
    kernels.sumColumns(x.view, into: sums.vector)
    let ones = ReferenceMatrix(rows: 1, columns: 21, values: [Double](repeating: 1, count: 21))
    let expected = ones * x.reference
    expectClose(sums.vector, expected.values)
    kernels.sumColumns(x.view, into: sums.vector, accumulate: true)
    expectClose(sums.vector, expected.values.map { 2 * $0 })
    let y = try Sample(rows: 21, columns: width, seed: 3)
    let before = y.reference
    kernels.add(x.view, into: y.view)
    expectClose(y.view, before + x.reference, within: 1e-7)
  }
}
