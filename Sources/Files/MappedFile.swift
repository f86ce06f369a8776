#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The bytes of a file, read only, mapped into memory where the system allows it.
///
/// Pipes and devices, which cannot be mapped, are read to their end instead. The file must not be
/// shortened while it is open: the system ends a process that reads beyond a mapped file's end.
@safe public final class MappedFile: Sendable {
  /// The path the file was opened by.
  public let path: String

  // subtle: the memory is never written and lives as long as this object, hence the promise.
  private nonisolated(unsafe) let start: UnsafeRawPointer?
  private let isMapped: Bool

  /// How many bytes the file has.
  public let count: Int

  /// Opens a file; `-` is standard input.
  ///
  /// - Throws: ``FilesError`` when the path names no readable file.
  public init(_ path: String) throws(FilesError) {
    self.path = path
    let descriptor = path == "-" ? 0 : unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      if errno == ENOENT { throw .notFound(path: path) }
      throw .refused(operation: "read", path: path, reason: systemReason())
    }
    defer { if descriptor != 0 { close(descriptor) } }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else {
      throw .refused(operation: "read", path: path, reason: systemReason())
    }
    if status.st_mode & S_IFMT == S_IFDIR { throw .isFolder(path: path) }
    if status.st_mode & S_IFMT == S_IFREG, status.st_size > 0 {
      count = Int(status.st_size)
      let address = unsafe mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0)
      guard let address = unsafe address, unsafe address != MAP_FAILED else {
        throw .refused(operation: "read", path: path, reason: systemReason())
      }
      unsafe start = UnsafeRawPointer(address)
      isMapped = true
      return
    }
    let isDevice = status.st_mode & S_IFMT == S_IFCHR
    let bytes = try readToEnd(descriptor, path, limit: isDevice ? 1 << 28 : pipeLimit)
    let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 16)
    unsafe copy.copyBytes(from: bytes)
    count = bytes.count
    unsafe start = UnsafeRawPointer(copy.baseAddress)
    isMapped = false
  }

  deinit {
    guard let start = unsafe start else { return }
    if isMapped {
      unsafe munmap(UnsafeMutableRawPointer(mutating: start), count)
    } else {
      unsafe start.deallocate()
    }
  }

  /// Runs a body on the file's bytes.
  public func withBytes<Result, Failure: Error>(
    _ body: (RawSpan) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let span = unsafe RawSpan(_unsafeStart: start ?? emptyAddress, byteCount: count)
    return try body(span)
  }
}

private nonisolated(unsafe) let emptyAddress = UnsafeRawPointer(
  UnsafeMutableRawPointer.allocate(byteCount: 1, alignment: 1)
)

/// The most bytes read from a pipe: beyond, they and the copies made of them fill the memory.
private let pipeLimit = max(
  1 << 28,
  sysconf(CInt(_SC_PHYS_PAGES)) / 4 * sysconf(CInt(_SC_PAGESIZE))
)

/// Reads what cannot be mapped; a device such as /dev/zero has no end.
private func readToEnd(
  _ descriptor: CInt,
  _ path: String,
  limit: Int
) throws(FilesError) -> [UInt8] {
  var collected: [UInt8] = []
  var chunk = [UInt8](repeating: 0, count: 1 << 16)
  while true {
    let count = unsafe chunk.withUnsafeMutableBytes { buffer in
      unsafe read(descriptor, buffer.baseAddress, buffer.count)
    }
    if count == 0 { break }
    if count < 0 {
      if errno == EINTR { continue }
      throw .refused(operation: "read", path: path, reason: systemReason())
    }
    collected.append(contentsOf: chunk[0..<count])
    if collected.count > limit {
      throw .refused(
        operation: "read",
        path: path,
        reason: "it has not ended after \(limit >> 20) MiB, and is no file that could be mapped"
      )
    }
  }
  return collected
}

/// The whole content of a file; `-` is standard input.
public func readFile(_ path: String) throws(FilesError) -> [UInt8] {
  try MappedFile(path).withBytes { bytes in unsafe bytes.withUnsafeBytes { unsafe Array($0) } }
}
