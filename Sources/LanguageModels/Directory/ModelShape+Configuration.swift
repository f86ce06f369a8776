public import Accounting
import Files

extension ModelShape {
  /// Reads the architecture that a model folder's `config.json` describes.
  ///
  /// - Parameter path: The file, or the folder it lies in.
  /// - Throws: `FilesError` where there is no file, ``LanguageModelsError`` where it describes
  ///   nothing that isoflop computes.
  public init(configuration path: String) throws {
    let path = try fileKind(path) == .folder ? joined(path, "config.json") : path
    self = try ConfigurationFile(try readFile(path), path: path).shape(path: path)
  }
}
