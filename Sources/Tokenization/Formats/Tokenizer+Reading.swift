public import Files
import UnicodeText

extension Tokenizer {
  /// Reads a tokenizer's file of any ``TokenizerFormat``, told by its name and its content.
  ///
  /// - Parameters:
  ///   - path: The file, or a folder with `tokenizer.json`, with `vocab.json` and `merges.txt`, or
  ///     with `tokenizer.model`.
  ///   - format: The format, whatever the name and the content say.
  ///   - missing: What a file of ranks or merges does not say.
  /// - Throws: ``TokenizationError`` with the file and the place; what is not supported is refused by
  ///   name.
  public init(
    contentsOf path: String,
    format: TokenizerFormat? = nil,
    missing: MissingSettings = MissingSettings()
  ) throws(TokenizationError) {
    let file: MappedFile
    do throws(FilesError) {
      var path = path
      if path != "-", try fileKind(path) == .folder {
        let names = try fileNames(in: path)
        let known = Self.usualNames(of: format)
        path = joined(path, known.first { names.contains($0) } ?? known[0])
      }
      file = try MappedFile(path)
    } catch {
      throw .file(error)
    }
    try self.init(file, format: format, missing: missing)
  }

  /// The names that the file of a format has in a folder, the first ones first.
  private static func usualNames(of format: TokenizerFormat?) -> [String] {
    switch format {
    case nil: ["tokenizer.json", "vocab.json", "tokenizer.model"]
    case .json, .transformers: ["tokenizer.json"]
    case .vocabularyAndMerges: ["vocab.json"]
    case .sentencePiece: ["tokenizer.model"]
    case .tiktoken: ["tokenizer.tiktoken"]
    }
  }

  /// Reads a tokenizer's file that is open already.
  ///
  /// - Throws: ``TokenizationError`` with the file and the place.
  public init(
    _ file: MappedFile,
    format: TokenizerFormat? = nil,
    missing: MissingSettings = MissingSettings()
  ) throws(TokenizationError) {
    let format = format ?? TokenizerFormat.of(file)
    if format == .vocabularyAndMerges {
      self = try VocabularyAndMerges.read(file, missing)
      return
    }
    self = try file.withBytes { (bytes) throws(TokenizationError) in
      try bytes.withByteView { (bytes) throws(TokenizationError) in
        switch format {
        case .tiktoken:
          return try TiktokenReader(path: file.path).read(bytes, missing, source: file)
        case .sentencePiece:
          let model = try SentencePieceModel(bytes.toArray(), path: file.path)
          do throws(TokenizationError) {
            return try Tokenizer(model, source: file)
          } catch .wrongModel(let place, let problem) {
            throw .wrongFile(path: file.path, place: place, problem)
          }
        default:
          var reader = TokenizerFileReader(bytes, path: file.path)
          return try reader.read(from: file)
        }
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
    let tokens = try model.readVocabulary(&reader)
    try checkNumbers(of: configuration.addedTokens, tokens)
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

  /// Checks that added tokens have the numbers that Hugging Face's `tokenizers` gives them whatever
  /// the file says: that of the vocabulary, or the next one after as many as the vocabulary has tokens.
  private func checkNumbers(
    of added: [AddedToken],
    _ tokens: borrowing StringTable
  ) throws(TokenizationError) {
    var next = 0
    for id in 0..<tokens.count
    where tokens.withString(id, { $0.count == 0 || $0[0] != 0xFF }) { next += 1 }
    for (index, token) in added.enumerated() {
      let number: Int
      if let id = Array(token.content.utf8).withByteView({ tokens.find($0) }) {
        number = id
      } else {
        number = next
        next += 1
      }
      if number != Int(token.id) {
        throw .wrongFile(
          path: path,
          place: "added_tokens[\(index)]",
          "\(token.content) has the number \(token.id), but is token \(number) to the library"
            + " tokenizers; give it this number or put it into the vocabulary"
        )
      }
    }
  }
}
