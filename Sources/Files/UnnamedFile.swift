#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Bytes on disk that are gone with the process: a file in the folder for temporary files whose name
/// is removed at once.
public final class UnnamedFile {
  private let descriptor: CInt
  private let folder: String

  /// Creates an empty file in the folder that `TMPDIR` names, or `/tmp`.
  ///
  /// - Throws: ``FilesError/refused(operation:path:reason:)``.
  public init() throws(FilesError) {
    let named = unsafe getenv("TMPDIR").map { unsafe String(cString: $0) } ?? ""
    folder = named.isEmpty ? "/tmp" : named
    var name = Array((joined(folder, "isoflop-XXXXXX") + "\0").utf8.map { CChar(bitPattern: $0) })
    descriptor = unsafe name.withUnsafeMutableBufferPointer { buffer in
      guard let start = buffer.baseAddress else { return -1 }
      let descriptor = unsafe mkstemp(start)
      if descriptor >= 0 { unsafe unlink(start) }
      return descriptor
    }
    if descriptor < 0 {
      throw .refused(operation: "create a file in", path: folder, reason: systemReason())
    }
  }

  deinit { close(descriptor) }

  /// Appends bytes.
  ///
  /// - Throws: ``FilesError/refused(operation:path:reason:)``, as where the disk is full.
  public func append(_ bytes: [UInt8]) throws(FilesError) {
    var start = 0
    while start < bytes.count {
      let written = unsafe bytes.withUnsafeBytes { buffer in
        unsafe write(descriptor, buffer.baseAddress.map { unsafe $0 + start }, buffer.count - start)
      }
      if written < 0 {
        if errno == EINTR { continue }
        throw .refused(operation: "write a file in", path: folder, reason: systemReason())
      }
      start += written
    }
  }

  /// Visits all bytes from the first on, some at a time.
  public func forEachPart(_ body: ([UInt8]) -> Void) throws(FilesError) {
    var place = 0
    while true {
      let part = unsafe [UInt8](unsafeUninitializedCapacity: 1 << 17) { buffer, count in
        count = unsafe max(0, pread(descriptor, buffer.baseAddress, buffer.count, place))
      }
      if part.isEmpty { break }
      body(part)
      place += part.count
    }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0, Int(status.st_size) == place else {
      throw .refused(operation: "read a file in", path: folder, reason: systemReason())
    }
  }
}
