import Accounting
import Kernels

extension ForwardPass {
  /// The memory of a pass, taken once.
  final class Buffers: Sendable {
    /// The most queries of one head that are handled at a time.
    static let queryBlock = 32

    let stream: FloatBuffer
    let other: FloatBuffer
    let last: FloatBuffer
    let wide: FloatBuffer
    let heads: FloatBuffer
    let hidden: FloatBuffer
    let logits: FloatBuffer
    private let allStatistics: FloatBuffer
    private let allScores: FloatBuffer
    private let losses: FloatBuffer
    private let target = TokenBuffer(count: 1)
    private let scoreStride: Int
    private let allWords: FloatBuffer
    private let wordCount: Int

    init(
      _ shape: ModelShape,
      rows: Int,
      capacity: Int,
      threads: Int,
      precision: ProductPrecision
    ) throws(KernelsError) {
      let queryKeyValue = (shape.headCount + 2 * shape.keyValueHeadCount) * shape.headWidth
      let before = shape.activation == .swiGLU ? 2 * shape.feedForwardWidth : shape.feedForwardWidth
      func buffer(_ width: Int) throws(KernelsError) -> FloatBuffer {
        try FloatBuffer(count: rows * width)
      }
      stream = try buffer(shape.width)
      other = try buffer(shape.width)
      last = try buffer(shape.width)
      wide = try buffer(max(queryKeyValue, before))
      heads = try buffer(shape.headCount * shape.headWidth)
      hidden = try buffer(shape.feedForwardWidth)
      logits = try buffer(shape.vocabularySize)
      allStatistics = try buffer(2)
      scoreStride = Kernels.paddedStride(capacity)
      allScores = try FloatBuffer(count: threads * Self.queryBlock * scoreStride)
      losses = try FloatBuffer(count: threads)
      let widest = max(shape.width, shape.headCount * shape.headWidth, shape.feedForwardWidth)
      wordCount = precision == .bf16 ? rows * precision.words(widest) : 0
      allWords = try FloatBuffer(count: threads * wordCount)
    }

    func matrix(
      _ buffer: KeyPath<Buffers, FloatBuffer>,
      rows: Int,
      columns: Int
    ) -> MatrixView {
      unsafe self[keyPath: buffer].matrix(at: 0, rows: rows, columns: columns)
    }

    func statistics(_ rows: Range<Int>) -> VectorView {
      unsafe allStatistics.vector(2 * rows.lowerBound..<2 * rows.upperBound)
    }

    /// A thread's place for a matrix in words of bfloat16 along its rows.
    func words(_ thread: Int, of matrix: MatrixView) -> MatrixView {
      unsafe allWords.matrix(
        at: thread * wordCount,
        rows: matrix.rows,
        columns: ProductPrecision.bf16.words(matrix.columns)
      )
    }

    func scores(_ thread: Int, rows: Int, columns: Int) -> MatrixView {
      unsafe allScores.matrix(
        at: thread * Self.queryBlock * scoreStride,
        rows: rows,
        columns: columns,
        stride: scoreStride
      )
    }

    /// Turns the first `length` numbers of a row into shares and the rest into zeros.
    ///
    /// The gradient of a cross-entropy is the softmax less one at the target, here the first
    /// number; adding the one again leaves the softmax.
    func softmax(
      _ scores: MatrixView,
      row: Int,
      length: Int,
      _ kernels: Kernels,
      _ thread: Int
    ) {
      let values = scores.rows(row..<row + 1)
      unsafe kernels.crossEntropy(
        values.columns(0..<length),
        targets: target.tokens,
        gradientScale: 1,
        losses: losses.vector(thread..<thread + 1)
      )
      let shares = scores.row(row)
      shares[0] += 1
      for column in length..<max(length, shares.count) { shares[column] = 0 }
    }
  }
}
