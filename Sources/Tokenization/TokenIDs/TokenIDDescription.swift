import Files

/// What a file of token ids holds, kept beside it.
public struct TokenIDDescription: Sendable, Hashable {
  /// A part of the file: the texts of one language.
  public struct Part: Sendable, Hashable {
    /// The language as a BCP 47 tag, or another name.
    public var language: String
    /// How many tokens it has, those that end its texts included.
    public var tokens: Int
    /// How many texts.
    public var documents: Int
    /// How many bytes of original text.
    public var bytes: Int

    /// Creates a part.
    public init(language: String, tokens: Int, documents: Int, bytes: Int) {
      self.language = language
      self.tokens = tokens
      self.documents = documents
      self.bytes = bytes
    }
  }

  /// Whether the ids have 32 bits rather than 16.
  public var isWide: Bool
  /// How many tokens there are.
  public var tokens: Int
  /// How many texts.
  public var documents: Int
  /// How many bytes of original text.
  public var bytes: Int
  /// How many tokens the vocabulary has.
  public var vocabularySize: Int
  /// The token after each text, or nil.
  public var endOfText: TokenID?
  /// The digest of the tokenizer, see ``Tokenizer/digest``.
  public var tokenizerDigest: String
  /// The parts in the order of the file; empty where they were not told apart.
  public var parts: [Part]

  /// Creates a description.
  public init(
    isWide: Bool,
    tokens: Int,
    documents: Int,
    bytes: Int,
    vocabularySize: Int,
    endOfText: TokenID?,
    tokenizerDigest: String,
    parts: [Part] = []
  ) {
    self.isWide = isWide
    self.tokens = tokens
    self.documents = documents
    self.bytes = bytes
    self.vocabularySize = vocabularySize
    self.endOfText = endOfText
    self.tokenizerDigest = tokenizerDigest
    self.parts = parts
  }

  /// Where the description of a file lies.
  public static func path(ofFile path: String) -> String { path + ".json" }

  private static let format = "isoflop token ids"

  /// The description in JSON.
  var json: [UInt8] {
    var output: [UInt8] = []
    func append(_ text: String) { output.append(contentsOf: text.utf8) }
    append("{\n  \"format\": \"\(Self.format)\",\n  \"version\": 1,\n")
    append("  \"dtype\": \"\(isWide ? "uint32" : "uint16")\",\n  \"tokens\": \(tokens),\n")
    append("  \"documents\": \(documents),\n  \"bytes\": \(bytes),\n")
    append("  \"vocabulary_size\": \(vocabularySize),\n")
    append("  \"end_of_text\": \(endOfText.map { "\($0)" } ?? "null"),\n")
    append("  \"tokenizer_sha256\": ")
    appendJSON(tokenizerDigest.utf8, to: &output)
    append(",\n  \"languages\": [")
    for (index, part) in parts.enumerated() {
      append(index == 0 ? "\n    {\"language\": " : ",\n    {\"language\": ")
      appendJSON(part.language.utf8, to: &output)
      append(", \"tokens\": \(part.tokens), \"documents\": \(part.documents), ")
      append("\"bytes\": \(part.bytes)}")
    }
    append(parts.isEmpty ? "]\n}\n" : "\n  ]\n}\n")
    return output
  }

  /// Reads the description of a file of token ids; nil where there is none.
  ///
  /// - Throws: ``TokenizationError/wrongFile(path:place:_:)`` for one that is damaged.
  public init?(beside idsPath: String) throws(TokenizationError) {
    let path = Self.path(ofFile: idsPath)
    let bytes: [UInt8]
    do {
      if try fileKind(path) == nil { return nil }
      bytes = try readFile(path)
    } catch {
      throw .file(error)
    }
    let value = try bytes.withByteView { (bytes) throws(TokenizationError) in
      var reader = JSONReader(bytes, path: path)
      let value = try reader.readValue()
      try reader.expectEnd()
      return value
    }
    func number(_ value: JSONValue, _ key: String) throws(TokenizationError) -> Int {
      guard let number = value[key].integer, number >= 0 else {
        throw .wrongFile(path: path, place: key, "it is no whole number")
      }
      return number
    }
    guard value["format"].string == Self.format, value["version"].integer == 1 else {
      throw .wrongFile(
        path: path,
        place: "format",
        "it is not \"\(Self.format)\", version 1. Encode the corpus again:"
          + " isoflop tokenizer encode --output"
      )
    }
    let type = value["dtype"].string
    guard type == "uint16" || type == "uint32" else {
      throw .wrongFile(path: path, place: "dtype", "it is neither uint16 nor uint32")
    }
    isWide = type == "uint32"
    tokens = try number(value, "tokens")
    documents = try number(value, "documents")
    self.bytes = try number(value, "bytes")
    vocabularySize = try number(value, "vocabulary_size")
    endOfText = value["end_of_text"].integer.flatMap { TokenID(exactly: $0) }
    tokenizerDigest = value["tokenizer_sha256"].string ?? ""
    parts = []
    for part in value["languages"].array ?? [] {
      parts.append(
        Part(
          language: part["language"].string ?? "",
          tokens: try number(part, "tokens"),
          documents: try number(part, "documents"),
          bytes: try number(part, "bytes")
        )
      )
    }
  }
}
