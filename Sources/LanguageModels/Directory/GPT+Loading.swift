import Accounting
import Files
import Kernels

extension GPT {
  /// Reads a model from a Hugging Face folder of GPT-2's, Llama's or isoflop's own format.
  ///
  /// Weights in f16, bf16 or f64 become f32; weights divided over several files are joined. The
  /// configuration is held against the tensors before memory is taken.
  ///
  /// - Throws: `FilesError`, ``LanguageModelsError`` or `KernelsError`, each naming the file.
  public convenience init(directory: String) throws {
    let path = joined(directory, "config.json")
    guard try fileKind(directory) != nil else { throw FilesError.notFound(path: directory) }
    guard try fileKind(path) != nil else {
      throw LanguageModelsError.noModel(path: directory, reason: "there is no config.json")
    }
    let configuration = try ConfigurationFile(try readFile(path), path: path)
    let format = try configuration.format(path: path)
    let shape = try configuration.shape(path: path)
    let stored = try TensorFolder(directory)
    // Every block has tensors of its own, so a sound folder holds more of them than blocks.
    guard shape.layerCount <= stored.names.count else {
      throw LanguageModelsError.invalidConfiguration(
        path: path,
        reason: "it names \(shape.layerCount) layers, but \(stored.path) holds only"
          + " \(stored.names.count) tensors"
      )
    }
    let layout: ParameterLayout
    do {
      layout = try ParameterLayout(shape)
    } catch {
      throw LanguageModelsError.invalidConfiguration(path: path, reason: error.reason)
    }
    let sources = try format.sources(of: layout, in: stored)
    let weights = try FloatBuffer(count: layout.storageCount)
    for (placement, source) in sources {
      guard placement.isTransposed else {
        try source.file.read(source.tensor, into: weights, at: placement.range.lowerBound)
        continue
      }
      let values = try source.file.values(of: source.tensor)
      weights.replace(
        at: placement.range.lowerBound,
        with: transposed(values, rows: placement.shape[0])
      )
    }
    self.init(layout: layout, weights: weights, specialTokens: configuration.specialTokens)
    if layout.head == nil { try format.checkTiedHead(of: self, in: stored) }
  }
}

extension ModelFormat {
  typealias Source = (file: SafetensorsFile, tensor: StoredTensor)

  /// The stored tensor of each placement, their shapes compared and nothing left over.
  fileprivate func sources(
    of layout: ParameterLayout,
    in stored: TensorFolder
  ) throws(LanguageModelsError) -> [(TensorPlacement, Source)] {
    let prefix = namePrefix(in: stored)
    var sources: [(TensorPlacement, Source)] = []
    var used: Set<String> = []
    for placement in placements(of: layout) {
      let name = stripped(placement.name, prefix)
      guard let source = stored[name] else {
        throw .missingTensor(path: stored.path, tensor: name)
      }
      guard source.tensor.shape == placement.shape else {
        throw .invalidTensorFile(
          path: source.file.path,
          tensor: name,
          reason: "its shape is \(source.tensor.shape), but config.json asks for"
            + " \(placement.shape)"
        )
      }
      used.insert(name)
      sources.append((placement, source))
    }
    for name in stored.names where !used.contains(name) && !isIgnored(name) {
      throw .unexpectedTensor(path: stored.path, tensor: name)
    }
    return sources
  }

  /// Checks a head that is stored although the configuration ties it to the embedding.
  ///
  /// Some programs store both; they must then be equal.
  fileprivate func checkTiedHead(of model: GPT, in stored: TensorFolder) throws {
    guard self != .isoflop, let (file, tensor) = stored["lm_head.weight"] else { return }
    let embedding = model.layout.tokenEmbedding
    guard tensor.shape == embedding.shape,
      try file.values(of: tensor) == model.values(of: embedding)
    else {
      throw LanguageModelsError.invalidTensorFile(
        path: file.path,
        tensor: tensor.name,
        reason: "it differs from the token embedding, though config.json ties the two"
          + " (tie_word_embeddings)"
      )
    }
  }

  /// What the names in a folder lack: the first GPT-2 files were saved without the model's own
  /// prefix.
  private func namePrefix(in stored: TensorFolder) -> String {
    self == .gpt2 && stored["wte.weight"] != nil ? "transformer." : ""
  }

  private func stripped(_ name: String, _ prefix: String) -> String {
    name.hasPrefix(prefix) ? String(name.dropFirst(prefix.count)) : name
  }

  /// Whether a stored tensor is no parameter: a mask, a table of frequencies, or a tied head.
  private func isIgnored(_ name: String) -> Bool {
    switch self {
    case .gpt2:
      name.hasSuffix(".attn.bias") || name.hasSuffix(".attn.masked_bias")
        || name == "lm_head.weight"
    case .llama: name.hasSuffix(".rotary_emb.inv_freq") || name == "lm_head.weight"
    case .isoflop: false
    }
  }
}
