extension Kernels {
  /// How fast matrix products run here when everything is in favor: on all threads of a team at
  /// once, on matrices that fit a core's own cache, their factor packed before.
  ///
  /// The fastest of a few rounds counts, because whatever else runs on the machine only slows
  /// products down.
  ///
  /// - Parameters:
  ///   - team: The threads.
  ///   - precision: What the products multiply.
  ///   - seconds: About how long to measure.
  /// - Returns: Operations per second, 2 M N K a product.
  /// - Throws: ``KernelsError`` when memory does not suffice.
  public func measuredPeak(
    team: ThreadTeam,
    precision: ProductPrecision = .f32,
    seconds: Double = 0.05
  ) throws(KernelsError) -> Double {
    let (rows, inner, columns) = (126, 256, 128)
    // In bfloat16 a word holds two numbers.
    let words = precision.words(inner)
    let stride = Self.paddedStride(words)
    let left = try FloatBuffer(count: rows * stride)
    let right = try FloatBuffer(
      count: packedCount(rows: inner, columns: columns, precision: precision)
    )
    let products = try FloatBuffer(count: team.count * rows * columns)
    for buffer in [left, right] {
      // Zeros might be multiplied faster than other numbers; half of such a word is no zero either.
      buffer.replace(at: 0, with: (0..<buffer.count).map { 1 + Float($0 % 7) / 7 })
    }
    let repetitions = 16
    let clock = ContinuousClock()
    let start = clock.now
    var fastest = Duration.seconds(1_000)
    var rounds = 0
    while rounds < 3 || clock.now - start < .seconds(seconds) {
      let time = clock.measure {
        team.run { thread in
          for _ in 0..<repetitions {
            unsafe multiply(
              left.matrix(at: 0, rows: rows, columns: words, stride: stride),
              by: packedFactor(
                right.vector(0..<right.count),
                rows: inner,
                columns: columns,
                precision: precision
              ),
              into: products.matrix(
                at: thread * rows * columns,
                rows: rows,
                columns: columns
              )
            )
          }
        }
      }
      fastest = min(fastest, time)
      rounds += 1
    }
    let operations = Double(2 * rows * inner * columns * repetitions * team.count)
    return operations / max(fastest / .seconds(1), 1e-9)
  }
}
