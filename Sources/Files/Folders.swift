#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// What a path names.
public enum FileKind: Sendable {
  /// An ordinary file, a pipe or a device: something to read from.
  case file
  /// A folder.
  case folder
}

/// What a path names, or nil where there is nothing.
///
/// - Throws: ``FilesError/refused(operation:path:reason:)`` where the system does not say.
public func fileKind(_ path: String) throws(FilesError) -> FileKind? {
  var status = stat()
  guard unsafe stat(path, &status) == 0 else {
    if errno == ENOENT || errno == ENOTDIR { return nil }
    throw .refused(operation: "look at", path: path, reason: systemReason())
  }
  return status.st_mode & S_IFMT == S_IFDIR ? .folder : .file
}

/// Creates a folder and those above it; one that exists is left as it is.
public func createFolder(_ path: String) throws(FilesError) {
  switch try fileKind(path) {
  case .folder: return
  case .file: throw .isNotFolder(path: path)
  case nil: break
  }
  let (parent, _) = split(path)
  if !parent.isEmpty { try createFolder(parent) }
  guard unsafe mkdir(path, 0o755) == 0 || errno == EEXIST else {
    throw .refused(operation: "create the folder", path: path, reason: systemReason())
  }
}

/// Checks in advance that files can be written to a folder, and creates it where it is missing.
///
/// A long run calls this in its first second, so that a read-only output is not found out at its
/// end.
public func prepareOutputFolder(_ path: String) throws(FilesError) {
  try createFolder(path)
  let probe = try AtomicFile(joined(path, "writable"))
  _ = consume probe
}

/// The names in a folder, sorted by their bytes, hidden ones left out.
public func fileNames(in folder: String) throws(FilesError) -> [String] {
  try allNames(in: folder).filter { !$0.hasPrefix(".") }
}

/// Removes the temporary files that killed processes left in a folder.
///
/// Only who knows that nobody else writes to the folder may call this.
public func removePartialFiles(in folder: String) throws(FilesError) {
  for name in try allNames(in: folder) where name.hasPrefix(".") && name.hasSuffix(".partial") {
    try removeFile(joined(folder, name))
  }
}

private func allNames(in folder: String) throws(FilesError) -> [String] {
  switch try fileKind(folder) {
  case nil: throw .notFound(path: folder)
  case .file: throw .isNotFolder(path: folder)
  case .folder: break
  }
  guard let handle = unsafe opendir(folder) else {
    throw .refused(operation: "list", path: folder, reason: systemReason())
  }
  defer { unsafe closedir(handle) }
  var names: [String] = []
  while let entry = unsafe readdir(handle) {
    let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { field in
      unsafe field.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
    }
    names.append(name)
  }
  return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
}

/// Removes a file; one that does not exist is no error.
public func removeFile(_ path: String) throws(FilesError) {
  guard unsafe unlink(path) == 0 || errno == ENOENT else {
    throw .refused(operation: "remove", path: path, reason: systemReason())
  }
}

/// A path below a folder.
public func joined(_ folder: String, _ name: String) -> String {
  if folder.isEmpty { return name }
  return folder.hasSuffix("/") ? folder + name : folder + "/" + name
}

/// The folder and the last component of a path; the folder is empty for a bare name.
public func split(_ path: String) -> (folder: String, name: String) {
  var path = Substring(path)
  while path.count > 1, path.hasSuffix("/") { path = path.dropLast() }
  guard let slash = path.lastIndex(of: "/") else { return ("", String(path)) }
  let name = String(path[path.index(after: slash)...])
  if slash == path.startIndex { return ("/", name) }
  return (String(path[..<slash]), name)
}

/// The system's words for the last failed call.
func systemReason() -> String {
  unsafe String(cString: strerror(errno))
}

/// The system's `write`, which methods of that name hide.
func systemWrite(_ descriptor: CInt, _ bytes: UnsafeRawBufferPointer) -> Int {
  unsafe write(descriptor, bytes.baseAddress, bytes.count)
}

/// Removes a folder that is empty; one that is not stays.
public func removeEmptyFolder(_ path: String) throws(FilesError) {
  guard unsafe rmdir(path) == 0 || errno == ENOENT || errno == ENOTEMPTY || errno == EEXIST else {
    throw .refused(operation: "remove the folder", path: path, reason: systemReason())
  }
}

/// The system's `read`, which methods of that name hide.
func systemRead(_ descriptor: CInt, _ bytes: UnsafeMutableRawBufferPointer) -> Int {
  unsafe read(descriptor, bytes.baseAddress, bytes.count)
}

/// The system's `close`, which methods of that name hide.
func systemClose(_ descriptor: CInt) {
  close(descriptor)
}
