import Files
import Foundation

/// A reader of files, and sound files for it to begin with.
public struct FuzzTarget: Sendable {
  /// A file in the folder that is read.
  struct SeedFile: Sendable {
    let name: String
    let bytes: [UInt8]
  }

  /// What the target is called on the command line.
  public let name: String
  /// The sound files; each run changes one of them.
  let seeds: [SeedFile]
  /// Reads the folder; an error is a right answer, a trap is not.
  let read: @Sendable (_ folder: String) throws -> Void

  /// A target with files given as they are.
  init(
    _ name: String,
    _ files: [(String, [UInt8])],
    read: @escaping @Sendable (_ folder: String) throws -> Void
  ) {
    self.name = name
    seeds = files.map { SeedFile(name: $0.0, bytes: $0.1) }
    self.read = read
  }

  /// A target with the files that a body writes into a folder.
  init(
    _ name: String,
    writing make: (_ folder: String) throws -> Void,
    read: @escaping @Sendable (_ folder: String) throws -> Void
  ) throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("isoflop-seeds-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try createFolder(folder)
    try make(folder)
    let names = try FileManager.default.subpathsOfDirectory(atPath: folder).sorted()
    let files = try names.filter { try fileKind(joined(folder, $0)) == .file }
    self.init(name, try files.map { ($0, try readFile(joined(folder, $0))) }, read: read)
  }
}
