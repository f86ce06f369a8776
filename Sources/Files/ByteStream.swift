#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The bytes of a file from its start to its end, unpacked where it is packed, in constant memory.
///
/// Whether a file is packed is told by its first bytes, not by its name. Several gzip members or
/// Zstandard frames in a row are one text.
@safe public final class ByteStream {
  /// The path the file was opened by.
  public let path: String
  /// How the file is packed; known from the first read on.
  public private(set) var compression = Compression.none
  /// How many bytes of the file, as it is stored, were used up.
  public private(set) var storedBytes = 0

  private let descriptor: CInt
  private let stored = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 17, alignment: 16)
  private let unpacked = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 16)
  private var waiting = 0..<0
  private var isAtEnd = false
  private var isOpened = false
  private var decompressor: Decompressor?

  /// Opens a file; `-` is standard input.
  ///
  /// - Throws: ``FilesError`` when the path names no readable file.
  public init(_ path: String) throws(FilesError) {
    let descriptor = path == "-" ? 0 : unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      if errno == ENOENT { throw .notFound(path: path) }
      throw .refused(operation: "read", path: path, reason: systemReason())
    }
    self.path = path
    self.descriptor = descriptor
  }

  deinit {
    if descriptor != 0 { close(descriptor) }
    unsafe stored.deallocate()
    unsafe unpacked.deallocate()
  }

  /// Appends the next bytes.
  ///
  /// - Parameter bytes: Where they are appended, at most a quarter of a megabyte.
  /// - Returns: Whether there were any; false at the end of the file.
  /// - Throws: ``FilesError`` for a file that cannot be read, is damaged or ends too early.
  public func read(into bytes: inout [UInt8]) throws(FilesError) -> Bool {
    if !isOpened { try openText() }
    guard let decompressor else {
      if waiting.isEmpty { try fill() }
      if waiting.isEmpty { return false }
      unsafe bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: stored[waiting]))
      storedBytes += waiting.count
      waiting = 0..<0
      return true
    }
    while true {
      if waiting.isEmpty, !isAtEnd { try fill() }
      let step: (consumed: Int, produced: Int)
      do throws(Decompressor.Fault) {
        unsafe step = try decompressor.step(
          UnsafeRawBufferPointer(rebasing: stored[waiting]),
          into: unpacked
        )
      } catch {
        switch error {
        case .corrupt(let reason):
          throw .corrupt(
            path: path,
            format: compression.rawValue,
            offset: storedBytes,
            reason: reason
          )
        case .noMemory:
          throw .refused(operation: "unpack", path: path, reason: "there is no memory")
        }
      }
      storedBytes += step.consumed
      waiting = waiting.lowerBound + step.consumed..<waiting.upperBound
      if step.produced > 0 {
        unsafe bytes.append(
          contentsOf: UnsafeRawBufferPointer(rebasing: unpacked[0..<step.produced])
        )
        return true
      }
      if isAtEnd, waiting.isEmpty {
        guard decompressor.isInside else { return false }
        throw .truncated(path: path, format: compression.rawValue, offset: storedBytes)
      }
      if step.consumed == 0, !waiting.isEmpty {
        throw .corrupt(
          path: path,
          format: compression.rawValue,
          offset: storedBytes,
          reason: "it does not go on"
        )
      }
    }
  }

  /// Looks at the first bytes.
  private func openText() throws(FilesError) {
    isOpened = true
    while waiting.count < FileSignature.length, !isAtEnd { try fill() }
    let start = unsafe Array(stored[waiting].prefix(FileSignature.length))
    compression = try FileSignature.compression(of: start, path: path)
    do throws(Decompressor.Fault) {
      decompressor = try Decompressor(compression)
    } catch {
      throw .refused(operation: "unpack", path: path, reason: "there is no memory")
    }
  }

  /// Reads more stored bytes behind those that wait.
  private func fill() throws(FilesError) {
    if waiting.lowerBound > 0 {
      let rest = unsafe UnsafeRawBufferPointer(rebasing: stored[waiting])
      unsafe stored.copyMemory(from: rest)
      waiting = 0..<waiting.count
    }
    while true {
      let room = unsafe UnsafeMutableRawBufferPointer(rebasing: stored[waiting.upperBound...])
      let count = unsafe systemRead(descriptor, room)
      if count < 0 {
        if errno == EINTR { continue }
        if errno == EISDIR { throw .isFolder(path: path) }
        throw .refused(operation: "read", path: path, reason: systemReason())
      }
      isAtEnd = count == 0
      waiting = 0..<waiting.upperBound + count
      return
    }
  }
}
