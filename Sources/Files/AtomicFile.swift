#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A file that appears under its name only when it is whole.
///
/// Bytes go to a temporary file in the same folder; ``commit()`` forces them to disk and renames the
/// file over the old one. An abandoned or interrupted writer leaves the old file as it was and
/// removes its temporary one; after a killed process the temporary file remains under a name that
/// starts with a dot and ends in `.partial`. A device or a pipe is no file to be replaced: what is
/// written goes there at once.
public struct AtomicFile: ~Copyable {
  /// The name the file gets.
  public let path: String

  /// Nil for a device or a pipe.
  private let temporaryPath: String?
  private let descriptor: CInt
  private var buffer: [UInt8] = []
  private var isClosed = false
  private var isCommitted = false

  /// Opens a temporary file beside the path.
  ///
  /// - Throws: ``FilesError`` when the folder is missing or may not be written.
  public init(_ path: String) throws(FilesError) {
    // subtle: a noncopyable value may only be assigned once nothing can throw any more.
    let (folder, name) = split(path)
    guard !name.isEmpty else { throw .isFolder(path: path) }
    if try fileKind(path) == .folder { throw .isFolder(path: path) }
    let temporaryPath = isDevice(path) ? nil : joined(folder, ".\(name).\(getpid()).partial")
    let descriptor =
      if let temporaryPath {
        unsafe open(temporaryPath, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
      } else {
        unsafe open(path, O_WRONLY | O_CLOEXEC)
      }
    guard descriptor >= 0 else {
      throw .refused(operation: "write", path: path, reason: systemReason())
    }
    self.path = path
    self.temporaryPath = temporaryPath
    self.descriptor = descriptor
  }

  deinit {
    if !isClosed { systemClose(descriptor) }
    if !isCommitted, let temporaryPath { unsafe unlink(temporaryPath) }
  }

  /// Appends bytes.
  public mutating func write(_ bytes: some Sequence<UInt8>) throws(FilesError) {
    buffer.append(contentsOf: bytes)
    if buffer.count >= 1 << 20 { try flush() }
  }

  /// Appends the UTF-8 of a text.
  public mutating func write(_ text: String) throws(FilesError) {
    try write(text.utf8)
  }

  /// Appends bytes that lie in one piece, without copying them twice.
  public mutating func write(_ bytes: RawSpan) throws(FilesError) {
    try flush()
    try writeOut(bytes)
  }

  /// Writes out what is left and closes the file, which keeps its temporary name until ``commit()``.
  ///
  /// Nothing more can be written. Many files that are to appear together hold no memory and no
  /// descriptors while they wait.
  public mutating func close() throws(FilesError) {
    guard !isClosed else { return }
    try flush()
    buffer = []
    if temporaryPath != nil, fsync(descriptor) != 0 { throw refused }
    systemClose(descriptor)
    isClosed = true
  }

  /// Gives the file its name, after which nothing more can be written.
  public consuming func commit() throws(FilesError) {
    try close()
    if let temporaryPath, unsafe rename(temporaryPath, path) != 0 { throw refused }
    isCommitted = true
  }

  private var refused: FilesError {
    .refused(operation: "write", path: path, reason: systemReason())
  }

  private mutating func flush() throws(FilesError) {
    guard !buffer.isEmpty else { return }
    try unsafe writeOut(buffer.span.bytes)
    buffer.removeAll(keepingCapacity: true)
  }

  private func writeOut(_ bytes: RawSpan) throws(FilesError) {
    precondition(!isClosed, "\(path) is closed")
    var start = 0
    while start < bytes.byteCount {
      let rest = bytes.extracting(start..<bytes.byteCount)
      let written = unsafe rest.withUnsafeBytes { bytes in
        unsafe systemWrite(descriptor, bytes)
      }
      if written < 0 {
        if errno == EINTR { continue }
        throw refused
      }
      start += written
    }
  }
}

/// Writes a whole file at once, so that a reader sees the old bytes or the new ones.
public func writeFile(_ path: String, _ text: String) throws(FilesError) {
  var file = try AtomicFile(path)
  try file.write(text)
  try file.commit()
}

/// Writes a whole file at once, so that a reader sees the old bytes or the new ones.
public func writeFile(_ path: String, _ bytes: some Sequence<UInt8>) throws(FilesError) {
  var file = try AtomicFile(path)
  try file.write(bytes)
  try file.commit()
}

/// Whether a path names something that takes bytes and keeps none, such as `/dev/null`.
private func isDevice(_ path: String) -> Bool {
  var status = stat()
  guard unsafe stat(path, &status) == 0 else { return false }
  return status.st_mode & S_IFMT != S_IFREG && status.st_mode & S_IFMT != S_IFDIR
}
