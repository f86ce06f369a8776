import Files
public import Kernels

/// A safetensors file, opened for reading.
///
/// The header is read and checked at once; the tensors stay in the file until they are asked for.
public final class SafetensorsFile: Sendable {
  /// Where the file lies.
  public let path: String
  /// The tensors in the order of their bytes.
  public let tensors: [StoredTensor]
  /// The strings stored beside the tensors.
  public let metadata: [String: String]

  private let file: MappedFile
  private let dataStart: Int
  private let indices: [String: Int]

  /// Opens a file.
  ///
  /// - Throws: `FilesError` when there is no readable file,
  ///   ``LanguageModelsError/invalidTensorFile(path:tensor:reason:)`` when it breaks the format.
  public init(_ path: String) throws {
    self.path = path
    file = try MappedFile(path)
    let header = try file.withBytes { bytes in try SafetensorsHeader(bytes, path: path) }
    tensors = header.tensors
    metadata = header.metadata
    dataStart = header.dataStart
    indices = Dictionary(
      tensors.enumerated().map { ($0.element.name, $0.offset) },
      uniquingKeysWith: { first, _ in first }
    )
  }

  /// The tensor of a name, if there is one.
  public subscript(name: String) -> StoredTensor? {
    indices[name].map { tensors[$0] }
  }

  /// Copies a tensor's values, converted to single precision, into a place of a buffer.
  ///
  /// - Throws: ``LanguageModelsError/invalidTensorFile(path:tensor:reason:)`` when the numbers are
  ///   not of a floating type.
  /// - Precondition: They fit.
  public func read(
    _ tensor: StoredTensor,
    into buffer: FloatBuffer,
    at start: Int
  ) throws(LanguageModelsError) {
    guard tensor.type.isReadable else {
      throw .invalidTensorFile(
        path: path,
        tensor: tensor.name,
        reason: "numbers of type \(tensor.type.rawValue) cannot be used as weights"
      )
    }
    let bytes = dataStart + tensor.bytes.lowerBound..<dataStart + tensor.bytes.upperBound
    file.withBytes { all in convert(all.extracting(bytes), tensor.type, into: buffer, at: start) }
  }

  /// A tensor's values in single precision.
  ///
  /// - Throws: As ``read(_:into:at:)``, and `KernelsError` when the memory does not suffice.
  public func values(of tensor: StoredTensor) throws -> [Float] {
    let buffer = try FloatBuffer(count: tensor.count)
    try read(tensor, into: buffer, at: 0)
    return buffer[0..<tensor.count]
  }
}
