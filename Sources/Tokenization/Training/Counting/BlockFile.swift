import Files

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A file that is read in blocks, without mapping it: what is in memory is what was asked for.
final class BlockFile {
  let path: String
  /// How many bytes the file has.
  let count: Int

  private let descriptor: CInt

  /// Opens an ordinary file.
  init(_ path: String) throws(TokenizationError) {
    guard let kind = try Self.kind(path) else { throw .file(.notFound(path: path)) }
    if kind == .folder { throw .file(.isFolder(path: path)) }
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw Self.refused(path) }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else {
      close(descriptor)
      throw Self.refused(path)
    }
    self.path = path
    self.descriptor = descriptor
    count = Int(status.st_size)
  }

  deinit {
    close(descriptor)
  }

  private static func kind(_ path: String) throws(TokenizationError) -> FileKind? {
    do {
      return try fileKind(path)
    } catch {
      throw .file(error)
    }
  }

  private static func refused(_ path: String) -> TokenizationError {
    .file(.refused(operation: "read", path: path, reason: unsafe String(cString: strerror(errno))))
  }

  /// Replaces bytes by those of the file from some place on, fewer than asked for at its end only.
  func read(_ wanted: Int, at offset: Int, into bytes: inout [UInt8]) throws(TokenizationError) {
    let wanted = max(0, min(wanted, count - offset))
    if bytes.count != wanted {
      bytes.removeAll(keepingCapacity: true)
      bytes.append(contentsOf: repeatElement(0, count: wanted))
    }
    var done = 0
    while done < wanted {
      let got = unsafe bytes.withUnsafeMutableBytes { buffer in
        unsafe pread(
          descriptor,
          buffer.baseAddress.map { unsafe $0 + done },
          wanted - done,
          off_t(offset + done)
        )
      }
      if got < 0 {
        if errno == EINTR { continue }
        throw Self.refused(path)
      }
      if got == 0 {
        throw .wrongFile(path: path, place: "byte \(offset + done)", "it became shorter meanwhile")
      }
      done += got
    }
  }
}
