/// Token ids side by side in memory; a view, like ``MatrixView``.
@safe public struct TokenView: @unchecked Sendable {
  /// The first id.
  @unsafe public let base: UnsafeMutablePointer<Int32>
  /// How many there are.
  public let count: Int

  /// Views memory as ids.
  ///
  /// - Precondition: `count` is not negative.
  @unsafe @inlinable
  public init(base: UnsafeMutablePointer<Int32>, count: Int) {
    precondition(count >= 0, "\(count) token ids")
    unsafe self.base = base
    self.count = count
  }

  /// Some of the ids.
  @inlinable
  public subscript(range: Range<Int>) -> TokenView {
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "\(range) of \(count)")
    return unsafe TokenView(base: base + range.lowerBound, count: range.count)
  }

  /// One id.
  @inlinable
  public subscript(index: Int) -> Int32 {
    get {
      precondition(index >= 0 && index < count, "index \(index) of \(count)")
      return unsafe base[index]
    }
    nonmutating set {
      precondition(index >= 0 && index < count, "index \(index) of \(count)")
      unsafe base[index] = newValue
    }
  }
}
