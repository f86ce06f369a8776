#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A block of single-precision numbers that kernels read and write from several threads.
///
/// The memory starts on a cache line, is zero at first, and asks for 2 MiB pages where it is large.
/// The owner sees to it that threads write disjoint ranges between two barriers; nothing here checks
/// that, while every index is checked.
@safe public final class FloatBuffer: @unchecked Sendable {
  /// The number of values.
  public let count: Int

  /// The first value, for kernels; valid while the buffer lives.
  @unsafe public let base: UnsafeMutablePointer<Float>

  private let byteCount: Int
  private let isMapped: Bool

  /// Allocates zeros.
  ///
  /// - Throws: ``KernelsError/outOfMemory(bytes:)`` when the system has not enough.
  /// - Precondition: `count` is not negative.
  public init(count: Int) throws(KernelsError) {
    precondition(count >= 0, "a buffer of \(count) values")
    let (bytes, overflow) = count.multipliedReportingOverflow(by: MemoryLayout<Float>.stride)
    guard !overflow, bytes < Int.max - hugePage else { throw .outOfMemory(bytes: Int.max) }
    self.count = count
    isMapped = bytes >= hugePage
    let address: UnsafeMutableRawPointer?
    if isMapped {
      byteCount = (bytes + hugePage - 1) / hugePage * hugePage
      let mapping = unsafe mmap(
        nil,
        byteCount,
        PROT_READ | PROT_WRITE,
        MAP_PRIVATE | MAP_ANONYMOUS,
        -1,
        0
      )
      unsafe address = mapping == MAP_FAILED ? nil : mapping
      #if os(Linux)
        if let address = unsafe address { unsafe madvise(address, byteCount, adviseHugePages) }
      #endif
    } else {
      byteCount = max(64, (bytes + 63) / 64 * 64)
      unsafe address = aligned_alloc(64, byteCount)
      if let address = unsafe address { unsafe memset(address, 0, byteCount) }
    }
    guard let address = unsafe address else { throw .outOfMemory(bytes: bytes) }
    unsafe base = address.bindMemory(to: Float.self, capacity: byteCount / 4)
  }

  deinit {
    if isMapped { unsafe munmap(base, byteCount) } else { unsafe free(base) }
  }

  /// One value.
  ///
  /// - Precondition: The index lies in 0 ..< count.
  public subscript(index: Int) -> Float {
    get {
      precondition(index >= 0 && index < count, "index \(index) of \(count)")
      return unsafe base[index]
    }
    set {
      precondition(index >= 0 && index < count, "index \(index) of \(count)")
      unsafe base[index] = newValue
    }
  }

  /// The values of a range, copied.
  public subscript(range: Range<Int>) -> [Float] {
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "\(range) of \(count)")
    return unsafe Array(UnsafeBufferPointer(start: base + range.lowerBound, count: range.count))
  }

  /// Copies values into a place.
  ///
  /// - Precondition: They fit.
  public func replace(at start: Int, with values: [Float]) {
    precondition(start >= 0 && values.count <= count - start, "\(values.count) at \(start)")
    unsafe values.withUnsafeBufferPointer { source in
      guard let first = source.baseAddress else { return }
      unsafe (base + start).update(from: first, count: source.count)
    }
  }

  /// A second buffer with the same values.
  public func copy() throws(KernelsError) -> FloatBuffer {
    let other = try FloatBuffer(count: count)
    unsafe other.base.update(from: base, count: count)
    return other
  }

  /// Sets every value to zero.
  public func clear() {
    unsafe base.update(repeating: 0, count: count)
  }

  /// Runs a body on the values' bytes, for writing them to a file.
  public func withBytes<Result, Failure: Error>(
    _ range: Range<Int>,
    _ body: (RawSpan) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "\(range) of \(count)")
    let span = unsafe RawSpan(
      _unsafeStart: UnsafeRawPointer(base + range.lowerBound),
      byteCount: range.count * 4
    )
    return try body(span)
  }
}

private let hugePage = 2 << 20

#if os(Linux)
  /// MADV_HUGEPAGE, which the system headers hide behind a feature macro.
  private let adviseHugePages: CInt = 14
#endif
