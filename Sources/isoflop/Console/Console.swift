#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The two streams that commands write to.
enum Console {
  /// Writes results to standard output; where they cannot be written, as on a full disk, the program
  /// ends.
  static func write(_ text: String) {
    put(Array(text.utf8), to: STDOUT_FILENO)
  }

  /// Writes bytes to standard output, as ``write(_:)`` does.
  static func write(_ bytes: [UInt8]) {
    put(bytes, to: STDOUT_FILENO)
  }

  /// Writes a line to standard output, as ``write(_:)`` does.
  static func writeLine(_ text: String) {
    write(text + "\n")
  }

  /// Writes messages to standard error.
  static func note(_ text: String) {
    put(Array(text.utf8), to: STDERR_FILENO)
  }

  private static func put(_ bytes: [UInt8], to descriptor: CInt) {
    var start = 0
    while start < bytes.count {
      let written = unsafe bytes[start...].withUnsafeBytes { buffer in
        unsafe Glibc.write(descriptor, buffer.baseAddress, buffer.count)
      }
      if written < 0 {
        if errno == EINTR { continue }
        // A reader that has seen enough closes the pipe: there is nobody to tell.
        if errno == EPIPE || descriptor == STDERR_FILENO { return }
        let reason = unsafe String(cString: strerror(errno))
        note("Error: Cannot write standard output: \(reason).\n")
        exit(1)
      }
      start += written
    }
  }
}
