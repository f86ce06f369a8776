extension FloatBuffer {
  /// The root of the sum of the squares of all values.
  ///
  /// Blocks of fixed length are summed in their order, whatever the number of threads.
  public func norm(team: ThreadTeam, kernels: Kernels) -> Double {
    let length = 1 << 16
    let blocks = (count + length - 1) / length
    let squares = Partials(count: blocks)
    team.run { thread in
      for block in team.share(of: blocks, thread: thread) {
        let range = block * length..<min((block + 1) * length, count)
        squares[block] = unsafe kernels.sumOfSquares(vector(range))
      }
    }
    return (0..<blocks).reduce(0.0) { $0 + squares[$1] }.squareRoot()
  }

  /// The root of the sum of the squares of some values.
  ///
  /// - Precondition: The range lies in the buffer.
  public func norm(of range: Range<Int>, kernels: Kernels) -> Double {
    unsafe kernels.sumOfSquares(vector(range)).squareRoot()
  }
}

/// One number a block, each written by one thread.
@safe private final class Partials: @unchecked Sendable {
  private let base: UnsafeMutablePointer<Double>
  private let count: Int

  init(count: Int) {
    self.count = count
    unsafe base = .allocate(capacity: max(count, 1))
    unsafe base.initialize(repeating: 0, count: max(count, 1))
  }

  deinit { unsafe base.deallocate() }

  subscript(index: Int) -> Double {
    get {
      precondition(index >= 0 && index < count, "block \(index) of \(count)")
      return unsafe base[index]
    }
    set {
      precondition(index >= 0 && index < count, "block \(index) of \(count)")
      unsafe base[index] = newValue
    }
  }
}
