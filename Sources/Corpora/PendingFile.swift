import Files

/// A file that appears when all is done.
final class PendingFile {
  /// The name the file gets.
  let path: String

  private var file: AtomicFile?

  init(_ path: String) throws(CorporaError) {
    self.path = path
    do { file = try AtomicFile(path) } catch { throw .file(error) }
  }

  func write(_ bytes: [UInt8]) throws(FilesError) {
    try file?.write(bytes)
  }

  /// Ends the writing; the file waits for ``commit()`` without memory and descriptor.
  func close() throws(CorporaError) {
    do { try file?.close() } catch { throw .file(error) }
  }

  func commit() throws(CorporaError) {
    guard let file = file.take() else { return }
    do { try file.commit() } catch { throw .file(error) }
  }
}
