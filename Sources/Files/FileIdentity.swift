#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Which file or folder a path leads to: equal for two paths to one, whatever links lie between.
public struct FileIdentity: Sendable, Hashable {
  private let device: UInt64
  private let number: UInt64

  /// What a path leads to; nil where there is nothing.
  public init?(of path: String) {
    var status = stat()
    guard unsafe stat(path, &status) == 0 else { return nil }
    self.init(status)
  }

  init(_ status: stat) {
    device = UInt64(truncatingIfNeeded: status.st_dev)
    number = UInt64(truncatingIfNeeded: status.st_ino)
  }
}

/// Whether two paths name one file or folder, whatever links lie between; false where one is missing.
public func areSame(_ first: String, _ second: String) -> Bool {
  guard let identity = FileIdentity(of: first) else { return false }
  return identity == FileIdentity(of: second)
}
