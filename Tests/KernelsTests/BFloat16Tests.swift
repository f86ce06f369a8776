import Kernels
import Testing

@testable import Kernels

/// Products of bfloat16 held to sums of exact products, and every level to the same bits.
@Suite struct BFloat16Tests {
  /// The levels whose kernels can multiply bfloat16 on this processor.
  static let levels = KernelLevel.available.filter {
    $0 != .avx512 || KernelLevel.multipliesBFloat16
  }

  @Test func roundsToTheNearestAndTiesToEven() throws {
    // Numbers of eight significant bits stay; halves between two go to the even one.
    let cases: [(number: Float, rounded: Float)] = [
      (0, 0), (1, 1), (-2.5, -2.5), (1 + 0x1p-8, 1), (1 + 0x1p-7, 1 + 0x1p-7),
      (1 + 0x3p-8, 1 + 0x1p-6), (1 + 0x1p-8 + 0x1p-20, 1 + 0x1p-7), (-1 - 0x3p-8, -1 - 0x1p-6),
      (.greatestFiniteMagnitude, .infinity), (-.infinity, -.infinity), (0x1p-126, 0x1p-126),
      (0x1p-127, 0), (3.14159274, 3.140625),
    ]
    for level in Self.levels {
      let x = try Sample(rows: 1, columns: cases.count, seed: 1)
      for (column, item) in cases.enumerated() { x.view.row(0)[column] = item.number }
      let words = try Sample(rows: 1, columns: cases.count, seed: 2)
      Kernels(level: level).pair(x.view, inColumns: words.view)
      for (column, item) in cases.enumerated() {
        let word = words.view.row(0)[column].bitPattern
        #expect(Float(bitPattern: word << 16) == item.rounded, "\(level): \(item.number)")
        #expect(word >> 16 == 0)
      }
    }
  }

  @Test func keepsWhatIsNotANumber() throws {
    for level in Self.levels {
      let x = try Sample(rows: 1, columns: 1, seed: 1)
      x.view.row(0)[0] = Float(bitPattern: 0x7FFF_FFFF)
      let words = try Sample(rows: 1, columns: 1, seed: 2)
      Kernels(level: level).pair(x.view, inRows: words.view)
      #expect(Float(bitPattern: words.view.row(0)[0].bitPattern << 16).isNaN)
    }
  }

  @Test(arguments: [1, 2, 15, 33, 64, 71])
  func pairsAlongRowsAndColumns(size: Int) throws {
    let (rows, columns) = (size, size + 3)
    for level in Self.levels {
      let x = try Sample(rows: rows, columns: columns, seed: 5)
      let inRows = try Sample(rows: rows, columns: (columns + 1) / 2, seed: 6)
      let inColumns = try Sample(rows: (rows + 1) / 2, columns: columns, seed: 7)
      Kernels(level: level).pair(x.view, inRows: inRows.view, inColumns: inColumns.view)
      func rounded(_ row: Int, _ column: Int) -> UInt32 {
        row < rows && column < columns ? Rounded.bits(x.view.row(row)[column]) : 0
      }
      for row in 0..<rows {
        for word in 0..<inRows.view.columns {
          let expected = rounded(row, 2 * word) | rounded(row, 2 * word + 1) << 16
          #expect(inRows.view.row(row)[word].bitPattern == expected)
        }
      }
      for word in 0..<inColumns.view.rows {
        for column in 0..<columns {
          let expected = rounded(2 * word, column) | rounded(2 * word + 1, column) << 16
          #expect(inColumns.view.row(word)[column].bitPattern == expected)
        }
      }
      expectUntouchedPadding(inRows)
      expectUntouchedPadding(inColumns)
    }
  }

  /// Y = X Wᵀ + b, ∂X = ∂Y W + R and ∂W = ∂Yᵀ X, each against sums of the rounded factors.
  @Test(arguments: levels, MatmulTests.sizes)
  func multipliesInAllForms(level: KernelLevel, sizes: MatmulTests.Sizes) throws {
    for product in Product.allCases {
      let (result, expected) = try product.run(Kernels(level: level), sizes)
      expectClose(result.view, expected, "\(product)")
      expectUntouchedPadding(result)
    }
  }

  /// The processor's instruction and the emulations agree to the last bit.
  @Test(.enabled(if: levels.count > 1), arguments: MatmulTests.sizes)
  func givesTheSameBitsOnEveryLevel(sizes: MatmulTests.Sizes) throws {
    // Products of bfloat16 are exact: a level that rounds them before it adds agrees as well.
    for product in Product.allCases {
      let first = try product.run(Kernels(level: Self.levels[0]), sizes).result
      for level in Self.levels.dropFirst() {
        let other = try product.run(Kernels(level: level), sizes).result
        #expect(first.reference == other.reference, "\(product), \(level)")
      }
    }
  }

