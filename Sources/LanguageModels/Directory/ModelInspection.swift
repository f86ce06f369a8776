public import Accounting
import Files

/// What lies in a model folder or a safetensors file, read without trusting it to fit together.
public struct ModelInspection: Sendable {
  /// One tensor.
  public struct Tensor: Sendable, Hashable {
    /// The name, type, shape and place in its file.
    public let stored: StoredTensor
    /// The file, as a path.
    public let file: String
    /// What its numbers are like, where they were asked for and can be read.
    public let statistics: TensorStatistics?
  }

  /// What was looked at.
  public let path: String
  /// The format that `config.json` names; nil for a single file.
  public let format: ModelFormat?
  /// The architecture that `config.json` describes; nil for a single file.
  public let shape: ModelShape?
  /// The ids that `config.json` gives a meaning; nil for a single file.
  public let specialTokens: SpecialTokenIDs?
  /// The tensors by name.
  public let tensors: [Tensor]

  /// How many numbers all tensors hold.
  public var valueCount: Int { tensors.reduce(0) { $0 + $1.stored.count } }
  /// How many bytes they take.
  public var byteCount: Int { tensors.reduce(0) { $0 + $1.stored.bytes.count } }

  /// Looks into a folder, or into one file.
  ///
  /// - Parameters:
  ///   - path: A model folder, or a file in the safetensors format.
  ///   - withStatistics: Whether to read the numbers too.
  /// - Throws: `FilesError` and ``LanguageModelsError`` where something is missing or unsound.
  public init(_ path: String, withStatistics: Bool) throws {
    self.path = path
    var found: [(file: SafetensorsFile, tensor: StoredTensor)]
    switch try fileKind(path) {
    case nil:
      throw FilesError.notFound(path: path)
    case .file:
      let file = try SafetensorsFile(path)
      found = file.tensors.map { (file, $0) }
      format = nil
      shape = nil
      specialTokens = nil
    case .folder:
      let stored = try TensorFolder(path)
      found = stored.names.compactMap { stored[$0] }
      let settings = joined(path, "config.json")
      guard try fileKind(settings) != nil else {
        throw LanguageModelsError.noModel(path: path, reason: "there is no config.json")
      }
      let configuration = try ConfigurationFile(try readFile(settings), path: settings)
      format = try configuration.format(path: settings)
      shape = try configuration.shape(path: settings)
      specialTokens = configuration.specialTokens
    }
    found.sort { precedes($0.tensor.name, $1.tensor.name) }
    tensors = try found.map { file, tensor in
      let isRead = withStatistics && tensor.type.isReadable
      return Tensor(
        stored: tensor,
        file: file.path,
        statistics: isRead ? TensorStatistics(try file.values(of: tensor)) : nil
      )
    }
  }
}
