public import Files
import UnicodeText

extension Tokenizer {
  /// Reads a `tokenizer.json` of Hugging Face's `tokenizers`, or of this module.
  ///
  /// Byte-level BPE models with the stages that ``TokenizerConfiguration`` describes; everything
  /// else is refused by name.
  ///
  /// - Throws: ``TokenizationError`` with the file and the place.
  public init(contentsOf path: String) throws(TokenizationError) {
    let file: MappedFile
    do {
      file = try MappedFile(path)
    } catch {
      throw .file(error)
    }
    try self.init(file)
  }

  /// Reads a `tokenizer.json` that is open already.
  ///
  /// - Throws: ``TokenizationError`` with the file and the place.
  public init(_ file: MappedFile) throws(TokenizationError) {
    self = try file.withBytes { (bytes) throws(TokenizationError) in
      try bytes.withByteView { (bytes) throws(TokenizationError) in
        var reader = TokenizerFileReader(bytes, path: file.path)
        return try reader.read(from: file)
      }
    }
  }

  /// Reads a `tokenizer.json` from memory.
  ///
  /// - Throws: ``TokenizationError`` with the name and the place.
  public init(json: [UInt8], name: String) throws(TokenizationError) {
    self = try json.withByteView { (bytes) throws(TokenizationError) in
      var reader = TokenizerFileReader(bytes, path: name)
      return try reader.read(from: nil)
    }
  }

  /// The SHA-256 digest of the tokenizer's file in hexadecimal, by which other files name it.
  ///
  /// A tokenizer that was not read from a file has the digest of the file it would be saved to.
  public var digest: String {
    guard let source else { return SHA256.hexadecimal(json) }
    return source.withBytes { bytes in
      var digest = SHA256()
      digest.update(bytes)
      return digest.finish()
    }
  }
}

/// Reads one `tokenizer.json`.
private struct TokenizerFileReader {
  private var json: JSONReader
  private let path: String

  init(_ bytes: ByteView, path: String) {
    json = JSONReader(bytes, path: path)
    self.path = path
  }

  mutating func read(from file: MappedFile?) throws(TokenizationError) -> Tokenizer {
    var parts: [(key: String, value: JSONValue)] = []
    var hasModel = false
    var reader = json
    var model = ModelReader(path: path)
    try reader.readObject { (reader, key) throws(TokenizationError) in
      let name = String(decoding: try reader.copy(key), as: UTF8.self)
      if name == "model" {
        hasModel = true
        try model.readSettings(&reader)
      } else {
        parts.append((name, try reader.readValue()))
      }
    }
    try reader.expectEnd()
    guard hasModel else {
      throw TokenizationError.wrongFile(path: path, place: "its top level", "it has no model")
    }
    let components = TokenizerComponents(path: path, .object(parts))
    var configuration = try components.configuration()
    configuration.ignoresMerges = model.setting("ignore_merges").bool ?? false
    configuration.options = try model.options()
    let tokens = try model.readVocabulary(&reader, configuration.addedTokens)
    let prefix = Array((configuration.options.continuingSubwordPrefix ?? "").utf8)
    let merges = try model.readMerges(&reader, tokens, prefix: prefix)
    let tokenizer: Tokenizer
    do {
      tokenizer = try Tokenizer(
        tokens: tokens,
        merges: merges,
        configuration: configuration,
        source: file
      )
    } catch .wrongModel(let place, let problem) {
      throw .wrongFile(path: path, place: place, problem)
    }
    return tokenizer
  }
}
