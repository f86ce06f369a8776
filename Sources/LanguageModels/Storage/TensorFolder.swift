import Files
import FoundationEssentials

/// The tensors of a model folder: one file, or several that an index names.
struct TensorFolder: Sendable {
  /// The file that tells where the tensors are, for messages.
  let path: String
  /// The names of all tensors, sorted.
  let names: [String]

  private let places: [String: (file: SafetensorsFile, tensor: StoredTensor)]

  static let singleFile = "model.safetensors"
  static let index = "model.safetensors.index.json"

  /// Opens the tensors of a folder.
  ///
  /// - Throws: `FilesError` and ``LanguageModelsError`` where they are missing or unsound.
  init(_ folder: String) throws {
    var places: [String: (file: SafetensorsFile, tensor: StoredTensor)] = [:]
    let single = joined(folder, Self.singleFile)
    let index = joined(folder, Self.index)
    if try fileKind(single) != nil {
      let file = try SafetensorsFile(single)
      for tensor in file.tensors { places[tensor.name] = (file, tensor) }
      path = single
    } else if try fileKind(index) != nil {
      var files: [String: SafetensorsFile] = [:]
      for (name, fileName) in try Self.weightMap(index) {
        let file: SafetensorsFile
        if let opened = files[fileName] {
          file = opened
        } else {
          file = try SafetensorsFile(joined(folder, fileName))
          files[fileName] = file
        }
        guard let tensor = file[name] else {
          throw LanguageModelsError.missingTensor(path: file.path, tensor: name)
        }
        places[name] = (file, tensor)
      }
      path = index
    } else {
      let isPickled = try fileKind(joined(folder, "pytorch_model.bin")) != nil
      throw LanguageModelsError.noModel(
        path: folder,
        reason: isPickled
          ? "its weights are pickled Python objects. Save them as safetensors with transformers'"
            + " save_pretrained" : "there is no \(Self.singleFile)"
      )
    }
    self.places = places
    names = places.keys.sorted(by: precedes)
  }

  /// The tensor of a name and the file it lies in.
  subscript(name: String) -> (file: SafetensorsFile, tensor: StoredTensor)? {
    places[name]
  }

  /// Reads which tensor lies in which file; only files of the same folder may be named.
  private static func weightMap(_ path: String) throws -> [(name: String, file: String)] {
    struct Index: Decodable {
      let weightMap: [String: String]
      enum CodingKeys: String, CodingKey { case weightMap = "weight_map" }
    }
    let map: [String: String]
    do {
      map = try JSONDecoder().decode(Index.self, from: Data(try readFile(path))).weightMap
    } catch let error as DecodingError {
      throw LanguageModelsError.invalidConfiguration(path: path, reason: jsonReason(error))
    }
    for (name, file) in map where file.contains("/") || file.hasPrefix(".") || file.isEmpty {
      throw LanguageModelsError.invalidConfiguration(
        path: path,
        reason: "the tensor \(name) lies in \"\(file)\", which is no file of this folder"
      )
    }
    return map.map { ($0.key, $0.value) }.sorted { precedes($0.0, $1.0) }
  }
}
