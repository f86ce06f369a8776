extension FloatBuffer {
  /// Runs a body on the values of a range, which it may change.
  ///
  /// - Precondition: The range lies in the buffer, and nobody else reads or writes it meanwhile.
  public func withValues<Result, Failure: Error>(
    _ range: Range<Int>,
    _ body: (inout MutableSpan<Float>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "\(range) of \(count)")
    var span = unsafe MutableSpan(_unsafeStart: base + range.lowerBound, count: range.count)
    return try body(&span)
  }
}
