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

  /// How many bytes a pipe or a device may give, which are held in memory.
  static let longestStream = 1 << 30

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
    let bytes = try unsafe readToEnd(descriptor, path)
    count = bytes.count
    unsafe start = UnsafeRawPointer(bytes.baseAddress)
    isMapped = false
  }

  deinit {
    guard let start = unsafe start else { return }
    if isMapped {
      unsafe munmap(UnsafeMutableRawPointer(mutating: start), count)
    } else {
      unsafe free(UnsafeMutableRawPointer(mutating: start))
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

/// Reads a pipe or a device to its end, into memory that the caller frees.
private func readToEnd(
  _ descriptor: CInt,
  _ path: String
) throws(FilesError) -> UnsafeMutableRawBufferPointer {
  var capacity = 0
  var count = 0
  var bytes: UnsafeMutableRawPointer?
  func fail(_ error: FilesError) -> FilesError {
    unsafe free(bytes)
    return error
  }
  while true {
    if count == capacity {
      guard capacity < MappedFile.longestStream else {
        throw fail(.endless(path: path, limit: capacity))
      }
      capacity = max(1 << 16, 2 * capacity)
      guard let larger = unsafe realloc(bytes, capacity) else {
        throw fail(.refused(operation: "read", path: path, reason: systemReason()))
      }
      unsafe bytes = larger
    }
    let new = unsafe read(descriptor, bytes.map { unsafe $0 + count }, capacity - count)
    if new == 0 { return unsafe UnsafeMutableRawBufferPointer(start: bytes, count: count) }
    if new > 0 {
      count += new
    } else if errno != EINTR {
      throw fail(.refused(operation: "read", path: path, reason: systemReason()))
    }
  }
}

/// The whole content of a file; `-` is standard input.
public func readFile(_ path: String) throws(FilesError) -> [UInt8] {
  try MappedFile(path).withBytes { bytes in unsafe bytes.withUnsafeBytes { unsafe Array($0) } }
}
