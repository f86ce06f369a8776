public import KernelInterface

/// Token ids that kernels read.
@safe public final class TokenBuffer: @unchecked Sendable {
  /// The ids as kernels see them; valid while the buffer lives.
  @unsafe public let tokens: TokenView

  /// Allocates zeros.
  ///
  /// - Precondition: `count` is not negative.
  public init(count: Int) {
    precondition(count >= 0, "\(count) token ids")
    let base = UnsafeMutablePointer<Int32>.allocate(capacity: max(count, 1))
    unsafe base.initialize(repeating: 0, count: max(count, 1))
    unsafe tokens = TokenView(base: base, count: count)
  }

  deinit { unsafe tokens.base.deallocate() }

  /// Copies ids into the buffer.
  ///
  /// - Precondition: As many as it holds.
  public func replace(with ids: [Int32]) {
    let count = unsafe tokens.count
    precondition(ids.count == count, "\(ids.count) ids for \(count) places")
    unsafe ids.withUnsafeBufferPointer { source in
      guard let first = source.baseAddress else { return }
      unsafe tokens.base.update(from: first, count: source.count)
    }
  }
}
