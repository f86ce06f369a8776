#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A file that grows by whole lines.
///
/// Lines are collected and handed to the system in one piece, so that a process that ends between
/// two writes leaves no half of a line.
public struct LogFile: ~Copyable {
  /// The file's path.
  public let path: String

  private let descriptor: CInt
  private var pending: [UInt8] = []

  /// Opens a file for appending, creating it where it is missing.
  public init(appendingTo path: String) throws(FilesError) {
    let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      throw .refused(operation: "write", path: path, reason: systemReason())
    }
    self.path = path
    self.descriptor = descriptor
  }

  deinit {
    close(descriptor)
  }

  /// Adds a line.
  public mutating func append(_ line: String) throws(FilesError) {
    pending.append(contentsOf: line.utf8)
    pending.append(0x0A)
    if pending.count >= 1 << 16 { try flush() }
  }

  /// Hands all lines to the system.
  public mutating func flush() throws(FilesError) {
    var rest = pending[...]
    while !rest.isEmpty {
      let written = unsafe rest.withUnsafeBytes { unsafe systemWrite(descriptor, $0) }
      if written < 0 {
        if errno == EINTR { continue }
        throw .refused(operation: "write", path: path, reason: systemReason())
      }
      rest = rest.dropFirst(written)
    }
    pending.removeAll(keepingCapacity: true)
  }
}