  @Test(arguments: levels)
  func computesEachNumberTheSameWhereverItStands(level: KernelLevel) throws {
    let kernels = Kernels(level: level)
    let a = try Sample(rows: 31, columns: 1100, seed: 1)
    let b = try Sample(rows: 1100, columns: 75, seed: 2)
    let left = try Sample(rows: 31, columns: 550, seed: 3)
    let right = try Sample(rows: 550, columns: 75, seed: 4)
    kernels.pair(a.view, inRows: left.view)
    kernels.pair(b.view, inColumns: right.view)
    let whole = try Sample(rows: 31, columns: 75, seed: 5)
    let parts = try Sample(rows: 31, columns: 75, seed: 6)
    func multiply(_ rows: Range<Int>, _ columns: Range<Int>, into c: Sample) {
      kernels.multiply(
        left.view.rows(rows),
        by: kernels.factorInPlace(right.view.columns(columns), precision: .bf16),
        into: c.view.rows(rows).columns(columns)
      )
    }
    multiply(0..<31, 0..<75, into: whole)
    for rows in [0..<5, 5..<18, 18..<31] {
      for columns in [0..<16, 16..<49, 49..<75] { multiply(rows, columns, into: parts) }
    }
    #expect(whole.reference == parts.reference)
  }

  @Test func aLevelWithoutTheInstructionEmulates() {
    #expect(Kernels(level: .baseline).emulatesBFloat16)
    if KernelLevel.multipliesBFloat16 {
      #expect(!Kernels(level: .avx512).emulatesBFloat16)
    }
  }
}

/// Numbers rounded to bfloat16, as the definition reads.
private enum Rounded {
  /// The upper half of the nearest number whose lower half is zero, ties to even.
  static func bits(_ x: Float) -> UInt32 {
    let bits = x.bitPattern
    let (upper, lower) = (bits >> 16, bits & 0xFFFF)
    let roundsUp = lower > 0x8000 || lower == 0x8000 && upper & 1 == 1
    return roundsUp ? upper + 1 : upper
  }

  static func matrix(_ view: MatrixView) -> ReferenceMatrix {
    var result = ReferenceMatrix(view)
    for index in result.values.indices {
      result.values[index] = Double(
        Float(bitPattern: bits(Float(result.values[index])) << 16)
      )
    }
    return result
  }
}

/// The three products of a linear map in bfloat16.
private enum Product: CaseIterable {
  case forward, backward, weights

  func run(
    _ kernels: Kernels,
    _ sizes: MatmulTests.Sizes
  ) throws -> (result: Sample, expected: ReferenceMatrix) {
    let (m, n, k) = (sizes.m, sizes.n, sizes.k)
    let words = ProductPrecision.bf16.words(k)
    let result = try Sample(rows: m, columns: n, seed: 4)
    let addend = try Sample(rows: m, columns: n, seed: 5)
    if self == .weights {
      let a = try Sample(rows: k, columns: m, seed: 1)
      let b = try Sample(rows: k, columns: n, seed: 2)
      let left = try Sample(rows: words, columns: m, seed: 6)
      let right = try Sample(rows: words, columns: n, seed: 7)
      kernels.pair(a.view, inColumns: left.view)
      kernels.pair(b.view, inColumns: right.view)
      kernels.multiply(
        left.view,
        transposed: true,
        by: kernels.factorInPlace(right.view, precision: .bf16),
        into: result.view,
        adding: addend.view
      )
      let product = Rounded.matrix(a.view).transposed * Rounded.matrix(b.view)
      return (result, product + addend.reference)
    }
    let a = try Sample(rows: m, columns: k, seed: 1)
    let isForward = self == .forward
    let w = try Sample(rows: isForward ? n : k, columns: isForward ? k : n, seed: 2)
    let bias = try Sample(rows: 1, columns: n, seed: 3)
    let left = try Sample(rows: m, columns: words, seed: 6)
    kernels.pair(a.view, inRows: left.view)
    let packed = try FloatBuffer(
      count: kernels.packedCount(rows: k, columns: n, precision: .bf16)
    )
    let memory = unsafe packed.vector(0..<packed.count)
    kernels.pack(
      w.view,
      transposed: isForward,
      precision: .bf16,
      panels: 0..<kernels.panelCount(columns: n),
      into: memory
    )
    kernels.multiply(
      left.view,
      by: kernels.packedFactor(memory, rows: k, columns: n, precision: .bf16),
      into: result.view,
      adding: isForward ? nil : addend.view,
      bias: isForward ? bias.vector : nil
    )
    let weights = Rounded.matrix(w.view)
    var expected = Rounded.matrix(a.view) * (isForward ? weights.transposed : weights)
    for row in 0..<m {
      for column in 0..<n {
        expected[row, column] +=
          isForward ? bias.reference[0, column] : addend.reference[row, column]
      }
    }
    return (result, expected)
  }
}
