#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The size of a file and the second of its last change, by which a continued work knows it again.
func fileStamp(_ path: String) -> (size: Int, seconds: Int)? {
  var status = stat()
  guard unsafe stat(path, &status) == 0 else { return nil }
  #if canImport(Darwin)
    return (Int(status.st_size), Int(status.st_mtimespec.tv_sec))
  #else
    return (Int(status.st_size), Int(status.st_mtim.tv_sec))
  #endif
}
