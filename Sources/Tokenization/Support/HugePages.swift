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
///   - start: Where the memory begins, at a multiple of ``hugePageSize``.
///   - byteCount: How long it is; what lies beyond the last whole page is left as it is.
@unsafe func adviseHugePages(_ start: UnsafeMutableRawPointer, _ byteCount: Int) {
  #if os(Linux)
    // A refusal changes the speed only.
    _ = unsafe madvise(start, byteCount & ~(hugePageSize - 1), MADV_HUGEPAGE)
  #endif
}

/// Asks for huge pages for what lies inside a buffer that may begin anywhere.
@unsafe func adviseHugePages(inside buffer: UnsafeMutableRawBufferPointer) {
  guard let start = buffer.baseAddress else { return }
  let skipped = (0 &- Int(bitPattern: start)) & (hugePageSize - 1)
  // Fewer faults are no gain where most of the memory is outside of whole pages.
  if buffer.count - skipped < 2 * hugePageSize { return }
  unsafe adviseHugePages(start + skipped, buffer.count - skipped)
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
