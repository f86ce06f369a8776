#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A path from the root on, as it is found from any working folder.
///
/// Links are not followed, and nothing needs to be there.
///
/// Example: `data/a.bin` in the working folder `/home` is `/home/data/a.bin`.
public func absolutePath(_ path: String) -> String {
  if path.hasPrefix("/") { return path }
  guard let folder = unsafe getcwd(nil, 0) else { return path }
  defer { unsafe free(folder) }
  return joined(unsafe String(cString: folder), path)
}
