import Accounting
import Files
import Kernels

extension GPT {
  /// Writes the model as a Hugging Face folder: weights, generation settings, configuration.
  ///
  /// The format follows from the shape: GPT-2's or Llama's where they can express it, so that
  /// `transformers` loads the folder; otherwise isoflop's own, in which `config.json` has the
  /// `model_type` `isoflop` and the tensors keep the names of ``ParameterLayout``.
  ///
  /// All files are written whole under temporary names before the first gets its own, the
  /// configuration last. Whoever kills the process leaves the old model or the new one; should it
  /// happen between two renames, and the shapes differ, then reading the folder says so. Other
  /// files in the folder are left alone, except parts of an older model.
  ///
  /// - Parameters:
  ///   - directory: Created where it is missing.
  ///   - type: What the weights are rounded to, f32 by default.
  ///   - format: A format that the shape must fit; chosen by the shape when nil.
  /// - Throws: `FilesError`, or ``LanguageModelsError/notExpressible(format:reason:)``.
  public func save(
    directory: String,
    type: NumberType = .float32,
    format: ModelFormat? = nil
  ) throws {
    let format = format ?? .best(for: shape)
    if let reason = format.obstacle(to: shape) {
      throw LanguageModelsError.notExpressible(format: format.rawValue, reason: reason)
    }
    try createFolder(directory)
    let placements = Dictionary(
      uniqueKeysWithValues: format.placements(of: layout).map { ($0.name, $0) }
    )
    var tensors = try SafetensorsWriter(
      joined(directory, TensorFolder.singleFile),
      placements.values.map { TensorEntry($0.name, $0.shape, type) }
    )
    for tensor in tensors.order {
      guard let placement = placements[tensor.name] else { continue }
      let values = weights[placement.range]
      try tensors.write(
        placement.isTransposed
          ? transposed(values, rows: placement.rows.count) : values
      )
    }
    let settings = ConfigurationFile(self, format: format, type: type)
    var generation = try AtomicFile(joined(directory, "generation_config.json"))
    try generation.write(GenerationSettings(settings).text())
    var configuration = try AtomicFile(joined(directory, "config.json"))
    try configuration.write(settings.text())

    try tensors.commit()
    try generation.commit()
    try configuration.commit()
    try removeShards(of: directory)
  }

  /// Removes what an older, divided model left behind, which other programs might prefer.
  private func removeShards(of directory: String) throws {
    try removeFile(joined(directory, TensorFolder.index))
    for name in try fileNames(in: directory)
    where name.hasPrefix("model-") && name.hasSuffix(".safetensors") && name.contains("-of-") {
      try removeFile(joined(directory, name))
    }
  }
}

/// A matrix's values, columns first.
///
/// - Precondition: The values fill the rows evenly.
func transposed(_ values: [Float], rows: Int) -> [Float] {
  precondition(rows > 0 && values.count % rows == 0, "\(values.count) values in \(rows) rows")
  let columns = values.count / rows
  var result = [Float](repeating: 0, count: values.count)
  // Blocks of 16 keep both sides within the nearest cache.
  for rowBlock in stride(from: 0, to: rows, by: 16) {
    for columnBlock in stride(from: 0, to: columns, by: 16) {
      for row in rowBlock..<min(rowBlock + 16, rows) {
        for column in columnBlock..<min(columnBlock + 16, columns) {
          result[column * rows + row] = values[row * columns + column]
        }
      }
    }
  }
  return result
}

/// The keys of `generation_config.json`.
private struct GenerationSettings: Encodable {
  let bosTokenID: TokenIDList?
  let eosTokenID: TokenIDList?
  let padTokenID: TokenIDList?
  let isFromModel = true

  enum CodingKeys: String, CodingKey {
    case bosTokenID = "bos_token_id"
    case eosTokenID = "eos_token_id"
    case padTokenID = "pad_token_id"
    case isFromModel = "_from_model_config"
  }

  init(_ configuration: ConfigurationFile) {
    bosTokenID = configuration.bosTokenID
    eosTokenID = configuration.eosTokenID
    padTokenID = configuration.padTokenID
  }

  func text() throws -> String {
    try jsonText(self)
  }
}
