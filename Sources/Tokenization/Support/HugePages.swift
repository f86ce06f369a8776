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
