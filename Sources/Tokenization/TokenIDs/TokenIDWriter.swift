import Files

/// Writes a file of token ids, which appears with its description when it is whole.
public struct TokenIDWriter: ~Copyable {
  /// What was written so far.
  public private(set) var description: TokenIDDescription

  private var file: AtomicFile
  private var buffer: [UInt8] = []
  private let path: String

  /// Starts a file.
  ///
  /// - Throws: ``TokenizationError/file(_:)`` where it can not be written.
  public init(_ path: String, tokenizer: Tokenizer) throws(TokenizationError) {
    let file: AtomicFile
    do {
      file = try AtomicFile(path)
    } catch {
      throw .file(error)
    }
    self.file = file
    self.path = path
    description = TokenIDDescription(
      isWide: tokenizer.vocabularySize > 1 << 16,
      tokens: 0,
      documents: 0,
      bytes: 0,
      vocabularySize: tokenizer.vocabularySize,
      endOfText: tokenizer.endOfText,
      tokenizerDigest: tokenizer.digest
    )
  }

  /// Begins the texts of a language.
  public mutating func startPart(language: String) {
    description.parts.append(
      TokenIDDescription.Part(language: language, tokens: 0, documents: 0, bytes: 0)
    )
  }

  /// Appends a text and the token that ends it, where the tokenizer has one.
  ///
  /// - Parameters:
  ///   - ids: The tokens of the text.
  ///   - byteCount: How many bytes the text has.
  /// - Throws: ``TokenizationError/file(_:)`` where it can not be written.
  public mutating func append(
    document ids: some Sequence<TokenID>,
    byteCount: Int
  ) throws(TokenizationError) {
    var count = 0
    for id in ids {
      append(id)
      count += 1
    }
    if let end = description.endOfText {
      append(end)
      count += 1
    }
    description.tokens += count
    description.documents += 1
    description.bytes += byteCount
    if let last = description.parts.indices.last {
      description.parts[last].tokens += count
      description.parts[last].documents += 1
      description.parts[last].bytes += byteCount
    }
    if buffer.count >= 1 << 20 { try flush() }
  }

  /// Gives the file and its description their names.
  ///
  /// - Returns: The description.
  /// - Throws: ``TokenizationError/file(_:)`` where it can not be written.
  public consuming func finish() throws(TokenizationError) -> TokenIDDescription {
    try flush()
    let description = description
    let path = path
    do {
      try file.commit()
      try writeFile(TokenIDDescription.path(ofFile: path), description.json)
    } catch {
      throw .file(error)
    }
    return description
  }

  private mutating func append(_ id: TokenID) {
    buffer.append(UInt8(truncatingIfNeeded: id))
    buffer.append(UInt8(truncatingIfNeeded: id >> 8))
    if description.isWide {
      buffer.append(UInt8(truncatingIfNeeded: id >> 16))
      buffer.append(UInt8(truncatingIfNeeded: id >> 24))
    }
  }

  private mutating func flush() throws(TokenizationError) {
    do {
      try file.write(buffer)
    } catch {
      throw .file(error)
    }
    buffer.removeAll(keepingCapacity: true)
  }
}
