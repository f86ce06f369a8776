import Files

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The bytes of a file from its start to its end, in constant memory.
final class TextSource {
  private let path: String
  private let descriptor: CInt
  private var chunk = [UInt8](repeating: 0, count: 1 << 16)

  /// Opens a file; `-` is standard input.
  init(_ path: String) throws(TokenizationError) {
    let descriptor = path == "-" ? 0 : unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      if errno == ENOENT { throw .file(.notFound(path: path)) }
      throw .file(
        .refused(operation: "read", path: path, reason: unsafe String(cString: strerror(errno)))
      )
    }
    self.path = path
    self.descriptor = descriptor
  }

  deinit {
    if descriptor != 0 { close(descriptor) }
  }

  /// Appends the next bytes; false at the end of the file.
  func read(into bytes: inout [UInt8]) throws(TokenizationError) -> Bool {
    while true {
      let count = unsafe chunk.withUnsafeMutableBytes { buffer in
        unsafe systemRead(descriptor, buffer)
      }
      if count < 0 {
        if errno == EINTR { continue }
        if errno == EISDIR { throw .file(.isFolder(path: path)) }
        throw .file(
          .refused(operation: "read", path: path, reason: unsafe String(cString: strerror(errno)))
        )
      }
      bytes.append(contentsOf: chunk[..<count])
      return count > 0
    }
  }
}

private func systemRead(_ descriptor: CInt, _ buffer: UnsafeMutableRawBufferPointer) -> Int {
  unsafe read(descriptor, buffer.baseAddress, buffer.count)
}

/// The size of a file and the time of its last change, by which a continued work knows it again.
func fileStamp(_ path: String) -> (size: Int, seconds: Int)? {
  var status = stat()
  guard unsafe stat(path, &status) == 0 else { return nil }
  #if canImport(Darwin)
    return (Int(status.st_size), Int(status.st_mtimespec.tv_sec))
  #else
    return (Int(status.st_size), Int(status.st_mtim.tv_sec))
  #endif
}

/// The bytes of memory that the process has now, or nil where the system does not say.
public func residentMemory() -> Int? {
  guard let source = try? TextSource("/proc/self/statm") else { return nil }
  var text: [UInt8] = []
  while (try? source.read(into: &text)) == true {}
  let fields = String(decoding: text, as: UTF8.self).split(separator: " ")
  guard fields.count > 1, let pages = Int(fields[1]) else { return nil }
  return pages * Int(sysconf(Int32(_SC_PAGESIZE)))
}
