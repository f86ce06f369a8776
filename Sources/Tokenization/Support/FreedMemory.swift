#if canImport(Glibc)
  import Glibc
#endif

/// Makes the C library give freed memory back to the system at once, for the rest of the process.
///
/// Without this, glibc keeps what each thread freed for that thread, and the more the larger the
/// blocks were: a process that fills and writes out tables in turn would grow beyond its bound. Other
/// C libraries need no telling.
func returnFreedMemory() {
  #if canImport(Glibc)
    // The header with its declaration is not part of Swift's Glibc.
    guard let address = unsafe dlsym(nil, "mallopt") else { return }
    typealias Setter = @convention(c) (CInt, CInt) -> CInt
    let set = unsafe unsafeBitCast(address, to: Setter.self)
    let (trimThreshold, mapThreshold, largestArenaCount): (CInt, CInt, CInt) = (-1, -3, -8)
    _ = set(largestArenaCount, 1)
    _ = set(mapThreshold, 1 << 17)
    _ = set(trimThreshold, 1 << 17)
  #endif
}
