#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The size of a huge page.
let hugePageSize = 2 << 20

/// Asks the system to give memory in huge pages where it can.
///
/// - Parameters:
///   - start: Where the memory begins, at a multiple of the size of an ordinary page.
///   - byteCount: How long it is; what lies outside of whole huge pages is left as it is.
@unsafe func adviseHugePages(_ start: UnsafeMutableRawPointer, _ byteCount: Int) {
  #if os(Linux)
    // A refusal changes the speed only.
    _ = unsafe madvise(start, byteCount, MADV_HUGEPAGE)
  #endif
}

/// Asks for huge pages for what lies inside a buffer that may begin anywhere.
@unsafe func adviseHugePages(inside buffer: UnsafeMutableRawBufferPointer) {
  guard let start = buffer.baseAddress else { return }
  // Fewer faults are no gain where most of the memory is outside of whole pages.
  if buffer.count < 3 * hugePageSize { return }
  // A block of the C library begins a few bytes behind its mapping, which may be aligned: with the
  // whole small page advised, the first huge one is not lost.
  let skipped = Int(bitPattern: start) % Int(getpagesize())
  unsafe adviseHugePages(start - skipped, buffer.count + skipped)
}

/// Asks for huge pages for the elements that an array has room for.
func adviseHugePages<Element: BitwiseCopyable>(of array: inout [Element]) {
  let capacity = array.capacity
  unsafe array.withUnsafeMutableBytes { buffer in
    let room = capacity * MemoryLayout<Element>.stride
    unsafe adviseHugePages(
      inside: UnsafeMutableRawBufferPointer(start: buffer.baseAddress, count: room)
    )
  }
}

/// A block of zeros that begins with a cache line, or with a huge page where it is large.
///
/// What the C library takes fresh from the system is zeros already and is not touched before its first
/// use, so that the unused parts of a large block cost nothing.
@safe struct ZeroedMemory: @unchecked Sendable {
  @unsafe let start: UnsafeMutableRawPointer
  private let block: UnsafeMutableRawPointer

  init(byteCount: Int) {
    let alignment = byteCount >= hugePageSize ? hugePageSize : 64
    guard let block = unsafe calloc(1, byteCount + alignment) else {
      preconditionFailure("no memory for a table of \(byteCount) bytes")
    }
    unsafe self.block = block
    unsafe start = block + ((0 &- Int(bitPattern: block)) & (alignment - 1))
    if alignment == hugePageSize { unsafe adviseHugePages(start, byteCount) }
  }

  func deallocate() { unsafe free(block) }
}
