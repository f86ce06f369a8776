/// What can go wrong with a file, with its path and the remedy.
public enum FilesError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The file or folder does not exist.
  case notFound(path: String)
  /// The system refused an operation; the reason is the system's own.
  case refused(operation: String, path: String, reason: String)
  /// The path names a folder where a file is needed.
  case isFolder(path: String)
  /// The path names something else where a folder is needed.
  case isNotFolder(path: String)
  /// The output exists and may not be replaced.
  case exists(path: String)

  /// One or two sentences: what is wrong, where, and what to do.
  public var description: String {
    switch self {
    case .notFound(let path):
      "\(path) does not exist. Check the path; relative paths start at the current folder."
    case .refused(let operation, let path, let reason):
      "Cannot \(operation) \(path): \(reason)."
    case .isFolder(let path):
      "\(path) is a folder; name a file."
    case .isNotFolder(let path):
      "\(path) is not a folder; name a folder."
    case .exists(let path):
      "\(path) exists already. Name another output, or pass --force to replace it."
    }
  }
}
